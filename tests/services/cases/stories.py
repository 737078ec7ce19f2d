"""Short words for what happens to a loan, so that tests read as stories."""

from __future__ import annotations

from datetime import datetime

from chassis.clock import Clock
from chassis.database import Database
from interfaces.cases import (
    ClaimEpisode,
    CloseEpisode,
    EpisodeClaim,
    EpisodeClosing,
    RecordTransition,
)
from interfaces.facts import Position
from interfaces.values import ClosingReason
from services.cases.commands import claim, facts, moves
from services.cases.commands.rulebook import Rulebook
from services.cases.domain.dispatch import FactKind, LoanFact, Signal
from tests.builders import OPENED

LOAN = "loan0001"


def told_position(position: Position, loan_id: str = LOAN) -> LoanFact:
    return LoanFact("demo", loan_id, FactKind.POSITION, position)


class Story:
    """One loan's life in the cases service, each step in a transaction of its own."""

    def __init__(self, database: Database, rules: Rulebook, clock: Clock) -> None:
        self._database, self._rules, self._clock = database, rules, clock

    async def keeps(self, *known: LoanFact) -> list[Signal]:
        async with self._database.transaction() as session:
            return await facts.keep_facts(session, known)

    async def claims(self, run_id: str, loan_id: str = LOAN) -> EpisodeClaim:
        command = ClaimEpisode("demo", loan_id, run_id)
        async with self._database.transaction() as session:
            return await claim.claim_episode(session, self._rules, self._clock, command)

    async def moves(self, command: RecordTransition) -> None:
        async with self._database.transaction() as session:
            await moves.record_transition(session, command, command.at)

    async def closes(self, command: CloseEpisode) -> EpisodeClosing:
        async with self._database.transaction() as session:
            return await moves.close_episode(session, command, command.at)


def a_move(seq: int, to_stage: str, what: str = "stage_changed", key: str = "") -> RecordTransition:
    return RecordTransition(
        key=key or f"{LOAN}/1/{seq}",
        tenant="demo",
        loan_id=LOAN,
        episode=1,
        seq=seq,
        at=OPENED,
        due_at=OPENED,
        position_version=1,
        what=what,
        from_stage="assess",
        to_stage=to_stage,
        because="its day has come",
    )


def a_closing(
    position_version: int,
    reason: ClosingReason = ClosingReason.CURED,
    episode: int = 1,
    at: datetime = OPENED,
) -> CloseEpisode:
    return CloseEpisode(
        key=f"{LOAN}/{episode}/9",
        tenant="demo",
        loan_id=LOAN,
        episode=episode,
        at=at,
        position_version=position_version,
        reason=reason.value,
        furthest_stage="remind",
        because="the bank's snapshot agrees",
    )
