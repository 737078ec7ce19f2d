"""LoanCase: one durable workflow per overdue loan, from its first missed payment to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from interfaces import case
from interfaces.cases import CasesActivities, ClaimEpisode, CloseEpisode, EpisodeClaim
from interfaces.facts import Fact, Position
from interfaces.values import Channel
from workflows import acts, evolve, perform, showing
from workflows.calls import call
from workflows.handlers import CaseHandlers
from workflows.ladder import decide
from workflows.state import CaseState

STATE = TypeAdapter(CaseState)
AFTER_A_REJECTION = timedelta(days=7)
AFTER_A_CIRCLE = timedelta(hours=1)


@workflow.defn(name=case.WORKFLOW_TYPE)
class LoanCase(CaseHandlers):
    @workflow.init
    def __init__(self, start: case.CaseStart) -> None:
        carried = STATE.validate_python(start.carried) if start.carried is not None else None
        super().__init__(start.clock, carried)
        self._shown: showing.Shown | None = None

    @workflow.run
    async def run(self, start: case.CaseStart) -> case.CaseOutcome:
        if self._state is None:
            claim = await self._claim(start)
            if claim.is_duplicate:
                return await self._end_as_duplicate(start, claim)
            self._open(start, claim)
        while True:
            state = self._known
            decision = self._decided(state)
            self._show(decision)
            if isinstance(decision, acts.Close):
                if await self._close(decision):
                    return await self._end(start, decision, state.position.version)
            elif isinstance(decision, acts.Wait):
                await self._sleep(decision)
            else:
                await self._do(decision)
            await self._continue_when_long(start)

    def _decided(self, state: CaseState) -> acts.Decision:
        decision = decide(state, state.now)
        if not isinstance(decision, acts.WithdrawWishes):
            return decision
        # Cases that ran before wishes could be withdrawn, or what was met be stopped, waited here.
        if decision.keys:
            is_known, without = workflow.patched("withdraw-wishes"), replace(state, wishes=())
        else:
            is_known, without = workflow.patched("stop-what-was-met"), state
        return decision if is_known else decide(replace(without, may_linger=False), state.now)

    async def _claim(self, start: case.CaseStart) -> EpisodeClaim:
        command = ClaimEpisode(start.tenant, start.loan_id, workflow.info().run_id)
        return await call(CasesActivities.claim_episode, command, "claim the episode")

    def _open(self, start: case.CaseStart, claim: EpisodeClaim) -> None:
        self._state = evolve.opened(start.tenant, start.loan_id, claim)
        for fact in self._early:
            self._absorb(fact)

    async def _sleep(self, wait: acts.Wait) -> None:
        """Sleeps once, until the instant that matters or a fact."""
        self._is_woken = False
        delay = evolve.wall_wait(self._clock, wait.until, workflow.now())
        if delay > timedelta(0):
            try:
                await workflow.wait_condition(
                    lambda: self._is_woken, timeout=delay, timeout_summary=wait.because[:200]
                )
            except TimeoutError:
                pass
            else:
                return
        woke_at = evolve.woke_at(self._clock, wait.until, workflow.now())
        self._state = evolve.woken(self._known, woke_at)

    async def _do(self, act: acts.Act) -> None:
        before = self._known
        try:
            await DEEDS[type(act)](self, act)
        except ActivityError as error:
            await self._rejected(act, error)
        if evolve.is_circling(before, self._known):
            await self._sleep(
                acts.Wait(before.now + AFTER_A_CIRCLE, "nothing changed; again later")
            )

    async def _rejected(self, act: acts.Act, error: ActivityError) -> None:
        """An owner refused an act by its own rules: say so, and try again later."""
        cause = error.cause
        if not isinstance(cause, ApplicationError) or isinstance(act, acts.Move):
            raise RuntimeError(f"{type(act).__name__} failed: {cause}") from error
        because = f"{cause.type}: {cause.message}"
        refused = acts.Move("act_refused", self._known.reached, because[:500])
        await perform.record(self._known, refused)
        self._state = evolve.next_act(self._known)
        if isinstance(act, acts.MakeOfferTo | acts.BookVisitTo | acts.OpenMatterAgainst):
            until = self._known.now + AFTER_A_REJECTION
            self._state = evolve.put_off(self._known, act.step, act.party.party_id, until)

    async def _move(self, act: acts.Move) -> None:
        await perform.record(self._known, act)
        self._state = evolve.moved(self._known, act)

    async def _adopt(self, act: acts.Adopt) -> None:
        for fact in await perform.adopt(self._known, act):
            self._absorb(fact)
        self._state = evolve.adopted(self._known)

    async def _touch(self, act: acts.TouchParty) -> None:
        outcome = await perform.touch(self._known, act)
        self._state = evolve.touched(
            self._known, act.step, act.party.party_id, act.channel, outcome
        )

    async def _withdraw(self, act: acts.WithdrawWishes) -> None:
        answer = await perform.withdraw(self._known, act)
        self._state = evolve.withdrawn(self._known, act.keys, answer)

    async def _offer(self, act: acts.MakeOfferTo) -> None:
        self._absorb(await perform.offer(self._known, act))
        self._state = evolve.done(self._known, act.step, act.party.party_id)

    async def _judge_agreement(self, act: acts.JudgeOpenAgreement) -> None:
        await self._note(perform.judge_agreement(self._known, act.agreement_id))

    async def _book_visit(self, act: acts.BookVisitTo) -> None:
        visit, outcome = await perform.book(self._known, act)
        self._absorb(visit)
        self._state = evolve.touched(
            self._known, act.step, act.party.party_id, Channel.VISIT, outcome
        )

    async def _begin_visit(self, act: acts.BeginBookedVisit) -> None:
        visit = self._known.facts.visit
        if visit is not None:
            await self._note(perform.begin(self._known, visit))

    async def _judge_visit(self, act: acts.JudgePastVisit) -> None:
        await self._note(perform.judge_visit(self._known, act.visit_id))

    async def _cancel_visit(self, act: acts.CancelBookedVisit) -> None:
        await self._note(perform.cancel(self._known, act.visit_id, act.because))

    async def _open_matter(self, act: acts.OpenMatterAgainst) -> None:
        self._absorb(await perform.open_matter(self._known, act))
        self._state = evolve.done(self._known, act.step, act.party.party_id)

    async def _move_matter(self, act: acts.MoveOpenMatter) -> None:
        await self._note(perform.move_matter(self._known, act.matter_id))

    async def _note(self, deed: Awaitable[Fact]) -> None:
        self._absorb(await deed)
        self._state = evolve.next_act(self._known)

    async def _close(self, close: acts.Close) -> bool:
        state = self._known
        closing = await call(
            CasesActivities.close_episode,
            CloseEpisode(
                key=state.key,
                tenant=state.tenant,
                loan_id=state.loan_id,
                episode=state.episode,
                at=state.now,
                position_version=state.position.version,
                reason=close.reason,
                furthest_stage=state.furthest,
                because=close.because,
            ),
            f"close: {close.reason}",
        )
        if not closing.is_closed:
            newer = closing.facts or state.facts
            self._state = evolve.next_act(evolve.with_facts(self._known, newer))
        return closing.is_closed

    async def _end(
        self, start: case.CaseStart, close: acts.Close, decided_on: int
    ) -> case.CaseOutcome:
        """`decided_on` is the position version the closing knew: a newer one may have come while
        the closing was under way, after `cases` had committed it."""
        closed = self._known
        self._show(close)
        await workflow.wait_condition(workflow.all_handlers_finished)
        self._continue_if_news_came(start, decided_on)
        return case.CaseOutcome(closed.episode, close.reason, closed.furthest)

    async def _end_as_duplicate(
        self, start: case.CaseStart, claim: EpisodeClaim
    ) -> case.CaseOutcome:
        seen = claim.facts.position.version if claim.facts and claim.facts.position else 0
        await workflow.wait_condition(workflow.all_handlers_finished)
        if seen:
            self._continue_if_news_came(start, seen)
        return case.CaseOutcome(0, "", "")

    def _continue_if_news_came(self, start: case.CaseStart, seen_version: int) -> None:
        """A position that came after the one decided on may open the next episode, even one that
        says current: an overdue one that nobody opened an episode for may lie before it."""
        newest = self._state.position if self._state else None
        candidates = [fact for fact in self._early if isinstance(fact, Position)]
        candidates += [newest] if newest else []
        if any(position.version > seen_version for position in candidates):
            workflow.continue_as_new(case.CaseStart(start.tenant, start.loan_id, self._clock))

    async def _continue_when_long(self, start: case.CaseStart) -> None:
        if not workflow.info().is_continue_as_new_suggested():
            return
        await workflow.wait_condition(workflow.all_handlers_finished)
        carried: dict[str, Any] = STATE.dump_python(self._known, mode="json")
        workflow.continue_as_new(case.CaseStart(start.tenant, start.loan_id, self._clock, carried))

    def _show(self, decision: acts.Decision) -> None:
        """What operations see: details cost nothing, search attributes only when they change."""
        workflow.set_current_details(showing.details(self._known, decision))
        if not isinstance(decision, acts.Wait | acts.Close):
            return
        shown = showing.shown(self._known, decision)
        if shown != self._shown:
            workflow.upsert_search_attributes(showing.attributes(shown))
            self._shown = shown


Deed = Callable[[LoanCase, Any], Awaitable[None]]
DEEDS: dict[type[acts.Act], Deed] = {
    acts.Move: LoanCase._move,
    acts.Adopt: LoanCase._adopt,
    acts.TouchParty: LoanCase._touch,
    acts.MakeOfferTo: LoanCase._offer,
    acts.JudgeOpenAgreement: LoanCase._judge_agreement,
    acts.BookVisitTo: LoanCase._book_visit,
    acts.BeginBookedVisit: LoanCase._begin_visit,
    acts.JudgePastVisit: LoanCase._judge_visit,
    acts.CancelBookedVisit: LoanCase._cancel_visit,
    acts.WithdrawWishes: LoanCase._withdraw,
    acts.OpenMatterAgainst: LoanCase._open_matter,
    acts.MoveOpenMatter: LoanCase._move_matter,
}
