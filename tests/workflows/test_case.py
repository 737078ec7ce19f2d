"""Whole cases under time skipping: one per ending, over months."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interfaces import case
from interfaces.facts import ProvenAgreement, ProvenMatter, TakenOver
from interfaces.values import (
    AgreementKind,
    AgreementStatus,
    Channel,
    ClosingReason,
    Disposition,
    HoldKind,
    MatterStatus,
    Stage,
)
from tests import builders
from tests.workflows.driver import Play, opened
from tests.workflows.following import follow_contact

pytestmark = pytest.mark.stack


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [
        (Disposition.CURRENT, ClosingReason.CURED),
        (Disposition.CLOSED, ClosingReason.PAID),
        (Disposition.SOLD, ClosingReason.SOLD),
        (Disposition.RECALLED, ClosingReason.RECALLED),
        (Disposition.WRITTEN_OFF, ClosingReason.WRITTEN_OFF),
    ],
)
async def test_the_banks_word_ends_a_case(disposition: Disposition, reason: ClosingReason) -> None:
    async with opened() as play:
        await play.after(days=20)
        await play.position(disposition=disposition)
        outcome = await play.outcome()
        assert outcome.reason == reason
        assert [closing.reason for closing in play.services.cases.closings] == [reason]
        made = len(play.services.contact.touches)
        await play.after(days=30)
        assert len(play.services.contact.touches) == made


async def test_a_covering_payment_suspends_and_then_cures() -> None:
    async with opened() as play:
        await play.after(days=6)
        made = len(play.services.contact.touches)
        await play.position(disposition=Disposition.COVERED)
        outcome = await play.outcome()
        assert outcome.reason == ClosingReason.CURED
        assert len(play.services.contact.touches) == made
        assert "suspended" in [move.what for move in play.services.cases.moves]


async def test_a_borrower_who_never_answers_ends_in_court_and_the_court_ends_the_case() -> None:
    async with opened() as play, follow_contact(play):
        await play.after(days=100)
        assert play.services.legal.opened
        gate = play.services.contact
        gone = [each for each in gate.touches if each.channel is Channel.VISIT]
        assert {each.people for each in [*gone, *(r.touch for r in gate.reservations)]} == {2}
        stages = [m.to_stage for m in play.services.cases.moves if m.what == "stage_changed"]
        assert stages == list(Stage)[1:]
        await play.position(disposition=Disposition.CLOSED)
        outcome = await play.outcome()
        assert (outcome.reason, outcome.furthest_stage) == (ClosingReason.PAID, Stage.LEGAL)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (AgreementKind.SETTLEMENT, ClosingReason.SETTLED),
        (AgreementKind.PLAN, ClosingReason.ARRANGED),
    ],
)
async def test_a_kept_agreement_ends_the_case(kind: AgreementKind, reason: ClosingReason) -> None:
    async with opened() as play:
        now = await play.after(days=30)
        agreed = builders.agreement(1, now, AgreementStatus.ACTIVE, kind=kind)
        await play.tell(agreed)
        made = len(play.services.contact.touches)
        now = await play.after(days=10)
        assert len(play.services.contact.touches) == made
        await play.tell(replace(agreed, version=2, at=now, status=AgreementStatus.KEPT))
        assert (await play.outcome()).reason == reason


async def test_a_broken_plan_is_judged_once_and_the_ladder_goes_on() -> None:
    async with opened() as play:
        now = await play.after(days=10)
        play.services.negotiation.verdict = AgreementStatus.BROKEN
        agreed = play.services.negotiation.issue(builders.agreement(0, now, AgreementStatus.ACTIVE))
        await play.tell(agreed)
        made = len(play.services.contact.touches)
        await play.after(days=20)
        assert play.services.negotiation.version == 2
        assert len(play.services.contact.touches) > made
        await play.position(disposition=Disposition.CURRENT)
        assert (await play.outcome()).reason == ClosingReason.CURED


async def test_the_death_of_the_only_debtor_without_estate_ends_the_case() -> None:
    async with opened(parties=(builders.BORROWER,)) as play:
        now = await play.after(days=3)
        died = builders.hold(now, None, builders.BORROWER.party_id, HoldKind.DECEASED)
        await play.tell(builders.holds(1, now, replace(died, has_no_estate=True)))
        assert (await play.outcome()).reason == ClosingReason.DECEASED_WITHOUT_ESTATE


async def test_a_claim_left_alone_for_three_years_is_time_barred() -> None:
    async with opened(last_instalment_due_on=None) as play:
        now = await play.now()
        await play.tell(builders.holds(1, now, builders.hold(now, None)))
        outcome = await play.outcome()
        assert outcome.reason == ClosingReason.TIME_BARRED
        assert (await play.now() - now).days >= 3 * 365 - 2
        assert play.services.contact.touches == []


async def test_a_person_closes_a_case_that_should_not_exist() -> None:
    async with opened() as play:
        await play.after(days=2)
        order = case.CloseCase("opened for the wrong loan", "supervisor-7")
        await play.handle.execute_update(case.CLOSE_CASE, order)
        assert (await play.outcome()).reason == ClosingReason.ERROR


async def test_a_paused_case_touches_nobody_until_it_is_resumed() -> None:
    async with opened() as play:
        now = await play.after(days=2)
        made = len(play.services.contact.touches)
        pause = case.PauseCase(now + timedelta(days=300), "flood in the district", "supervisor-7")
        await play.handle.execute_update(case.PAUSE_CASE, pause)
        await play.after(days=30)
        assert len(play.services.contact.touches) == made
        await play.handle.execute_update(case.RESUME_CASE, case.ResumeCase("over", "supervisor-7"))
        await play.after(days=5)
        assert len(play.services.contact.touches) > made
        await play.position(disposition=Disposition.CURRENT)
        await play.outcome()


async def test_an_overdue_position_after_closing_opens_the_next_episode() -> None:
    async with opened() as play:
        await play.after(days=5)
        await play.position(disposition=Disposition.CURRENT)
        await play.outcome()
        again = await _restarted(play)
        await again.after(days=2)
        await again.position(disposition=Disposition.CURRENT)
        outcome = await again.outcome()
        assert (outcome.episode, outcome.reason) == (2, ClosingReason.CURED)


async def test_a_second_run_for_a_claimed_episode_ends_as_a_duplicate() -> None:
    async with opened() as play:
        await play.after(days=1)
        twin = await play.environment.client.start_workflow(
            "LoanCase",
            case.CaseStart("demo", "loan0001", play.clock),
            id="case-demo-twin",
            task_queue=case.TASK_QUEUE,
            result_type=case.CaseOutcome,
        )
        assert await twin.result() == case.CaseOutcome(0, "", "")
        await play.position(disposition=Disposition.CURRENT)
        await play.outcome()


async def test_a_case_taken_over_mid_ladder_adopts_what_was_proven_and_goes_on_from_there() -> None:
    proven = TakenOver(
        agreement=ProvenAgreement(
            AgreementKind.PLAN,
            builders.BORROWER.party_id,
            100_000,
            90_000,
            (builders.DUE + timedelta(days=20),),
            (10_000,),
        )
    )
    async with opened(taken_over=proven) as play:
        now = await play.after(days=1)
        assert play.services.contact.touches == []
        adopted = play.services.negotiation.latest
        assert adopted is not None
        kept = replace(adopted, version=9, at=now, status=AgreementStatus.KEPT)
        await play.tell(kept)
        assert (await play.outcome()).reason == ClosingReason.ARRANGED


async def test_an_adopted_matter_is_moved_when_its_deadline_comes() -> None:
    opened_on = builders.DUE - timedelta(days=200)
    proven = TakenOver(matter=ProvenMatter(MatterStatus.ENFORCING, "2026-1", opened_on, None))
    async with opened(taken_over=proven) as play:
        await play.after(days=8)
        assert play.services.legal.version == 2
        await play.position(disposition=Disposition.CLOSED)
        assert (await play.outcome()).reason == ClosingReason.PAID


async def test_a_rejected_act_is_recorded_and_tried_again_later() -> None:
    async with opened() as play, follow_contact(play):
        play.services.legal.rejects = 1
        await play.after(days=110)
        refused = [move for move in play.services.cases.moves if move.what == "act_refused"]
        assert [move.because for move in refused] == ["legal/not_now: not now"]
        assert len(play.services.legal.opened) == 1
        await play.position(disposition=Disposition.CLOSED)
        await play.outcome()


async def test_an_act_waits_for_a_standing_that_lags_behind() -> None:
    async with opened() as play:
        play.services.contact.behind = 5
        await play.after(days=2)
        assert play.services.contact.behind == 0
        assert play.services.contact.touches
        await play.position(disposition=Disposition.CURRENT)
        await play.outcome()


async def test_a_worker_without_cache_replays_every_step_to_the_same_end() -> None:
    async with opened(cached_max=0) as play, follow_contact(play):
        await play.after(days=60)
        await play.position(disposition=Disposition.CURRENT)
        outcome = await play.outcome()
        assert outcome.reason == ClosingReason.CURED
        assert outcome.furthest_stage == Stage.FIELD_VISIT


async def _restarted(play: Play) -> Play:
    """What cases does when a closed loan is overdue again: signal-with-start under the same id."""
    play.version += 1
    now = await play.now()
    due_on = now.date() - timedelta(days=1)
    overdue = builders.position(
        play.version, at=now, oldest_due_on=due_on, last_instalment_due_on=due_on
    )
    play.services.cases.know(overdue)
    handle = await play.environment.client.start_workflow(
        "LoanCase",
        case.CaseStart("demo", "loan0001", play.clock),
        id=case.workflow_id("demo", "loan0001"),
        task_queue=case.TASK_QUEUE,
        start_signal=case.POSITION_CHANGED,
        start_signal_args=[overdue],
        result_type=case.CaseOutcome,
    )
    return replace(play, handle=handle)
