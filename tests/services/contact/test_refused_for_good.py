"""What a mail server refuses for good, though not for its address, is tried for a while, not for
ever."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from interfaces.contact import Touch, TouchStatus
from interfaces.values import Channel
from services.contact.commands.judging import attempt_id_of
from services.contact.domain.refusals import REFUSALS_MIN
from tests.services.contact.customer import get
from tests.services.contact.post import mail_server
from tests.services.contact.providers import configured, state_of, through, way_out
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
ATTEMPT = attempt_id_of(TENANT, "l1/1/k")
POLICY = "550 5.7.1 not accepted by policy"
REASON = "the mail server refuses the message: 550 5.7.1"


def mail_touch() -> Touch:
    return touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL)


async def refused(scene: Scene, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ConnectionError):
            await scene.attempt(mail_touch(), through(scene))


async def an_hour_passes(scene: Scene) -> None:
    query = "UPDATE handover SET refused_wall_at = refused_wall_at - interval '1 hour'"
    async with scene.database.transaction() as session:
        await session.execute(text(query))


async def attempts(scene: Scene) -> list[Any]:
    query = text("SELECT status, outcome, is_sending_fault FROM attempt")
    async with scene.database.transaction() as session:
        return [tuple(row) for row in await session.execute(query)]


@pytest.mark.parametrize("at", ["rcpt_answer", "data_answer"])
async def test_it_ends_as_undeliverable_with_the_reason(scene: Scene, at: str) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        setattr(server, at, POLICY)
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            await refused(scene, REFUSALS_MIN)
            assert await state_of(scene, ATTEMPT) == "unsent"
            await an_hour_passes(scene)
            outcome = await scene.attempt(mail_touch(), through(scene))
            again = await scene.attempt(mail_touch(), through(scene))
            found = await way_out(scene).find(ATTEMPT)
    assert outcome == again
    assert (outcome.status, outcome.because) == (TouchStatus.UNDELIVERABLE, REASON)
    assert await state_of(scene, ATTEMPT) == "refused"
    # Who dies before it is noted learns the same.
    assert found is not None and (found.is_accepted, found.because) == (False, REASON)
    assert await attempts(scene) == [("undeliverable", "undeliverable", True)]
    assert server.received == []


async def test_it_says_nothing_against_the_address(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.rcpt_answer = POLICY
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            await refused(scene, REFUSALS_MIN)
            await an_hour_passes(scene)
            await scene.attempt(mail_touch(), through(scene))
    assert (await get(scene, "parties/b1/reachability"))["failures"] == 0
    async with scene.database.transaction() as session:
        query = text("SELECT max(failures) FROM contact_point")
        assert (await session.execute(query)).scalar_one() == 0


async def test_a_few_refusals_are_no_end_however_old_and_many_are_none_at_once(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.data_answer = POLICY
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            await refused(scene, 1)
            await an_hour_passes(scene)
            await refused(scene, 1)
            server.data_answer = "451 later"
            await refused(scene, 3)
            server.data_answer = "250 OK"
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert await attempts(scene) == [("sent", "sent", None)]
    assert len(server.received) == 1


async def test_one_that_is_refused_often_within_the_hour_is_tried_again(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.rcpt_answer = POLICY
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            await refused(scene, REFUSALS_MIN + 2)
            server.rcpt_answer = ""
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
