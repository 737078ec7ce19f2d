"""The cells of a CSV row as typed values: integers, booleans, dates, instants, lists."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from google.protobuf import json_format
from google.protobuf.message import Message

from events.v1.bank_pb2 import (
    Assignee,
    BankFact,
    BankPerson,
    ContactPoint,
    LoanTakenOver,
    PartyRole,
    PersonalData,
)
from forbear.portfolio.csv_columns import BOOL, INT32, INT64, is_date, scalar_fields

_Whole = TypeVar("_Whole", bound=Message)
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_BITS = {INT32: 31, INT64: 63}
_POINT_MARKS = ("verified", "reserved", "consent")


class RowError(Exception):
    """Why a row cannot become a fact, in words for the person who wrote the file."""


def read_fact(kind: str, row: Mapping[str, str], tenant: str, occurred_at: datetime) -> BankFact:
    """The fact of a row whose columns were checked."""
    fact = BankFact(
        event_id=row["event_id"],
        tenant=tenant,
        loan_ref=row["loan_ref"],
        sequence=integer("sequence", row.get("sequence") or "0", 63),
        occurred_at=occurred_at,
    )
    content = getattr(fact.fact, kind)
    content.SetInParent()
    for name, scalar in scalar_fields(kind).items():
        if row.get(name):
            setattr(content, name, _scalar(scalar, name, row[name]))
    if kind == "registered":
        content.parties.extend(_party(text) for text in row["parties"].split(";"))
    if kind == "taken_over" and row.get("taken_over"):
        content.MergeFrom(_json("taken_over", row["taken_over"], LoanTakenOver()))
    if kind == "sold" and row.get("assignee"):
        content.assignee.MergeFrom(_json("assignee", row["assignee"], Assignee()))
    return fact


def read_person(row: Mapping[str, str], tenant: str, occurred_at: datetime) -> BankPerson:
    """The person of a row whose columns were checked."""
    points = row.get("points") or ""
    return BankPerson(
        event_id=row["event_id"],
        tenant=tenant,
        party_ref=row["party_ref"],
        sequence=integer("sequence", row.get("sequence") or "0", 63),
        occurred_at=occurred_at,
        person=PersonalData(
            name=row["name"],
            kind=row["party_kind"],
            language=row["language"],
            time_zone=row.get("time_zone", ""),
            points=[_point(text) for text in points.split(";") if text],
        ),
    )


def integer(name: str, text: str, bits: int) -> int:
    # int() would take floats' cousins: "1_000", " 7", and digits of other scripts.
    if not _INTEGER.fullmatch(text):
        raise RowError(f"{name} is {text[:40]!r}; write a whole number, money in minor units")
    number = int(text)
    if not -(2**bits) <= number < 2**bits:
        raise RowError(f"{name} is {text}, more than {bits + 1} bits hold")
    return number


def instant(name: str, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RowError(f"{name} is {text[:40]!r}; write it like 2026-03-02T09:30:00Z") from None
    if at.tzinfo is None:
        raise RowError(f"{name} is {text} without a zone; end it with Z or an offset like +08:00")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise RowError(f"{name} is {text}, outside the years 1 to 9999") from None


def _scalar(scalar: int, name: str, text: str) -> int | bool | str:
    if scalar in _BITS:
        return integer(name, text, _BITS[scalar])
    if scalar == BOOL:
        if text not in ("true", "false"):
            raise RowError(f"{name} is {text[:40]!r}; write true or false")
        return text == "true"
    if is_date(name):
        _check_date(name, text)
    return text


def _check_date(name: str, text: str) -> None:
    try:
        is_iso = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_iso = False
    if not is_iso:
        raise RowError(f"{name} is {text[:40]!r}; write a real day like 2026-03-02")


def _party(text: str) -> PartyRole:
    parts = text.split("|")
    if len(parts) not in (4, 5) or not all(parts):
        raise RowError(f"parties holds {text[:60]!r}; write ref|role|kind|language[|limit_minor]")
    limit = integer("a party's limit", parts[4], 63) if len(parts) == 5 else 0
    return PartyRole(
        party_ref=parts[0],
        role=parts[1],
        kind=parts[2],
        language=parts[3],
        liability_limit_minor=limit,
    )


def _point(text: str) -> ContactPoint:
    parts = text.split("|")
    marks = parts[4].split("+") if len(parts) == 5 and parts[4] else []
    if len(parts) not in (3, 4, 5) or not all(parts[:3]) or set(marks) - set(_POINT_MARKS):
        raise RowError(
            f"points holds {text[:60]!r}; write ref|kind|value[|provenance[|marks]], marks being "
            f"{'+'.join(_POINT_MARKS)}"
        )
    return ContactPoint(
        point_ref=parts[0],
        kind=parts[1],
        value=parts[2],
        provenance=parts[3] if len(parts) > 3 else "",
        is_verified="verified" in marks,
        is_reserved="reserved" in marks,
        has_consent="consent" in marks,
    )


def _json(column: str, text: str, empty: _Whole) -> _Whole:
    try:
        return json_format.Parse(text, empty, max_recursion_depth=10)
    except json_format.ParseError as error:
        reason, name = str(error).splitlines()[0][:120], empty.DESCRIPTOR.name
        raise RowError(f"{column} is not the JSON of {name}: {reason}") from None
