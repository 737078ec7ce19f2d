"""Writes planned facts as rows of Forbear's own CSV, the reader's mirror."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from google.protobuf import json_format
from google.protobuf.message import Message

from events.v1.bank_pb2 import BankFact, BankPerson, ContactPoint, LoanTakenOver, PartyRole
from forbear.portfolio.csv_columns import (
    ENVELOPE,
    PERSON,
    UNDECODABLE,
    columns_of,
    required_of,
    scalar_fields,
)
from forbear.portfolio.planned import PlannedFact

_ORDER = (*ENVELOPE, "loan_ref", "party_ref")


def format_csv(facts: Iterable[PlannedFact]) -> str:
    """One file with the columns that these facts fill, and no others."""
    rows = [row_of(fact) for fact in facts]
    filled = {name for row in rows for name, cell in row.items() if cell}
    named = [name for name in _ORDER if name in filled]
    # Columns keep the order of the kinds' own fields, which is the order people know.
    named += [name for name in dict.fromkeys(n for row in rows for n in row) if name not in named]
    text = io.StringIO()
    writer = csv.DictWriter(
        text, [name for name in named if name in filled], extrasaction="ignore", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def row_of(planned: PlannedFact) -> dict[str, str]:
    """The cells of one fact by column; a zero that a kind does not need stays empty."""
    message = planned.message
    if isinstance(message, bytes):
        return {
            "kind": UNDECODABLE,
            "loan_ref": planned.key,
            "occurred_at": _instant(planned.at),
            "raw_hex": message.hex(),
        }
    occurred_at = message.occurred_at.ToDatetime(tzinfo=UTC)
    envelope = {
        "event_id": message.event_id,
        "sequence": str(message.sequence or ""),
        "occurred_at": _instant(occurred_at),
        "sent_at": "" if planned.at == occurred_at else _instant(planned.at),
    }
    return envelope | (_person(message) if isinstance(message, BankPerson) else _fact(message))


def _fact(fact: BankFact) -> dict[str, str]:
    kind = str(fact.fact.WhichOneof("fact"))
    content = getattr(fact.fact, kind)
    row = {"kind": kind, "loan_ref": fact.loan_ref}
    needed = required_of(kind)
    for name in scalar_fields(kind):
        value = getattr(content, name)
        row[name] = str(value) if name in needed else _cell(value)
    if kind == "registered":
        row["parties"] = ";".join(map(_party, content.parties))
    if kind == "taken_over":
        row["taken_over"] = _taken_over(content)
    if kind == "sold" and content.HasField("assignee"):
        row["assignee"] = _json(content.assignee)
    assert set(row) <= columns_of(kind)
    return row


def _person(message: BankPerson) -> dict[str, str]:
    person = message.person
    return {
        "kind": PERSON,
        "party_ref": message.party_ref,
        "name": person.name,
        "party_kind": person.kind,
        "language": person.language,
        "time_zone": person.time_zone,
        "points": ";".join(map(_point, person.points)),
    }


def _cell(value: bool | int | str) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value or "")


def _party(party: PartyRole) -> str:
    limit = [str(party.liability_limit_minor)] if party.liability_limit_minor else []
    return "|".join([party.party_ref, party.role, party.kind, party.language, *limit])


def _point(point: ContactPoint) -> str:
    marks = (
        ("verified", point.is_verified),
        ("reserved", point.is_reserved),
        ("consent", point.has_consent),
    )
    told = "+".join(mark for mark, is_so in marks if is_so)
    return "|".join([point.point_ref, point.kind, point.value, point.provenance, told])


def _taken_over(content: LoanTakenOver) -> str:
    lists = LoanTakenOver()
    lists.CopyFrom(content)
    lists.ClearField("on")
    return _json(lists)


def _json(content: Message) -> str:
    return json_format.MessageToJson(content, preserving_proto_field_name=True, indent=None)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
