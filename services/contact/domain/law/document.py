"""Facts read from, and written as, the JSON document that docs/law-facts.md describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from interfaces.facts import HoldInterval
from interfaces.values import Block, Capacity, Channel, Direction, HoldKind, Purpose, Role
from services.contact.domain.law.facts import (
    AgreedKind,
    Agreement,
    Ban,
    DayHours,
    Facts,
    Known,
    KnownAgency,
    KnownLoan,
    KnownNotice,
    KnownOverride,
    KnownPoint,
    KnownTreatment,
    NoticeKind,
    Override,
    PastAttempt,
    Proposal,
    Reachability,
    Result,
)
from services.contact.domain.points import OptOut
from services.contact.domain.zones import is_zone

Document = Mapping[str, Any]
# Beyond these, zones and reviews would leave the calendar.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


def parse(raw: Document, tenant: str = "") -> Facts:
    """Reads a document that its schema has already accepted. Raises `ValueError` for an unknown
    zone, and for a day or an instant that is none or lies beyond the calendars."""
    packs = raw["pack"]
    act = _act(raw["act"], tenant)
    return Facts(
        packs=(packs,) if isinstance(packs, str) else tuple(packs),
        at=_instant(raw["at"]),
        act=act,
        known=_known(raw, act),
    )


def _act(raw: Document, tenant: str) -> Proposal:
    override = raw.get("override")
    return Proposal(
        tenant=tenant,
        party_id=raw["party"],
        role=Role(raw["role"]),
        debtor_id=raw.get("debtor", raw["party"]),
        channel=Channel(raw["channel"]),
        purpose=Purpose(raw["purpose"]),
        point_id=raw.get("point", ""),
        loan_ids=tuple(raw.get("loans", ())),
        product=raw.get("product", ""),
        direction=Direction(raw.get("direction", Direction.OUTBOUND)),
        capacity=Capacity(raw.get("capacity", Capacity.CREDITOR)),
        agency=raw.get("agency", ""),
        people=raw.get("people", 0),
        enters=raw.get("enters", False),
        has_consent_to_enter=raw.get("has_consent_to_enter", False),
        discloses=raw.get("discloses", True),
        threatens_suit=raw.get("threatens_suit", False),
        is_cease_notice=raw.get("is_cease_notice", False),
        is_automated=raw.get("is_automated", False),
        override=Override(override["reason"], override["authority"]) if override else None,
    )


def _known(raw: Document, act: Proposal) -> Known:
    party, debtor = raw.get("party", {}), raw.get("debtor", {})
    return Known(
        zones=tuple(map(_zone, party.get("zones", ("UTC",)))),
        roles=frozenset(map(Role, party.get("roles", (act.role,)))),
        is_debtor_liable=debtor.get("is_liable", True),
        region=party.get("region", ""),
        party_kind=party.get("kind", "person"),
        has_refused=party.get("has_refused", False),
        is_willing_to_pay=party.get("is_willing_to_pay", False),
        reachability=Reachability(debtor.get("reachability", Reachability.REACHABLE)),
        is_dead=debtor.get("is_dead", False),
        is_incapacitated=debtor.get("is_incapacitated", False),
        points=tuple(map(_point, raw.get("points", ()))),
        opt_outs=tuple(
            OptOut(Channel(each["channel"]), each.get("point", ""))
            for each in raw.get("opt_outs", ())
        ),
        bans=tuple(map(_ban, raw.get("bans", ()))),
        agreements=tuple(map(_agreement, raw.get("agreements", ()))),
        treatments=tuple(map(_treatment, party.get("treatments", ()))),
        holds=tuple(
            _hold(each)
            for each in raw.get("holds", ())
            if not each.get("loan") or not act.loan_ids or each["loan"] in act.loan_ids
        ),
        attempts=tuple(_attempt(each, act) for each in raw.get("attempts", ())),
        loans=tuple(map(_loan, raw.get("loans", ()))),
        notices=tuple(map(_notice, raw.get("notices", ()))),
        overrides=tuple(map(_override, raw.get("overrides", ()))),
        agency=_agency(raw.get("agency")),
        placed_until=_perhaps(raw.get("placed_until")),
    )


def _point(raw: Document) -> KnownPoint:
    return KnownPoint(
        point_id=raw["id"],
        kind=raw["kind"],
        zones=tuple(raw.get("zones", ())),
        provenance=raw.get("provenance", ""),
        has_consent=raw.get("has_consent", False),
        is_verified=raw.get("is_verified", False),
        is_reserved=raw.get("is_reserved", False),
        is_invalid=raw.get("is_invalid", False),
    )


def _ban(raw: Document) -> Ban:
    hours = _day_hours(raw.get("hours"))
    return Ban(_channel(raw), hours, _perhaps(raw.get("from")), _perhaps(raw.get("until")))


def _agreement(raw: Document) -> Agreement:
    return Agreement(
        kind=AgreedKind(raw["kind"]),
        from_at=_instant(raw["from"]),
        until_at=_perhaps(raw.get("until")),
        channel=_channel(raw),
        hours=_day_hours(raw.get("hours")),
        per_day_max=raw.get("per_day_max"),
        evidence=raw.get("evidence", ""),
    )


def _treatment(raw: Document) -> KnownTreatment:
    return KnownTreatment(
        from_at=_instant(raw["from"]),
        until_at=_perhaps(raw.get("until")),
        touches_per_week_max=raw.get("touches_per_week_max"),
        allows_automated_voice=raw.get("allows_automated_voice", True),
    )


def _hold(raw: Document) -> HoldInterval:
    return HoldInterval(
        hold_id=raw["id"],
        kind=HoldKind(raw["kind"]),
        party_id=raw.get("party") or None,
        blocks=tuple(map(Block, raw["blocks"])),
        from_at=_instant(raw["from"]),
        until_at=_perhaps(raw.get("until")),
        review_at=None,
        amount_minor=raw.get("amount_minor"),
    )


def _attempt(raw: Document, act: Proposal) -> PastAttempt:
    from_at = _instant(raw["from"])
    return PastAttempt(
        attempt_id=raw["id"],
        party_id=raw.get("party", act.party_id),
        loan_ids=tuple(raw.get("loans", act.loan_ids)),
        channel=Channel(raw["channel"]),
        direction=Direction(raw.get("direction", Direction.OUTBOUND)),
        purpose=Purpose(raw.get("purpose", Purpose.COLLECTION)),
        point_id=raw.get("point", ""),
        from_at=from_at,
        until_at=_perhaps(raw.get("until")) or from_at,
        result=Result(raw["outcome"]),
        debtor_id=raw.get("debtor", act.debtor_id),
        role=raw.get("role", ""),
        capacity=Capacity(raw.get("capacity", Capacity.CREDITOR)),
        agency=raw.get("agency", ""),
    )


def _loan(raw: Document) -> KnownLoan:
    return KnownLoan(
        loan_id=raw["id"],
        product=raw.get("product", ""),
        limitation_expires_on=_day(raw.get("limitation_expires_on")),
        is_limitation_known=raw.get("is_limitation_known", True),
        is_settled=raw.get("is_settled", False),
        arrangement=raw.get("arrangement", ""),
        first_communication_at=_perhaps(raw.get("first_communication_at")),
        next_due_on=_day(raw.get("next_due_on")),
        payments_missed_two_on=_day(raw.get("payments_missed_two_on")),
        assigned_at=_perhaps(raw.get("assigned_at")),
        oldest_due_on=_day(raw.get("oldest_due_on")),
    )


def _notice(raw: Document) -> KnownNotice:
    return KnownNotice(
        kind=NoticeKind(raw["kind"]),
        loan_id=raw["loan"],
        party_id=raw["party"],
        sent_at=_instant(raw["sent_at"]),
        delivered_at=_perhaps(raw.get("delivered_at")),
    )


def _override(raw: Document) -> KnownOverride:
    return KnownOverride(
        override_id=raw["id"],
        rule_id=raw["rule"],
        reason=raw["reason"],
        authority=raw["authority"],
        from_at=_instant(raw["from"]),
        until_at=_instant(raw["until"]),
        loan_id=raw.get("loan", ""),
        channel=_channel(raw),
    )


def _agency(raw: Document | None) -> KnownAgency | None:
    if not raw:
        return None
    return KnownAgency(
        name=raw["name"],
        is_listed=raw.get("is_listed", False),
        evaluated_on=_day(raw.get("evaluated_on")),
        contract_until=_day(raw.get("contract_until")),
        agents_certified=raw.get("agents_certified", False),
    )


def _zone(named: str) -> str:
    if not is_zone(named):
        raise ValueError(f"{named!r} is no IANA time zone")
    return named


def _instant(raw: str) -> datetime:
    at = datetime.fromisoformat(raw)
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise ValueError(f"{raw} is not of the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return at.astimezone(UTC)


def _perhaps(raw: str | None) -> datetime | None:
    return _instant(raw) if raw else None


def _day(raw: str | None) -> date | None:
    return date.fromisoformat(raw) if raw else None


def _channel(raw: Document) -> Channel | None:
    named = raw.get("channel")
    return Channel(named) if named else None


def _day_hours(raw: Sequence[str] | None) -> DayHours | None:
    return DayHours(*map(time.fromisoformat, raw)) if raw else None
