"""What a gateway's answer asks for is heeded, and an answer somebody else wrote is not believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel
from services.contact.gateways import HandoverInDoubt, NotHandedOver
from services.contact.gateways.addresses import GatewaySettings, TenantGateways
from services.contact.gateways.http_gateway import HttpProvider, Terms
from services.contact.gateways.pauses import PAUSE_MAX, Pauses, pause_asked_for
from services.contact.gateways.routing import Routes
from services.contact.gateways.signing import sign
from tests.services.contact.post import NOON, SECRET, Asked, HttpServer, http_server, message_of

SMS = message_of(channel=Channel.SMS)
Sign = Callable[[Asked, int, bytes], str]


async def _leave() -> None:
    return None


class Wall:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def provider(server: HttpServer, wall: Wall, *, signed_answers: bool = False) -> HttpProvider:
    url = f"http://127.0.0.1:{server.port}/v1"
    return HttpProvider(url, SECRET, wall, terms=Terms(signed_answers))


def signed_with(secret: str, at: datetime = NOON, status: int = 0, path: str = "") -> Sign:
    def sign_answer(asked: Asked, real: int, body: bytes) -> str:
        return sign(secret, at, f"{asked.method} {status or real}", path or asked.path, body)

    return sign_answer


@pytest.mark.parametrize(
    "header, seconds",
    [
        ("30", 30),
        (" 30 ", 30),
        ("0", 0),
        ("", 0),
        ("-5", 0),
        ("soon", 0),
        ("1e3", 0),
        ("3.5", 0),
        ("999999999999999999999999", 900),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOON - timedelta(days=1), usegmt=True), 0),
        (format_datetime(NOON + timedelta(days=400), usegmt=True), 900),
        ("Mon, 02 Mar 2026 04:01:00 -0000", 60),
        ("Mon, 99 Mar 2026 04:01:00 GMT", 0),
    ],
)
def test_a_pause_is_read_as_seconds_or_a_date_within_bounds(header: str, seconds: int) -> None:
    assert pause_asked_for(header, NOON) == timedelta(seconds=seconds)


@given(st.text(max_size=60), st.timedeltas(timedelta(days=-9_000), timedelta(days=9_000)))
def test_whatever_it_says_a_pause_is_within_bounds(header: str, later: timedelta) -> None:
    assert timedelta(0) <= pause_asked_for(header, NOON + later) <= PAUSE_MAX


def test_a_clock_that_is_set_back_does_not_make_a_pause_longer() -> None:
    pauses = Pauses()
    pauses.note("g", NOON + PAUSE_MAX)
    assert pauses.left("g", NOON) == PAUSE_MAX
    assert pauses.left("g", NOON - timedelta(hours=1)) == timedelta(0)
    assert pauses.left("g", NOON + PAUSE_MAX) == timedelta(0)


@pytest.mark.parametrize(
    "pause", ["120", format_datetime(NOON + timedelta(seconds=120), usegmt=True)]
)
@pytest.mark.parametrize("fault", ["429", "503"])
async def test_a_gateway_that_asks_for_a_pause_is_left_alone_until_then(
    fault: str, pause: str
) -> None:
    wall = Wall()
    async with http_server() as server:
        server.faults, server.retry_after = [fault], pause
        gateway = provider(server, wall)
        with pytest.raises(ConnectionError):
            await gateway.send(SMS, _leave)
        left: list[str] = []

        async def leaves() -> None:
            left.append("left")

        wall.now = NOON + timedelta(seconds=119)
        with pytest.raises(NotHandedOver):
            await gateway.send(SMS, leaves)
        with pytest.raises(HandoverInDoubt):
            await gateway.find(SMS.attempt_id)
        assert (len(server.asked), left) == (1, [])
        wall.now = NOON + timedelta(seconds=120)
        assert (await gateway.send(SMS, leaves)).is_accepted
        assert len(server.asked) == 2


async def test_without_a_pause_asked_for_it_is_tried_again_as_before() -> None:
    async with http_server() as server:
        server.faults = ["429", "500"]
        server.retry_after = "soon"
        gateway = provider(server, Wall())
        for _ in range(2):
            with pytest.raises(ConnectionError):
                await gateway.send(SMS, _leave)
        assert (await gateway.send(SMS, _leave)).is_accepted


async def test_a_pause_of_one_gateway_is_known_to_all_that_use_it_and_to_no_other() -> None:
    wall = Wall()
    async with http_server() as busy, http_server() as free:
        busy.faults, busy.retry_after = ["429"], "60"
        urls = {"sms": f"http://127.0.0.1:{busy.port}", "push": f"http://127.0.0.1:{free.port}"}
        settings = GatewaySettings(gateways={"demo": TenantGateways(secret=SECRET, **urls)})
        routes = Routes(settings, wall)
        for _ in range(3):
            sms = routes.provider("demo", Channel.SMS)
            assert sms is not None
            with pytest.raises(NotHandedOver):
                await sms.send(SMS, _leave)
        push = routes.provider("demo", Channel.PUSH)
        assert push is not None
        assert (await push.send(message_of(channel=Channel.PUSH), _leave)).is_accepted
    assert len(busy.asked) == 1


@pytest.mark.parametrize("is_demanded", [True, False])
async def test_an_answer_that_is_signed_is_believed(is_demanded: bool) -> None:
    async with http_server() as server:
        server.sign = signed_with(SECRET)
        gateway = provider(server, Wall(), signed_answers=is_demanded)
        assert (await gateway.send(SMS, _leave)).is_accepted
        assert await gateway.find(SMS.attempt_id) is not None
        assert await gateway.find("b" * 32) is None


WRONG = {
    "another secret": signed_with("x" * 32),
    "old": signed_with(SECRET, NOON - timedelta(minutes=6)),
    "another status": signed_with(SECRET, status=200),
    "another path": signed_with(SECRET, path="/v1/other"),
}


@pytest.mark.parametrize("wrong", sorted(WRONG))
@pytest.mark.parametrize("fault", ["", "429", "401"])
async def test_an_answer_that_is_signed_wrongly_tells_nothing(wrong: str, fault: str) -> None:
    wall = Wall()
    async with http_server() as server:
        server.sign = WRONG[wrong]
        server.faults, server.retry_after = [fault], "60"
        with pytest.raises(HandoverInDoubt):
            await provider(server, wall).send(SMS, _leave)
        server.sign = None
        assert (await provider(server, wall).send(SMS, _leave)).is_accepted
    assert len(server.messages) == 1


@pytest.mark.parametrize("fault", ["", "429", "401"])
async def test_where_answers_are_signed_an_unsigned_one_tells_nothing(fault: str) -> None:
    async with http_server() as server:
        server.faults = [fault]
        gateway = provider(server, Wall(), signed_answers=True)
        with pytest.raises(HandoverInDoubt):
            await gateway.send(SMS, _leave)
        with pytest.raises(HandoverInDoubt):
            await gateway.find("b" * 32)


async def test_a_request_sent_back_is_no_answer() -> None:
    """Its signature is ours and true, but of a request."""

    def echo(asked: Asked, status: int, body: bytes) -> str:
        return asked.headers["forbear-signature"]

    async with http_server() as server:
        server.sign = echo
        with pytest.raises(HandoverInDoubt):
            await provider(server, Wall()).send(SMS, _leave)
