"""Records the histories that replay tests stand on: `python -m tests.workflows.record`.

Run it only when a change of the workflow is meant to break running cases; otherwise patch.
`wishes_left_open` is of a case that ran before the patch `withdraw-wishes`, and goes with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from interfaces.facts import ProvenMatter, TakenOver
from interfaces.values import AgreementStatus, Disposition, MatterStatus
from tests import builders
from tests.workflows.driver import Play, opened
from tests.workflows.following import follow_contact

HISTORIES = Path(__file__).parent / "histories"


async def cured() -> None:
    async with opened() as play:
        await play.after(days=12)
        await play.position(disposition=Disposition.COVERED)
        await play.outcome()
        await _keep(play, "cured")


async def court() -> None:
    async with opened() as play, follow_contact(play):
        await play.after(days=100)
        await play.position(disposition=Disposition.CLOSED)
        await play.outcome()
        await _keep(play, "court")


async def arranged() -> None:
    async with opened() as play:
        now = await play.after(days=30)
        agreed = builders.agreement(1, now, AgreementStatus.ACTIVE)
        await play.tell(agreed)
        now = await play.after(days=10)
        await play.tell(replace(agreed, version=2, at=now, status=AgreementStatus.KEPT))
        await play.outcome()
        await _keep(play, "arranged")


async def taken_over() -> None:
    opened_on = builders.DUE
    proven = TakenOver(matter=ProvenMatter(MatterStatus.ENFORCING, "2026-1", opened_on, None))
    async with opened(taken_over=proven) as play:
        await play.after(days=8)
        await play.position(disposition=Disposition.CLOSED)
        await play.outcome()
        await _keep(play, "taken_over")


async def _keep(play: Play, name: str) -> None:
    history = await play.handle.fetch_history()
    (HISTORIES / f"{name}.json").write_text(history.to_json() + "\n")


async def record() -> None:
    for story in (cured, court, arranged, taken_over):
        await story()


if __name__ == "__main__":
    asyncio.run(record())
