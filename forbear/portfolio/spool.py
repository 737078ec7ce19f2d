"""Facts sorted by their instant in bounded memory: a temporary SQLite file does the sorting."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from events.v1.bank_pb2 import BankFact, BankPerson
from forbear.portfolio.planned import FACTS_TOPIC, PlannedFact

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_BATCH = 2_000
_FACT, _PERSON, _RAW = 0, 1, 2


class Spool:
    """Takes facts in any order, gives them by instant; people before loans of the same instant."""

    def __init__(self) -> None:
        # An empty name is a private file that SQLite deletes when it is closed.
        self._file = sqlite3.connect("")
        self._file.execute(
            "CREATE TABLE fact (at INTEGER, form INTEGER, line INTEGER PRIMARY KEY, topic TEXT,"
            " key TEXT, share INTEGER, tenant TEXT, value BLOB)"
        )
        self._waiting: list[tuple[object, ...]] = []

    def add(self, fact: PlannedFact) -> None:
        microseconds = (fact.at - _EPOCH) // timedelta(microseconds=1)
        share = zlib.crc32(fact.key.encode())
        self._waiting.append(
            (microseconds, _form(fact), fact.topic, fact.key, share, fact.tenant, fact.value)
        )
        if len(self._waiting) >= _BATCH:
            self._flush()

    def keep_every(self, sample: int) -> None:
        """Keep the facts of one in `sample` loans; people stay, since a loan may need them."""
        self._flush()
        self._file.execute(
            "DELETE FROM fact WHERE topic = ? AND share % ? <> 0", (FACTS_TOPIC, sample)
        )

    def count(self) -> int:
        self._flush()
        (count,) = self._file.execute("SELECT count(*) FROM fact").fetchone()
        return int(count)

    def bounds(self) -> tuple[datetime, datetime] | tuple[None, None]:
        """The first and the last instant."""
        self._flush()
        first, last = self._file.execute("SELECT min(at), max(at) FROM fact").fetchone()
        return (None, None) if first is None else (_instant(first), _instant(last))

    def in_order(self) -> Iterator[PlannedFact]:
        self._flush()
        rows = self._file.execute(
            "SELECT at, form, topic, key, tenant, value FROM fact ORDER BY at, form = 0, line"
        )
        for at, form, topic, key, tenant, value in rows:
            yield PlannedFact(_instant(at), topic, key, _message(form, value), tenant)

    def _flush(self) -> None:
        self._file.executemany(
            "INSERT INTO fact (at, form, topic, key, share, tenant, value)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            self._waiting,
        )
        self._waiting.clear()


def _form(fact: PlannedFact) -> int:
    if isinstance(fact.message, bytes):
        return _RAW
    return _PERSON if isinstance(fact.message, BankPerson) else _FACT


def _message(form: int, value: bytes) -> BankFact | BankPerson | bytes:
    if form == _RAW:
        return value
    return BankPerson.FromString(value) if form == _PERSON else BankFact.FromString(value)


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
