"""Rules that end a case, or suspend it because its money seems to have come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from interfaces.facts import HoldInterval
from interfaces.values import (
    LIABLE_ROLES,
    AgreementKind,
    AgreementStatus,
    ClosingReason,
    Disposition,
    HoldKind,
    MatterStatus,
)
from workflows.acts import Adopt, Close, Decision, Later, Move, Wait
from workflows.limitation import limitation_expires_on
from workflows.state import CaseState
from workflows.strategy import act_instant
from workflows.under_way import visit_cancelled, wishes_withdrawn

BEFORE_THE_COURT = (MatterStatus.AWAITING_APPROVAL, MatterStatus.REFUSED, MatterStatus.OPEN)
ENDINGS = {
    Disposition.SOLD: ClosingReason.SOLD,
    Disposition.RECALLED: ClosingReason.RECALLED,
    Disposition.WRITTEN_OFF: ClosingReason.WRITTEN_OFF,
}


def ordered_to_close(state: CaseState, now: datetime) -> Decision | None:
    if not state.close_order:
        return None
    return visit_cancelled(state) or Close(ClosingReason.ERROR, state.close_order)


def ended_by_the_bank(state: CaseState, now: datetime) -> Decision | None:
    """The loan is closed, gone or current again: only the bank's own word ends a case this way."""
    disposition = state.position.disposition
    if disposition in (Disposition.OVERDUE, Disposition.COVERED):
        return None
    return visit_cancelled(state) or Close(_ending(state), f"the bank says: {disposition}")


def _ending(state: CaseState) -> ClosingReason:
    disposition = state.position.disposition
    if disposition in ENDINGS:
        return ENDINGS[disposition]
    by_agreement = _kept_agreement(state)
    if by_agreement is not None:
        return by_agreement
    return ClosingReason.PAID if disposition is Disposition.CLOSED else ClosingReason.CURED


def _kept_agreement(state: CaseState) -> ClosingReason | None:
    agreement = state.facts.agreement
    if agreement is None or agreement.status is not AgreementStatus.KEPT:
        return None
    if agreement.agreement_id == state.inherited:
        return None
    return {
        AgreementKind.SETTLEMENT: ClosingReason.SETTLED,
        AgreementKind.PLAN: ClosingReason.ARRANGED,
    }.get(agreement.kind)


def not_yet_adopted(state: CaseState, now: datetime) -> Decision | None:
    """What was proven of the delinquency taken over says nothing about a later one, though every
    position goes on naming it."""
    if state.position.taken_over is None or state.is_adopted or state.earlier_episodes:
        return None
    return Adopt()


def agreement_completed(state: CaseState, now: datetime) -> Decision | None:
    reason = _kept_agreement(state)
    if reason is None:
        return None
    return visit_cancelled(state) or Close(reason, "the agreement was kept to its last instalment")


def nobody_left_to_pay(state: CaseState, now: datetime) -> Decision | None:
    """Civil Code art. 1161: heirs owe no more than the estate; without one, only others can."""
    liable = {party.party_id for party in state.parties(*LIABLE_ROLES)}
    gone = {
        hold.party_id
        for hold in blocking_of_kind(state, now, HoldKind.DECEASED)
        if hold.has_no_estate
    }
    if not liable or liable - gone:
        return None
    return visit_cancelled(state) or Close(
        ClosingReason.DECEASED_WITHOUT_ESTATE, "every liable party died and left no estate"
    )


def blocking_of_kind(state: CaseState, now: datetime, kind: HoldKind) -> Iterator[HoldInterval]:
    for hold in state.facts.holds.intervals if state.facts.holds else ():
        has_begun = hold.from_at <= now
        if hold.kind is kind and has_begun and (hold.until_at is None or now < hold.until_at):
            yield hold


def time_barred(state: CaseState, now: datetime) -> Decision | Later | None:
    """A claim nobody brought to court in time is left alone."""
    matter = state.facts.matter
    if matter is not None and matter.status not in BEFORE_THE_COURT:
        return None
    expires_on = limitation_expires_on(state)
    if expires_on is None:
        return None
    first_barred = act_instant(state, expires_on + timedelta(days=1))
    if now < first_barred:
        return Later(first_barred, "limitation expires")
    return visit_cancelled(state) or Close(
        ClosingReason.TIME_BARRED, f"limitation expired on {expires_on.isoformat()}"
    )


def covered(state: CaseState, now: datetime) -> Decision | None:
    """Payments cover the overdue: acts stop at once; the case closes when nobody contradicts."""
    if state.position.disposition is not Disposition.COVERED:
        if state.is_suspended:
            return Move("resumed", state.reached, "the overdue amount is no longer covered")
        return None
    stopped = visit_cancelled(state) or wishes_withdrawn(state, "payments cover the overdue amount")
    if stopped is not None:
        return stopped
    if not state.is_suspended:
        return Move("suspended", state.reached, "payments cover the overdue amount")
    confirmed_at = state.calendar.after(
        state.suspended_at or state.position.at, state.strategy.confirmation
    )
    if now >= confirmed_at:
        return Close(ClosingReason.CURED, "covered, and the bank did not contradict in time")
    return Wait(confirmed_at, "covered; waiting for the bank to confirm")
