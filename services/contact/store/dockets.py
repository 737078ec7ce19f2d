"""All that a hearing looks at, read in one round trip; locked too where somebody acts on it.

The locks are those of every command here, in their order: the key's result, the loan's stream, the
parties. What a locked docket says holds until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import TouchOutcome
from interfaces.facts import HoldInterval
from interfaces.values import (
    Block,
    Capacity,
    Channel,
    Direction,
    Disposition,
    HoldKind,
    Purpose,
    Role,
)
from services.contact.domain.law.facts import (
    KnownAgency,
    KnownNotice,
    KnownOverride,
    PastAttempt,
    Reachability,
    Result,
)
from services.contact.domain.points import OptOut, Point, PointKind
from services.contact.domain.standing import Amounts, Standing
from services.contact.store.driver import fetch_values
from services.contact.store.overrides import override_of
from services.contact.store.people import Link
from services.contact.store.progress import notice_of
from services.contact.store.tables import PartyRow, PointRow
from services.contact.store.terms import Term, Treated, term_of, treated_of
from services.contact.store.touches import AttemptStatus

_OUTCOME: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)


@dataclass(frozen=True)
class Ask:
    """What is wanted: attempts that ended before `since` are left out, and reservations that ran
    out on the `wall`. `attempt_key` is the key of the touch's own attempt, if it has one."""

    tenant: str
    loan_ids: tuple[str, ...]
    party_id: str
    debtor_id: str
    consumer: str
    since: datetime
    wall: datetime
    attempt_key: str = ""


@dataclass(frozen=True)
class Party:
    """A party as it is stored, its name under its own key."""

    party_id: str
    tenant: str
    language: str
    kind: str
    time_zone: str
    subject_key: bytes | None
    name: bytes | None


@dataclass(frozen=True)
class StoredPoint:
    """A contact point as it is stored, its value under its party's key."""

    party_id: str
    point_id: str
    kind: str
    value: bytes
    provenance: str
    is_verified: bool
    is_reserved: bool
    has_consent: bool
    ordinal: int
    failures: int
    is_invalid: bool
    time_zone: str

    @property
    def as_point(self) -> Point:
        return Point(
            point_id=self.point_id,
            kind=PointKind(self.kind),
            is_verified=self.is_verified,
            is_reserved=self.is_reserved,
            is_invalid=self.is_invalid,
            failures=self.failures,
            ordinal=self.ordinal,
        )


# A row that a session watches, or the same as a docket has it.
AnyParty = PartyRow | Party
AnyPoint = PointRow | StoredPoint


@dataclass(frozen=True)
class Docket:
    """`first` is what was answered before: then nothing else was looked at. `own_id` is the
    attempt under the touch's own key, empty if there is none; `held_loans` are the loans of those
    holds that are of one alone, by the hold's id."""

    first: TouchOutcome | None = None
    own_id: str = ""
    is_parked: bool = False
    standings: tuple[Standing, ...] = ()
    party: Party | None = None
    links: tuple[Link, ...] = ()
    points: tuple[StoredPoint, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    terms: tuple[Term, ...] = ()
    treatments: tuple[Treated, ...] = ()
    reachability: Reachability = Reachability.REACHABLE
    holds: tuple[HoldInterval, ...] = ()
    held_loans: Mapping[str, str] = field(default_factory=dict)
    attempts: tuple[PastAttempt, ...] = ()
    overrides: tuple[KnownOverride, ...] = ()
    notices: tuple[KnownNotice, ...] = ()
    first_contacts: Mapping[str, datetime] = field(default_factory=dict)
    limitations: Mapping[str, date] = field(default_factory=dict)
    arrangements: Mapping[str, str] = field(default_factory=dict)
    agency: KnownAgency | None = None
    placed_until: datetime | None = None


async def call(
    session: AsyncSession, asks: Sequence[Ask], topic: str, result_keys: Sequence[str]
) -> list[Docket]:
    """Lock and read about one loan each; a concurrent command about the same key, loan or debtor is
    awaited. `result_keys` are the business keys under which the answers are remembered."""
    rows = [
        (a.tenant, a.loan_ids[0], a.party_id, a.debtor_id, a.attempt_key, a.since) for a in asks
    ]
    columns = map(list, zip(*rows, strict=True))
    head = (topic, asks[0].consumer, asks[0].wall, result_keys)
    found = map(from_json, await fetch_values(session, _CALL, *head, *columns))
    return [_docket(ask, raw) for ask, raw in zip(asks, found, strict=True)]


async def look(session: AsyncSession, ask: Ask) -> Docket:
    """Read without locking."""
    bound = {**vars(ask), "loan_ids": list(ask.loan_ids)}
    raw: dict[str, Any] = from_json((await session.execute(_LOOK, bound)).scalar_one())
    return _docket(ask, raw)


def _docket(ask: Ask, raw: dict[str, Any]) -> Docket:
    if "first" in raw:
        return Docket(first=_OUTCOME.validate_json(raw["first"]))
    stood = raw["standings"] or ()
    return Docket(
        own_id=(raw["own"] or {}).get("attempt_id", ""),
        is_parked=raw["is_parked"],
        standings=tuple(map(_standing, stood)),
        party=_party(raw["party"]) if raw["party"] else None,
        links=tuple(
            Link(ask.tenant, loan, party, Role(role)) for loan, party, role in raw["links"] or ()
        ),
        points=tuple(map(_point, raw["points"] or ())),
        opt_outs=tuple(OptOut(Channel(name), point) for name, point in raw["opt_outs"] or ()),
        terms=tuple(map(term_of, raw["terms"] or ())),
        treatments=tuple(map(treated_of, raw["treatments"] or ())),
        reachability=Reachability(raw["reachability"] or Reachability.REACHABLE),
        placed_until=_instant(raw["placed_until"]),
        holds=tuple(map(_hold, raw["holds"] or ())),
        held_loans={h["hold_id"]: h["loan_id"] for h in raw["holds"] or () if h["loan_id"]},
        attempts=tuple(map(_past, raw["attempts"] or ())),
        overrides=tuple(map(override_of, raw["overrides"] or ())),
        notices=tuple(map(notice_of, raw["notices"] or ())),
        first_contacts={
            loan: datetime.fromisoformat(at) for loan, at in (raw["first_contacts"] or {}).items()
        },
        limitations={s["loan_id"]: on for s in stood if (on := _date(s["limitation_expires_on"]))},
        arrangements={each["loan_id"]: each["arrangement"] for each in stood},
    )


def _party(raw: dict[str, Any]) -> Party:
    return Party(
        party_id=raw["party_id"],
        tenant=raw["tenant"],
        language=raw["language"],
        kind=raw["kind"],
        time_zone=raw["time_zone"],
        subject_key=_bytes(raw["subject_key"]),
        name=_bytes(raw["name"]),
    )


def _point(raw: dict[str, Any]) -> StoredPoint:
    return StoredPoint(
        party_id=raw["party_id"],
        point_id=raw["point_id"],
        kind=raw["kind"],
        value=_bytes(raw["value"]) or b"",
        provenance=raw["provenance"],
        is_verified=raw["is_verified"],
        is_reserved=raw["is_reserved"],
        has_consent=raw["has_consent"],
        ordinal=raw["ordinal"],
        failures=raw["failures"],
        is_invalid=raw["invalid_at"] is not None,
        time_zone=raw["time_zone"],
    )


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
    is_planned = raw["status"] == AttemptStatus.RESERVED
    return PastAttempt(
        attempt_id=raw["attempt_id"],
        party_id=raw["party_id"],
        loan_ids=tuple(raw["loan_ids"]),
        channel=Channel(raw["channel"]),
        direction=Direction(raw["direction"]),
        purpose=Purpose(raw["purpose"]),
        point_id=raw["point_id"],
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=datetime.fromisoformat(raw["until_at"]),
        result=Result.PLANNED if is_planned else Result(raw["outcome"] or Result.SENT),
        role=raw["role"],
        capacity=Capacity(raw["capacity"]),
        agency=raw["agency"],
    )


def _bytes(raw: str | None) -> bytes | None:
    r"""As JSON has them: `\x` and hexadecimal digits."""
    return None if raw is None else bytes.fromhex(raw[2:])


def _instant(raw: str | None) -> datetime | None:
    return None if raw is None else datetime.fromisoformat(raw)


def _date(raw: str | None) -> date | None:
    return None if raw is None else date.fromisoformat(raw)


_CALL = """SELECT CAST(hearings AS text)
    FROM hearings($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_LOOK = text(
    """SELECT CAST(hearing_facts(:tenant, :attempt_key, :consumer, CAST(:loan_ids AS text[]),
        :party_id, :debtor_id, :since, :wall) AS text)"""
)
