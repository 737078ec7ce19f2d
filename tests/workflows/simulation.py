"""A plain world for the ladder: it plays decisions against scripted facts, without Temporal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from interfaces.contact import TouchOutcome, TouchStatus, Withdrawn
from interfaces.facts import Circumstances, ContactProgress, Fact, Notice, WishSettled
from interfaces.values import AgreementStatus, Channel, MatterStatus, NoticeStatus, VisitStatus
from tests import builders
from workflows import acts, evolve
from workflows.ladder import decide
from workflows.state import CaseState

OWN_VERSION = 1_000_000
POOLED_FOR = timedelta(hours=2)
VISIT_AFTER: dict[type, VisitStatus] = {
    acts.BeginBookedVisit: VisitStatus.UNDER_WAY,
    acts.JudgePastVisit: VisitStatus.MISSED,
    acts.CancelBookedVisit: VisitStatus.CANCELLED,
}
Gate = Callable[[acts.TouchParty, CaseState], TouchOutcome]


@dataclass(frozen=True)
class Done:
    """One decision that was carried out, with the state it was taken in."""

    at: datetime
    decision: acts.Decision
    state: CaseState


@dataclass
class World:
    """Delivers scripted facts at their instants and answers every act as the services would."""

    state: CaseState
    gate: Gate
    script: list[Fact] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    version: int = OWN_VERSION
    pooled: list[tuple[datetime, acts.TouchParty, str]] = field(default_factory=list)

    def play(self, until: datetime, decisions_max: int = 2_000) -> Sequence[Done]:
        self.script.sort(key=lambda fact: fact.at)
        for _ in range(decisions_max):
            decision = decide(self.state, self.state.now)
            self.done.append(Done(self.state.now, decision, self.state))
            if isinstance(decision, acts.Close) or self.state.now >= until:
                return self.done
            self._carry_out(decision)
        raise AssertionError(f"{decisions_max} decisions were not enough: a hot circle")

    def _carry_out(self, decision: acts.Decision) -> None:
        before = self.state
        if isinstance(decision, acts.Wait):
            self._wait(decision)
        elif isinstance(decision, acts.Move):
            self.state = evolve.moved(self.state, decision)
        elif isinstance(decision, acts.Adopt):
            self.state = evolve.adopted(self.state)
        elif isinstance(decision, acts.TouchParty):
            self._touch(decision)
        elif isinstance(decision, acts.WithdrawWishes):
            self._withdraw(decision)
        else:
            self._serve(decision)
        if not isinstance(decision, acts.Wait) and evolve.is_circling(before, self.state):
            self._wait(acts.Wait(before.now + timedelta(hours=1), "circle"))

    def _wait(self, wait: acts.Wait) -> None:
        fact_at = self.script[0].at if self.script else None
        if self.pooled and self.pooled[0][0] <= min(wait.until, fact_at or wait.until):
            self._settle(*self.pooled.pop(0))
        elif fact_at is not None and fact_at <= wait.until:
            self.state = evolve.evolve(self.state, self.script.pop(0))
        else:
            self.state = evolve.woken(self.state, wait.until)

    def _touch(self, act: acts.TouchParty) -> None:
        outcome = self.gate(act, self.state)
        self.state = evolve.touched(self.state, act.step, act.party.party_id, act.channel, outcome)
        if outcome.status is TouchStatus.CONFIRMED:
            self.state = evolve.evolve(self.state, self._progressed(act))
        if outcome.status is TouchStatus.POOLED:
            self.pooled.append((self.state.now + POOLED_FOR, act, outcome.key))

    def _withdraw(self, act: acts.WithdrawWishes) -> None:
        """Some had been confirmed already: how those ended is told later."""
        pooled = {key for _, _, key in self.pooled}
        assert set(act.keys) <= pooled
        open_keys = [key for key in act.keys if not was_confirmed(key)]
        self.pooled = [each for each in self.pooled if each[2] not in open_keys]
        ended = (TouchOutcome(key, TouchStatus.SUPERSEDED) for key in open_keys)
        self.state = evolve.withdrawn(self.state, act.keys, Withdrawn(tuple(ended)))

    def _settle(self, at: datetime, act: acts.TouchParty, key: str) -> None:
        """Contact met the wish, or found by then that it may not be met today."""
        is_met = was_confirmed(key) or int(key.rpartition("/")[2]) % 3 > 0
        if is_met:
            settled = WishSettled(key, TouchStatus.CONFIRMED)
        else:
            again_at = at + timedelta(days=1)
            settled = WishSettled(key, TouchStatus.REFUSED, "CN-FREQ-1", "", again_at)
        self.state = evolve.woken(self.state, at)
        known = self.state.facts.contact
        told = (*(known.settled if known else ()), settled)[-20:]
        progress = self._progressed(act) if is_met else self._unchanged()
        self.state = evolve.evolve(self.state, replace(progress, settled=told))

    def _unchanged(self) -> ContactProgress:
        known = self.state.facts.contact or ContactProgress(0, self.state.now)
        return replace(known, version=self._next(), at=self.state.now)

    def _progressed(self, act: acts.TouchParty) -> ContactProgress:
        known = self.state.facts.contact
        notices = known.notices if known else ()
        circumstances = known.circumstances if known else ()
        party_id = act.party.party_id
        if act.step.notice:
            sent = Notice(
                act.step.notice, party_id, act.channel, NoticeStatus.SENT, self.state.now, None
            )
            notices = (*notices, sent)
        if act.step.asks_circumstances:
            tried: set[Channel] = {act.channel}
            for each in circumstances:
                if each.party_id == party_id:
                    tried |= set(each.channels_tried)
            circumstances = (
                *(each for each in circumstances if each.party_id != party_id),
                Circumstances(party_id, None, tuple(sorted(tried))),
            )
        settled = known.settled if known else ()
        return ContactProgress(
            self._next(), self.state.now, notices, circumstances, settled=settled
        )

    def _serve(self, act: acts.Decision) -> None:
        now, version = self.state.now, self._next()
        if isinstance(act, acts.MakeOfferTo):
            offered = builders.agreement(version, now, AgreementStatus.OFFERED)
            self.state = evolve.done(
                evolve.evolve(self.state, offered), act.step, act.party.party_id
            )
        elif isinstance(act, acts.BookVisitTo):
            booked = builders.visit(version, now, VisitStatus.BOOKED, now + timedelta(days=2))
            self.state = evolve.done(
                evolve.evolve(self.state, booked), act.step, act.party.party_id
            )
        elif isinstance(act, acts.OpenMatterAgainst):
            opened = builders.matter(version, now, MatterStatus.OPEN, now + timedelta(days=30))
            self.state = evolve.done(
                evolve.evolve(self.state, opened), act.step, act.party.party_id
            )
        else:
            self.state = evolve.next_act(evolve.evolve(self.state, self._judged(act, version)))

    def _judged(self, act: acts.Decision, version: int) -> Fact:
        now, facts = self.state.now, self.state.facts
        if isinstance(act, acts.JudgeOpenAgreement) and facts.agreement:
            is_offer = facts.agreement.status is AgreementStatus.OFFERED
            status = AgreementStatus.EXPIRED if is_offer else AgreementStatus.BROKEN
            return replace(facts.agreement, version=version, at=now, status=status)
        if isinstance(act, acts.MoveOpenMatter) and facts.matter:
            deadline = now + timedelta(days=30)
            return replace(facts.matter, version=version, at=now, deadline_at=deadline)
        visit = facts.visit
        assert visit is not None, act
        return replace(visit, version=version, at=now, status=VISIT_AFTER[type(act)])

    def _next(self) -> int:
        self.version += 1
        return self.version


def was_confirmed(key: str) -> bool:
    """Whether a withdrawal comes too late for this wish."""
    return int(key.rpartition("/")[2]) % 5 == 0


def always_open(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
    return TouchOutcome(state.key, TouchStatus.CONFIRMED)
