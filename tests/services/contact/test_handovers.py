"""Real providers that fail at each point: nothing is sent twice, and nothing is lost."""

from __future__ import annotations

import asyncio
import json

import pytest

from events.v1 import contact_pb2 as pb
from interfaces.contact import Touch, TouchStatus
from interfaces.values import Channel, Role
from services.contact.activities.ways_out import DurableGateway
from services.contact.commands.judging import attempt_id_of
from services.contact.gateways import NotHandedOver, Receipt
from tests.services.contact.post import http_server, mail_server, message_of
from tests.services.contact.providers import (
    Killed,
    OnlyRoute,
    Overlapping,
    configured,
    killed,
    state_of,
    through,
    way_out,
)
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database


def mail_touch() -> Touch:
    return touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL)


ATTEMPT = attempt_id_of(TENANT, "l1/1/k")


async def test_a_mail_leaves_once_and_its_hand_over_is_kept(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            for _ in range(2):
                outcome = await scene.attempt(mail_touch(), through(scene))
                assert outcome.status is TouchStatus.CONFIRMED
    [envelope] = server.received
    assert envelope.rcpt_tos == ["b1@example.test"]
    assert await state_of(scene, ATTEMPT) == "accepted"
    assert await scene.gateway.messages(TENANT, 0, 10) == []


async def test_cut_after_the_mail_left_it_counts_as_sent_and_is_shown_to_a_person(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.at_data = lambda session: session.transport.abort()  # type: ignore[union-attr]
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            with pytest.raises(ConnectionError):
                await scene.attempt(mail_touch(), through(scene))
            server.at_data = None
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert len(server.received) == 1
    async with scene.app() as http:
        [shown] = (await http.get("/v1/demo/handovers/unknown")).json()["handovers"]
        assert (shown["attempt_id"], shown["provider"]) == (ATTEMPT, "smtp")
        # A later word settles it.
        path = f"/v1/demo/attempts/{ATTEMPT}/outcome"
        assert (await http.post(path, json={"outcome": "delivered"})).status_code == 200
        assert (await http.get("/v1/demo/handovers/unknown")).json() == {"handovers": []}


async def test_a_mail_server_that_is_down_or_busy_gets_it_later_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            for fault in ("rcpt_answer", "data_answer"):
                kept = getattr(server, fault)
                setattr(server, fault, "451 later")
                with pytest.raises(ConnectionError):
                    await scene.attempt(mail_touch(), through(scene))
                setattr(server, fault, kept)
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert len(server.received) == 1
    assert len(await scene.told("l1", pb.TouchConfirmed)) == 1


async def test_however_often_the_server_puts_it_off_it_is_known_not_to_have_left(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            server.data_answer = "451 later"
            for _ in range(4):
                with pytest.raises(ConnectionError):
                    await scene.attempt(mail_touch(), through(scene))
                assert await state_of(scene, ATTEMPT) == "unsent"
            server.data_answer = "250 OK"
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert len(server.received) == 1


async def test_put_off_by_the_server_and_stopped_meanwhile_it_never_leaves(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.data_answer = "451 later"
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            with pytest.raises(ConnectionError):
                await scene.attempt(mail_touch(), through(scene))
            server.data_answer = "250 OK"
            await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.SUPERSEDED
    assert server.received == []
    assert len(await scene.told("l1", pb.TouchReleased)) == 1


async def test_an_address_the_server_does_not_know_is_undeliverable(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        server.rcpt_answer = "550 no such user"
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.UNDELIVERABLE
    assert await state_of(scene, ATTEMPT) == "refused"


@pytest.mark.parametrize("fault", ["429", "409", "500", "lost", "cut", "garbage", "other"])
async def test_a_gateway_that_fails_once_gets_the_message_once(scene: Scene, fault: str) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.SMS)
    async with http_server() as server:
        server.faults = [fault]
        with configured(sms=f"http://127.0.0.1:{server.port}"):
            with pytest.raises(ConnectionError):
                await scene.attempt(touch, through(scene))
            outcome = await scene.attempt(touch, through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert list(server.messages) == [ATTEMPT]
    sent = [json.loads(asked.body) for asked in server.asked if asked.method == "POST"]
    assert {each["id"] for each in sent} == {ATTEMPT}
    assert await state_of(scene, ATTEMPT) == "accepted"


async def test_a_gateway_taken_away_while_a_message_is_in_doubt_is_not_gone_around(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.SMS)
    async with http_server() as server:
        server.faults = ["cut"]
        with (
            configured(sms=f"http://127.0.0.1:{server.port}"),
            pytest.raises(ConnectionError),
        ):
            await scene.attempt(touch, through(scene))
    with configured():
        outcome = await scene.attempt(touch, through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert await state_of(scene, ATTEMPT) == "unknown"
    assert await scene.gateway.messages(TENANT, 0, 10) == []


@pytest.mark.parametrize("at", ["before_noting", "after_noting", "after_sending"])
async def test_killed_while_a_mail_is_handed_over_it_is_never_sent_twice(
    scene: Scene, at: str
) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            with pytest.raises(Killed):
                await scene.attempt(mail_touch(), killed(scene, at))
            outcome = await scene.attempt(mail_touch(), through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    # Once noted, nobody can know whether it left: a person looks, and it is not sent again.
    ends = {"before_noting": (1, "accepted"), "after_noting": (0, "unknown")}
    assert (len(server.received), await state_of(scene, ATTEMPT)) == ends.get(at, (1, "unknown"))
    assert len(await scene.told("l1", pb.TouchConfirmed)) == 1


@pytest.mark.parametrize("at", ["before_noting", "after_noting", "after_sending"])
async def test_killed_while_a_gateway_is_handed_a_message_it_gets_it_exactly_once(
    scene: Scene, at: str
) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.SMS)
    async with http_server() as server:
        with configured(sms=f"http://127.0.0.1:{server.port}"):
            with pytest.raises(Killed):
                await scene.attempt(touch, killed(scene, at))
            outcome = await scene.attempt(touch, through(scene))
    assert outcome.status is TouchStatus.CONFIRMED
    assert list(server.messages) == [ATTEMPT]
    assert await state_of(scene, ATTEMPT) == "accepted"


async def test_two_tries_at_once_make_one_mail(scene: Scene) -> None:
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            gateway, message = way_out(scene), message_of(ATTEMPT)
            ends = await asyncio.gather(
                *(gateway.send(message) for _ in range(5)), return_exceptions=True
            )
    assert len(server.received) == 1
    assert sum(isinstance(end, Receipt) for end in ends) == 1
    assert sum(isinstance(end, ConnectionError) for end in ends) == 4


@pytest.mark.parametrize(
    ("put_off", "has_begun", "can_be_asked"),
    [(1, False, False), (1, True, True), (2, True, True)],
    ids=["mail: the first before it began", "http: the first", "http: the second"],
)
async def test_a_try_that_is_put_off_ends_no_other_one(
    scene: Scene, put_off: int, has_begun: bool, can_be_asked: bool
) -> None:
    provider = Overlapping(put_off, has_begun=has_begun, can_be_asked=can_be_asked)
    gateway = DurableGateway(scene.database, scene.desk, OnlyRoute(scene, provider))
    message = message_of(ATTEMPT)
    tries = [asyncio.create_task(gateway.send(message)) for _ in range(2)]
    async with asyncio.timeout(60):
        [done], [other] = await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED)
        assert isinstance(done.exception(), NotHandedOver)
        # Whoever asks now must not take the message for unsent: the other try may have left.
        assert await state_of(scene, ATTEMPT) == "begun"
        provider.is_put_off.set()
        assert (await other).is_accepted
    assert await state_of(scene, ATTEMPT) == "accepted"
    # It died before it was recorded: the next try finds it sent.
    assert await gateway.find(ATTEMPT) == Receipt(ATTEMPT, is_accepted=True)
