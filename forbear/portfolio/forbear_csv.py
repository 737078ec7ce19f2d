"""Forbear's own CSV: one row per fact, so that any bank can write what it wants to send.

The columns are described in docs/portfolio.md. A row that cannot become a fact is reported with its
line and left out; whether a well-formed fact is true is for intake to judge.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from forbear.portfolio.csv_cells import RowError, instant, read_fact, read_person
from forbear.portfolio.csv_columns import (
    ALL_COLUMNS,
    KINDS,
    PERSON,
    UNDECODABLE,
    columns_of,
    required_of,
)
from forbear.portfolio.planned import (
    FACTS_TOPIC,
    PEOPLE_TOPIC,
    BadRow,
    PlannedFact,
    Portfolio,
    PortfolioError,
)
from forbear.portfolio.spool import Spool

ROW_LENGTH_MAX = 60_000


def read_csv(path: Path, tenant: str, sample: int = 1) -> Portfolio:
    """Reads one file, or all `*.csv` of a directory; `sample` keeps every so manyeth loan."""
    spool, bad_rows = Spool(), list[BadRow]()
    for file in _files(path):
        for line, row in _rows(file):
            try:
                planned = plan(row, tenant)
            except RowError as error:
                bad_rows.append(BadRow(file.name, line, str(error)))
                continue
            spool.add(planned)
    spool.keep_every(sample)
    first, last = spool.bounds()
    return Portfolio(spool.count(), spool.in_order(), tuple(bad_rows), first, last)


def plan(row: dict[str, str] | RowError, tenant: str) -> PlannedFact:
    """One row as a fact; raises RowError with the reason a person understands."""
    if isinstance(row, RowError):
        raise row
    kind = row.get("kind", "")
    if kind not in KINDS:
        raise RowError(f"kind is {kind!r}; it must be one of {', '.join(sorted(KINDS))}")
    _check_columns(kind, row)
    occurred_at = instant("occurred_at", row["occurred_at"])
    at = instant("sent_at", row["sent_at"]) if row.get("sent_at") else occurred_at
    tenant = row.get("tenant") or tenant
    if kind == UNDECODABLE:
        return PlannedFact(at, FACTS_TOPIC, row["loan_ref"], _raw(row["raw_hex"]), tenant)
    if kind == PERSON:
        person = read_person(row, tenant, occurred_at)
        return PlannedFact(at, PEOPLE_TOPIC, person.party_ref, person, tenant)
    fact = read_fact(kind, row, tenant, occurred_at)
    return PlannedFact(at, FACTS_TOPIC, fact.loan_ref, fact, tenant)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(path.glob("*.csv"))
        if not files:
            raise PortfolioError(f"{path} holds no .csv file; name a file or a directory of them")
        return files
    if not path.exists():
        raise PortfolioError(f"{path} does not exist; give the path of a CSV file")
    return [path]


def _rows(file: Path) -> Iterator[tuple[int, dict[str, str] | RowError]]:
    # Bytes that are no UTF-8 become lone surrogates, so that one bad row does not end the file.
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = csv.reader(text, strict=True)
        header = _header(file, next(reader, None))
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield line, RowError(f"this is not CSV: {error}; quote the cell")
                continue
            if cells is None:
                return
            if cells:
                yield line, _cells(header, cells)


def _header(file: Path, header: list[str] | None) -> list[str]:
    if not header:
        raise PortfolioError(f"{file} is empty; its first line must name the columns")
    unknown = sorted(set(header) - ALL_COLUMNS)
    if unknown:
        raise PortfolioError(
            f"{file} has columns that no fact has: {', '.join(map(repr, unknown))}; "
            "see docs/portfolio.md for the columns of each kind"
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice or "kind" not in header:
        wrong = f"column {twice[0]!r} twice" if twice else "no column 'kind'"
        raise PortfolioError(f"{file} has {wrong}; name each column once, 'kind' among them")
    return header


def _cells(header: list[str], cells: list[str]) -> dict[str, str] | RowError:
    if len(cells) != len(header):
        return RowError(f"has {len(cells)} cells where the header names {len(header)} columns")
    if sum(map(len, cells)) > ROW_LENGTH_MAX:
        return RowError(f"is longer than {ROW_LENGTH_MAX} characters; split the fact")
    for name, cell in zip(header, cells, strict=True):
        if "\0" in cell:
            return RowError(f"{name} holds a NUL character; remove it")
        if any("\ud800" <= character <= "\udfff" for character in cell):
            return RowError(f"{name} is not UTF-8; save the file as UTF-8")
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _check_columns(kind: str, row: dict[str, str]) -> None:
    strangers = {name for name, cell in row.items() if cell} - columns_of(kind)
    if strangers:
        raise RowError(f"a {kind} has no {', '.join(sorted(strangers))}; leave it empty")
    missing = [name for name in required_of(kind) if not row.get(name)]
    if missing:
        raise RowError(f"a {kind} needs {', '.join(missing)}")


def _raw(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise RowError(f"raw_hex is {text[:40]!r}; write pairs of hexadecimal digits") from None
