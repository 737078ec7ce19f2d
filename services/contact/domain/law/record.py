"""What a verdict looked at, written as a facts document; ids only, and nothing that is default."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from interfaces.facts import HoldInterval
from interfaces.values import Capacity, Direction
from services.contact.domain.law.facts import (
    Agreement,
    Ban,
    DayHours,
    Known,
    KnownAgency,
    KnownLoan,
    KnownOverride,
    KnownPoint,
    KnownTreatment,
    PastAttempt,
    Proposal,
)
from services.contact.domain.law.judgement import Finding, Verdict

Document = dict[str, Any]


def document_of(packs: list[str], at: datetime, act: Proposal, known: Known) -> Document:
    lists: Document = {
        "points": [_point(each) for each in known.points],
        "opt_outs": [{"channel": o.channel.value, "point": o.point_id} for o in known.opt_outs],
        "bans": [_ban(each) for each in known.bans],
        "agreements": [_agreement(each) for each in known.agreements],
        "holds": [_hold(each) for each in known.holds],
        "attempts": [_attempt(each) for each in known.attempts],
        "loans": [_loan(each) for each in known.loans],
        "notices": [
            _kept(kind=n.kind, loan=n.loan_id, party=n.party_id, sent_at=n.sent_at)
            | _kept(delivered_at=n.delivered_at)
            for n in known.notices
        ],
        "overrides": [_override(each) for each in known.overrides],
    }
    return {
        "pack": packs,
        "at": at.isoformat(),
        "act": _act(act),
        "party": _kept(
            kind=known.party_kind,
            roles=sorted(known.roles),
            zones=list(known.zones),
            region=known.region,
            has_refused=known.has_refused,
            is_willing_to_pay=known.is_willing_to_pay,
            treatments=[_treatment(each) for each in known.treatments],
        ),
        "debtor": {"is_liable": known.is_debtor_liable}
        | _kept(
            reachability=known.reachability,
            is_dead=known.is_dead,
            is_incapacitated=known.is_incapacitated,
        ),
        **{name: found for name, found in lists.items() if found},
        **({"agency": _agency(known.agency)} if known.agency else {}),
        **({"placed_until": known.placed_until.isoformat()} if known.placed_until else {}),
    }


def answer_of(label: str, verdict: Verdict) -> Document:
    """The answer of `forbear law explain` and of the contact verdict, as JSON."""
    told: Document = {"allowed": verdict.is_allowed, "pack": label}
    deciding = verdict.deciding
    if deciding is not None:
        told |= {"rule": verdict.rule_id, **_weight(deciding), "because": verdict.because}
    at = verdict.next_allowed_at
    if not verdict.is_allowed:
        told["next_allowed_at"] = at.isoformat() if at else None
    return told | {"findings": [finding_of(each) for each in verdict.findings]}


def finding_of(finding: Finding) -> Document:
    return {
        "rule": finding.article.rule_id,
        **_weight(finding),
        "because": finding.because,
        "until": finding.until.isoformat() if finding.until else None,
        "is_overridden": finding.is_overridden,
    } | ({"override": _answered(finding.override)} if finding.override else {})


def overridden(verdict: Verdict) -> str:
    """Which soft rules were overridden, by whom; empty if none was."""
    return "; ".join(
        f"{each.article.rule_id} overridden by {each.override.authority} "
        f"({each.override.override_id}): {each.override.reason}"
        for each in verdict.findings
        if each.override is not None
    )


def _answered(override: KnownOverride) -> Document:
    return {
        "id": override.override_id,
        "authority": override.authority,
        "reason": override.reason,
    }


def _weight(finding: Finding) -> Document:
    article = finding.article
    return {
        "strength": article.strength.value,
        "status": finding.status.value,
        "source": article.source,
        "confidence": article.confidence,
    }


def _act(act: Proposal) -> Document:
    told = _kept(
        party=act.party_id,
        role=act.role,
        debtor=act.debtor_id,
        loans=list(act.loan_ids),
        product=act.product,
        channel=act.channel,
        purpose=act.purpose,
        capacity=act.capacity,
        agency=act.agency,
        point=act.point_id,
        people=act.people,
        enters=act.enters,
        has_consent_to_enter=act.has_consent_to_enter,
        threatens_suit=act.threatens_suit,
        is_cease_notice=act.is_cease_notice,
        is_automated=act.is_automated,
    )
    told["discloses"] = act.discloses
    if act.direction is Direction.INBOUND:
        told["direction"] = "inbound"
    if act.override is not None:
        told["override"] = {"reason": act.override.reason, "authority": act.override.authority}
    return told


def _point(point: KnownPoint) -> Document:
    return _kept(
        id=point.point_id,
        kind=point.kind,
        zones=list(point.zones),
        provenance=point.provenance,
        has_consent=point.has_consent,
        is_verified=point.is_verified,
        is_reserved=point.is_reserved,
        is_invalid=point.is_invalid,
    )


def _ban(ban: Ban) -> Document:
    hours = _hours(ban.hours)
    told = _kept(channel=ban.channel, hours=hours, until=ban.until_at)
    return told | ({"from": ban.from_at.isoformat()} if ban.from_at else {})


def _agreement(agreed: Agreement) -> Document:
    told = _kept(kind=agreed.kind, channel=agreed.channel, hours=_hours(agreed.hours))
    told |= {"from": agreed.from_at.isoformat()} | _kept(until=agreed.until_at)
    told |= {} if agreed.per_day_max is None else {"per_day_max": agreed.per_day_max}
    return told | _kept(evidence=agreed.evidence)


def _treatment(treatment: KnownTreatment) -> Document:
    told: Document = {"from": treatment.from_at.isoformat()} | _kept(until=treatment.until_at)
    if treatment.touches_per_week_max is not None:
        told["touches_per_week_max"] = treatment.touches_per_week_max
    return told if treatment.allows_automated_voice else told | {"allows_automated_voice": False}


def _hold(hold: HoldInterval) -> Document:
    told = _kept(id=hold.hold_id, kind=hold.kind, party=hold.party_id, until=hold.until_at)
    told |= {"blocks": [block.value for block in hold.blocks], "from": hold.from_at.isoformat()}
    return told | _kept(amount_minor=hold.amount_minor)


def _attempt(past: PastAttempt) -> Document:
    told: Document = {
        "id": past.attempt_id,
        "party": past.party_id,
        "loans": list(past.loan_ids),
        "channel": str(past.channel),
        "direction": str(past.direction),
        "purpose": str(past.purpose),
        "from": past.from_at.isoformat(),
        "outcome": str(past.result),
    }
    if past.until_at != past.from_at:
        told["until"] = past.until_at.isoformat()
    if past.capacity is not Capacity.CREDITOR:
        told["capacity"] = past.capacity.value
    for name, value in _named(past):
        if value:
            told[name] = value
    return told


def _named(past: PastAttempt) -> tuple[tuple[str, str], ...]:
    return (
        ("point", past.point_id),
        ("debtor", past.debtor_id),
        ("role", past.role),
        ("agency", past.agency),
    )


def _override(override: KnownOverride) -> Document:
    told: Document = _answered(override) | {"rule": override.rule_id}
    told |= {"from": override.from_at.isoformat(), "until": override.until_at.isoformat()}
    return told | _kept(loan=override.loan_id, channel=override.channel)


def _loan(loan: KnownLoan) -> Document:
    told: Document = {} if loan.is_limitation_known else {"is_limitation_known": False}
    return told | _kept(
        id=loan.loan_id,
        product=loan.product,
        limitation_expires_on=loan.limitation_expires_on,
        is_settled=loan.is_settled,
        arrangement=loan.arrangement,
        first_communication_at=loan.first_communication_at,
        next_due_on=loan.next_due_on,
        payments_missed_two_on=loan.payments_missed_two_on,
        assigned_at=loan.assigned_at,
        oldest_due_on=loan.oldest_due_on,
    )


def _agency(agency: KnownAgency) -> Document:
    return _kept(
        name=agency.name,
        is_listed=agency.is_listed,
        evaluated_on=agency.evaluated_on,
        contract_until=agency.contract_until,
        agents_certified=agency.agents_certified,
    )


def _hours(hours: DayHours | None) -> list[str]:
    return [f"{hours.from_time:%H:%M}", f"{hours.until_time:%H:%M}"] if hours else []


def _kept(**fields: object) -> Document:
    """The fields that say something, dates and instants in ISO."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
        if value
    }
