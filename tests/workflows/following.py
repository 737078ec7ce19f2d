"""Contact's side of a whole play: it reports the notices that were sent, as its events would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.service import RPCError

from interfaces.contact import Touch
from interfaces.facts import Circumstances, ContactProgress, Notice
from interfaces.values import Channel, NoticeStatus
from tests.workflows.driver import Play


@asynccontextmanager
async def follow_contact(play: Play) -> AsyncIterator[None]:
    """While inside, every touch made is answered by the contact progress it leads to."""
    task = asyncio.create_task(_follow(play))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow(play: Play) -> None:
    known = 0
    while True:
        touches = play.services.contact.touches
        if len(touches) > known:
            known = len(touches)
            try:
                await play.tell(_progress(known, touches))
            except RPCError:
                return
        await asyncio.sleep(0.005)


def _progress(version: int, touches: list[Touch]) -> ContactProgress:
    notices = tuple(
        Notice(each.notice, each.party_id, each.channel, NoticeStatus.SENT, each.at, None)
        for each in touches
        if each.notice
    )
    asked: dict[str, set[Channel]] = {}
    for each in touches:
        if each.asks_circumstances:
            asked.setdefault(each.party_id, set()).add(each.channel)
    circumstances = tuple(
        Circumstances(party_id, None, tuple(sorted(channels)))
        for party_id, channels in asked.items()
    )
    return ContactProgress(version, touches[-1].at, notices, circumstances)
