"""How facts and people reach a running case: its signals and updates, which only change memory."""

from __future__ import annotations

from datetime import datetime

from temporalio import workflow

from interfaces import case
from interfaces.clock import ClockReading
from interfaces.facts import Agreement, ContactProgress, Fact, Holds, Matter, Position, Visit
from workflows import evolve
from workflows.state import CaseState


class CaseHandlers:
    """Facts that come before the episode is claimed wait in `_early`."""

    def __init__(self, clock: ClockReading, state: CaseState | None) -> None:
        self._clock = clock
        self._state = state
        self._early: list[Fact] = []
        self._is_woken = False

    @property
    def _known(self) -> CaseState:
        if self._state is None:
            raise RuntimeError("the episode is not claimed yet")
        return self._state

    def _absorb(self, fact: Fact) -> None:
        self._is_woken = True
        if self._state is None:
            self._early.append(fact)
        else:
            self._state = evolve.evolve(self._state, fact)

    @workflow.signal(name=case.POSITION_CHANGED, description="The ledger's newest position")
    def position_changed(self, position: Position) -> None:
        self._absorb(position)

    @workflow.signal(name=case.HOLDS_CHANGED, description="All holds that touch this loan")
    def holds_changed(self, holds: Holds) -> None:
        self._absorb(holds)

    @workflow.signal(name=case.CONTACT_PROGRESSED, description="Notices and circumstances")
    def contact_progressed(self, progress: ContactProgress) -> None:
        self._absorb(progress)

    @workflow.signal(name=case.AGREEMENT_CHANGED, description="The latest agreement")
    def agreement_changed(self, agreement: Agreement) -> None:
        self._absorb(agreement)

    @workflow.signal(name=case.VISIT_CHANGED, description="The latest visit")
    def visit_changed(self, visit: Visit) -> None:
        self._absorb(visit)

    @workflow.signal(name=case.MATTER_CHANGED, description="The latest legal matter")
    def matter_changed(self, matter: Matter) -> None:
        self._absorb(matter)

    @workflow.signal(name=case.CLOCK_CHANGED, description="The case clock runs anew")
    def clock_changed(self, clock: ClockReading) -> None:
        self._clock = clock
        self._is_woken = True

    @workflow.update(name=case.PAUSE_CASE, description="Do nothing before an instant; say why")
    def pause_case(self, pause: case.PauseCase) -> None:
        self._state = evolve.paused(self._ordered(), pause.until, f"{pause.reason} ({pause.by})")
        self._is_woken = True

    @pause_case.validator
    def _may_pause(self, pause: case.PauseCase) -> None:
        self._must_be_open()
        if pause.until <= self._ordered().now:
            raise ValueError(f"until {pause.until.isoformat()} has passed; give a later instant")

    @workflow.update(name=case.RESUME_CASE, description="End a pause; say why")
    def resume_case(self, resume: case.ResumeCase) -> None:
        self._state = evolve.paused(self._ordered(), None, "")
        self._is_woken = True

    @resume_case.validator
    def _may_resume(self, resume: case.ResumeCase) -> None:
        self._must_be_open()
        if self._known.paused_until is None:
            raise ValueError("the case is not paused; there is nothing to resume")

    @workflow.update(name=case.CLOSE_CASE, description="Close a case opened in error; say why")
    def close_case(self, order: case.CloseCase) -> None:
        self._state = evolve.ordered_closed(self._ordered(), f"{order.reason} ({order.by})")
        self._is_woken = True

    @close_case.validator
    def _may_close(self, order: case.CloseCase) -> None:
        self._must_be_open()
        if not order.reason.strip():
            raise ValueError("say why this case is closed: the reason is empty")

    def _ordered(self) -> CaseState:
        """The state at the instant of an order: people carry no instant, so the case's clock says
        it. Else a case that slept would act as of when it fell asleep."""
        instant: datetime = self._clock.case_time(workflow.now())
        return evolve.woken(self._known, instant)

    def _must_be_open(self) -> None:
        if self._state is None:
            raise ValueError("the case is still opening; try again in a moment")
