"""Carries an act out by the service that owns it, and says how the case's memory changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from interfaces.cases import CasesActivities, RecordTransition
from interfaces.contact import (
    AdoptContacts,
    ContactActivities,
    Release,
    Reservation,
    Touch,
    TouchOutcome,
    TouchStatus,
    Withdraw,
    Withdrawn,
)
from interfaces.facts import Fact, PartyInRole, Visit
from interfaces.field_visit import FieldVisitActivities, FindWindow, VisitCommand
from interfaces.legal import AdoptMatter, LegalActivities, MoveMatter, OpenMatter
from interfaces.negotiation import (
    AdoptAgreement,
    JudgeAgreement,
    MakeOffer,
    NegotiationActivities,
)
from interfaces.strategy import Step
from interfaces.values import Channel, Purpose, Role
from workflows.acts import (
    Adopt,
    BookVisitTo,
    MakeOfferTo,
    Move,
    OpenMatterAgainst,
    TouchParty,
    WithdrawWishes,
)
from workflows.calls import call
from workflows.limitation import limitation_expires_on
from workflows.state import CaseState
from workflows.strategy import acting_until

# A call that no collector had time for today is still worth making on one of the next days.
CALL_PATIENCE = timedelta(days=3)


async def record(state: CaseState, move: Move) -> None:
    await call(
        CasesActivities.record_transition,
        RecordTransition(
            key=state.key,
            tenant=state.tenant,
            loan_id=state.loan_id,
            episode=state.episode,
            seq=state.seq + 1,
            at=state.now,
            due_at=state.now,
            position_version=state.position.version,
            what=move.what,
            from_stage=state.reached,
            to_stage=move.to_stage,
            because=move.because,
        ),
        f"{move.what}: {state.reached} to {move.to_stage}",
    )


async def adopt(state: CaseState, act: Adopt) -> list[Fact]:
    """Contact, negotiation and legal take over what another system proved."""
    proven = state.position.taken_over
    if proven is None:
        return []
    ids = (state.key, state.tenant, state.loan_id, state.episode)
    contacts = AdoptContacts(*ids, state.now, proven.notices, proven.contacts)
    await call(ContactActivities.adopt, contacts, "adopt proven notices and contacts")
    adopted: list[Fact] = []
    currency = state.position.currency
    if proven.agreement is not None:
        agreement = AdoptAgreement(*ids, state.now, currency, proven.agreement)
        adopted.append(await call(NegotiationActivities.adopt, agreement, "adopt agreement"))
    if proven.matter is not None:
        matter = AdoptMatter(
            *ids,
            party_id=state.parties(Role.BORROWER)[0].party_id,
            at=state.now,
            currency=currency,
            claim_minor=state.position.overdue.total_minor,
            matter=proven.matter,
            limitation_expires_on=limitation_expires_on(state),
        )
        adopted.append(await call(LegalActivities.adopt, matter, "adopt matter"))
    return adopted


async def touch(state: CaseState, act: TouchParty) -> TouchOutcome:
    plain = _touch(state, act.party, act.channel, act.due_at, state.key, act.step)
    patience = CALL_PATIENCE if act.channel is Channel.CALL else timedelta(0)
    asked = replace(plain, window_until=acting_until(state, state.now + patience))
    return await call(
        ContactActivities.wish, asked, f"{act.step.key} by {act.channel} to {act.party.role}"
    )


async def withdraw(state: CaseState, act: WithdrawWishes) -> Withdrawn:
    ids = (state.key, state.tenant, state.loan_id, state.episode)
    command = Withdraw(*ids, state.now, act.keys, act.because)
    return await call(ContactActivities.withdraw, command, f"withdraw wishes: {act.because}")


async def offer(state: CaseState, act: MakeOfferTo) -> Fact:
    position = state.position
    return await call(
        NegotiationActivities.make_offer,
        MakeOffer(
            key=state.key,
            tenant=state.tenant,
            loan_id=state.loan_id,
            episode=state.episode,
            party_id=act.party.party_id,
            at=state.now,
            currency=position.currency,
            overdue_minor=position.collectable_minor,
            balance_minor=position.balance_minor,
            product=position.product,
            segment=position.segment,
        ),
        "make an offer",
    )


async def judge_agreement(state: CaseState, agreement_id: str) -> Fact:
    command = JudgeAgreement(state.key, state.tenant, state.loan_id, agreement_id, state.now)
    return await call(NegotiationActivities.judge, command, "judge the agreement on posted money")


async def book(state: CaseState, act: BookVisitTo) -> tuple[Visit, TouchOutcome]:
    """Books a window, then asks the gate to keep the budget for it until it ends."""
    command = FindWindow(
        key=state.key,
        tenant=state.tenant,
        loan_id=state.loan_id,
        episode=state.episode,
        party_id=act.party.party_id,
        branch=state.position.branch,
        at=state.now,
        earliest=act.due_at,
    )
    visit = await call(FieldVisitActivities.book, command, "book a visit")
    asked = _touch(
        state, act.party, Channel.VISIT, act.due_at, _visit_key(state, visit.visit_id), act.step
    )
    asked = replace(asked, people=visit.people)
    reservation = Reservation(asked, visit.window_from, visit.window_until)
    outcome = await call(ContactActivities.reserve, reservation, "reserve the visit at the gate")
    if outcome.status is TouchStatus.RESERVED:
        return visit, outcome
    return await _cancelled(state, visit.visit_id, outcome.because), outcome


async def begin(state: CaseState, visit: Visit) -> Visit:
    """On the day: the gate confirms or the visit is cancelled."""
    party = next((p for p in state.position.parties if p.party_id == visit.party_id), None)
    if party is None:
        return await cancel(state, visit.visit_id, "the party left the loan")
    key = _visit_key(state, visit.visit_id)
    asked = _touch(state, party, Channel.VISIT, state.now, key, None)
    asked = replace(asked, people=visit.people)
    outcome = await call(ContactActivities.confirm, asked, "confirm the visit at the gate")
    if outcome.status is not TouchStatus.CONFIRMED:
        return await _cancelled(state, visit.visit_id, f"the gate: {outcome.because}")
    return await call(
        FieldVisitActivities.begin, _visit_command(state, visit.visit_id), "begin the visit"
    )


async def cancel(state: CaseState, visit_id: str, because: str) -> Visit:
    key = _visit_key(state, visit_id)
    release = Release(key, state.tenant, state.loan_id, state.now, because)
    await call(ContactActivities.release, release, "release the reservation")
    return await _cancelled(state, visit_id, because)


async def judge_visit(state: CaseState, visit_id: str) -> Visit:
    return await call(
        FieldVisitActivities.judge, _visit_command(state, visit_id), "ask for the visit report"
    )


async def open_matter(state: CaseState, act: OpenMatterAgainst) -> Fact:
    return await call(
        LegalActivities.open_matter,
        OpenMatter(
            key=state.key,
            tenant=state.tenant,
            loan_id=state.loan_id,
            episode=state.episode,
            party_id=act.party.party_id,
            at=state.now,
            currency=state.position.currency,
            claim_minor=state.position.collectable_minor,
            limitation_expires_on=limitation_expires_on(state),
        ),
        "open a legal matter",
    )


async def move_matter(state: CaseState, matter_id: str) -> Fact:
    command = MoveMatter(state.key, state.tenant, state.loan_id, matter_id, state.now)
    return await call(LegalActivities.move, command, "the matter's deadline has come")


async def _cancelled(state: CaseState, visit_id: str, because: str) -> Visit:
    command = _visit_command(state, visit_id, because)
    return await call(FieldVisitActivities.cancel, command, "cancel the visit")


def _visit_command(state: CaseState, visit_id: str, because: str = "") -> VisitCommand:
    return VisitCommand(state.key, state.tenant, state.loan_id, visit_id, state.now, because)


def _visit_key(state: CaseState, visit_id: str) -> str:
    return f"{state.loan_id}/{state.episode}/visit/{visit_id}"


def _touch(  # noqa: PLR0913 - a touch is described by all of these and nothing less
    state: CaseState,
    party: PartyInRole,
    channel: Channel,
    due_at: datetime,
    key: str,
    step: Step | None,
) -> Touch:
    borrower = state.parties(Role.BORROWER)[0]
    is_third_party = party.role not in (Role.BORROWER, Role.CO_BORROWER)
    return Touch(
        key=key,
        tenant=state.tenant,
        loan_id=state.loan_id,
        episode=state.episode,
        position_version=state.position.version,
        party_id=party.party_id,
        role=party.role,
        about_party_id=borrower.party_id if is_third_party else party.party_id,
        channel=channel,
        purpose=step.purpose if step else Purpose.COLLECTION,
        at=state.now,
        due_at=due_at,
        template=step.template if step else "",
        notice=step.notice if step else "",
        asks_circumstances=step.asks_circumstances if step else True,
    )
