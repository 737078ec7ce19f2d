"""All that a hearing looks at, locked and read in one round trip.

The locks are those of every command here, in their order: the key's result, the loan's stream, the
parties. What the docket says holds until the transaction ends.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import TouchOutcome
from interfaces.facts import HoldInterval
from interfaces.values import Block, Channel, Direction, Disposition, HoldKind, Purpose, Role
from services.contact.domain.gate import PastAttempt
from services.contact.domain.outcomes import Outcome, is_connected
from services.contact.domain.points import OptOut
from services.contact.domain.standing import Amounts, Standing
from services.contact.store.people import Link
from services.contact.store.tables import PartyRow, PointRow

_OUTCOME: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)


@dataclass(frozen=True)
class Ask:
    """Whose docket is wanted. `result_key` is the business key under which the command's answer is
    remembered, `attempt_key` the one its attempt has; attempts that ended before `since` are left
    out, and reservations that ran out on the `wall`."""

    result_key: str
    attempt_key: str
    topic: str
    consumer: str
    tenant: str
    loan_id: str
    party_id: str
    debtor_id: str
    since: datetime
    wall: datetime


@dataclass(frozen=True)
class Docket:
    """`first` is what was answered before: then nothing else was looked at. `own_status` is that
    of the attempt under the touch's own key, empty if there is none."""

    first: TouchOutcome | None = None
    own_id: str = ""
    own_status: str = ""
    is_parked: bool = False
    standing: Standing | None = None
    party: PartyRow | None = None
    links: tuple[Link, ...] = ()
    points: tuple[PointRow, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    holds: tuple[HoldInterval, ...] = ()
    attempts: tuple[PastAttempt, ...] = ()


async def call(session: AsyncSession, ask: Ask) -> Docket:
    """Lock and read; a concurrent command about the same key, loan or debtor is awaited."""
    raw: dict[str, Any] = json.loads((await session.execute(_CALL, vars(ask))).scalar_one())
    if "first" in raw:
        return Docket(first=_OUTCOME.validate_json(raw["first"]))
    own = raw["own"] or {}
    return Docket(
        own_id=own.get("attempt_id", ""),
        own_status=own.get("status", ""),
        is_parked=raw["is_parked"],
        standing=_standing(raw["standing"]) if raw["standing"] else None,
        party=_row(PartyRow, raw["party"]),
        links=tuple(
            Link(ask.tenant, ask.loan_id, party_id, Role(role))
            for party_id, role in raw["links"] or ()
        ),
        points=tuple(_row(PointRow, each) for each in raw["points"] or ()),
        opt_outs=tuple(OptOut(Channel(name), point) for name, point in raw["opt_outs"] or ()),
        holds=tuple(map(_hold, raw["holds"] or ())),
        attempts=tuple(_past(each) for each in raw["attempts"] or ()),
    )


def _row(table: type[Any], raw: dict[str, Any]) -> Any:
    """A row that no session watches; bytes come as hexadecimal text, instants as ISO 8601."""
    for name, value in raw.items():
        if isinstance(value, str):
            if value.startswith("\\x"):
                raw[name] = bytes.fromhex(value[2:])
            elif name.endswith("_at"):
                raw[name] = datetime.fromisoformat(value)
    return table(**raw)


def _standing(raw: dict[str, Any]) -> Standing:
    amounts = Amounts(
        currency=raw["currency"],
        overdue_minor=raw["overdue_minor"],
        disputed_minor=raw["disputed_minor"],
        balance_minor=raw["balance_minor"],
        minimum_due_minor=raw["minimum_due_minor"],
        oldest_due_on=_date(raw["oldest_due_on"]),
        as_of=_date(raw["as_of"]),
        product=raw["product"],
    )
    return Standing(
        tenant=raw["tenant"],
        loan_id=raw["loan_id"],
        position_version=raw["position_version"],
        disposition=Disposition(raw["disposition"]),
        episode=raw["episode"],
        closed_episode=raw["closed_episode"],
        closing_reason=raw["closing_reason"],
        amounts=amounts,
    )


def _hold(raw: dict[str, Any]) -> HoldInterval:
    return HoldInterval(
        hold_id=raw["hold_id"],
        kind=HoldKind(raw["kind"]),
        party_id=raw["party_id"],
        blocks=tuple(Block(block) for block in raw["blocks"]),
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=_instant(raw["until_at"]),
        review_at=_instant(raw["review_at"]),
        amount_minor=raw["amount_minor"],
        has_no_estate=raw["has_no_estate"],
    )


def _past(raw: dict[str, Any]) -> PastAttempt:
    return PastAttempt(
        attempt_id=raw["attempt_id"],
        channel=Channel(raw["channel"]),
        direction=Direction(raw["direction"]),
        purpose=Purpose(raw["purpose"]),
        point_id=raw["point_id"],
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=datetime.fromisoformat(raw["until_at"]),
        is_connected=is_connected(Outcome(raw["outcome"])),
    )


def _instant(raw: str | None) -> datetime | None:
    return None if raw is None else datetime.fromisoformat(raw)


def _date(raw: str | None) -> date | None:
    return None if raw is None else date.fromisoformat(raw)


_CALL = text(
    """SELECT CAST(hearing(:result_key, :topic, :consumer, :tenant, :loan_id, :party_id, :debtor_id,
        :attempt_key, :since, :wall) AS text)"""
)
