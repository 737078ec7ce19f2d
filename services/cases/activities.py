"""The door for workflows: a run claims its episode, records its moves, and closes."""

from __future__ import annotations

from chassis.service import Context
from interfaces.cases import (
    CasesActivities,
    ClaimEpisode,
    CloseEpisode,
    EpisodeClaim,
    EpisodeClosing,
    RecordTransition,
)
from services.cases.commands import claim, moves, rulebook


class Activities(CasesActivities):
    def __init__(self, context: Context) -> None:
        self._context = context
        self._rules = rulebook.load(context.settings.config)

    async def claim_episode(self, command: ClaimEpisode) -> EpisodeClaim:
        async with self._context.database.transaction() as session:
            return await claim.claim_episode(session, self._rules, self._context.clock, command)

    async def record_transition(self, command: RecordTransition) -> None:
        at = self._context.clock.instant(command.at)
        async with self._context.database.transaction() as session:
            await moves.record_transition(session, command, at)

    async def close_episode(self, command: CloseEpisode) -> EpisodeClosing:
        at = self._context.clock.instant(command.at)
        async with self._context.database.transaction() as session:
            return await moves.close_episode(session, command, at)
