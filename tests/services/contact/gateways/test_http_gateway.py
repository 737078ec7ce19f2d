"""The HTTP contract against a real server that is slow, down, limiting, or answers twice."""

from __future__ import annotations

import base64
import json

import pytest

from interfaces.values import Channel
from services.contact.gateways import HandoverInDoubt, NotHandedOver
from services.contact.gateways.http_gateway import HttpProvider
from services.contact.gateways.signing import verify
from tests.services.contact.post import NOON, SECRET, HttpServer, http_server, message_of


async def _leave() -> None:
    return None


def provider(server: HttpServer, timeout: float = 8.0) -> HttpProvider:
    url = f"http://127.0.0.1:{server.port}/v1"
    return HttpProvider(url, SECRET, lambda: NOON, timeout)


async def test_a_message_goes_signed_under_its_attempts_id() -> None:
    message = message_of(channel=Channel.SMS, address="+8610000000")
    async with http_server() as server:
        assert (await provider(server).send(message, _leave)).is_accepted
    [asked] = server.asked
    of = ("POST", "/v1/messages", asked.body)
    verify(SECRET, asked.headers["forbear-signature"], NOON, of)
    assert asked.headers["idempotency-key"] == message.attempt_id
    sent = json.loads(asked.body)
    assert (sent["to"], sent["content"]) == ("+8610000000", message.body)
    assert "l1" not in json.dumps(sent)


async def test_a_letter_goes_as_a_pdf() -> None:
    async with http_server() as server:
        message = message_of(channel=Channel.LETTER, address="1 A Street")
        assert (await provider(server).send(message, _leave)).is_accepted
    sent = json.loads(server.asked[0].body)
    assert base64.b64decode(sent["content"]).startswith(b"%PDF-")
    assert sent["media_type"] == "application/pdf"


async def test_an_address_that_leads_nowhere_is_undeliverable() -> None:
    async with http_server() as server:
        message = message_of(channel=Channel.SMS, address="nobody.invalid")
        assert not (await provider(server).send(message, _leave)).is_accepted


@pytest.mark.parametrize("fault", ["429", "401"])
async def test_a_gateway_that_wants_it_later_did_surely_not_take_it(fault: str) -> None:
    async with http_server() as server:
        server.faults = [fault]
        with pytest.raises(NotHandedOver):
            await provider(server).send(message_of(channel=Channel.SMS), _leave)


@pytest.mark.parametrize("fault", ["408", "409", "500", "lost", "cut", "other", "garbage"])
async def test_what_was_not_heard_is_in_doubt_until_it_is_asked_for(fault: str) -> None:
    message = message_of(channel=Channel.SMS)
    async with http_server() as server:
        server.faults = [fault]
        with pytest.raises(HandoverInDoubt):
            await provider(server).send(message, _leave)
        found = await provider(server).find(message.attempt_id)
    assert (found is not None) == (fault == "cut")


async def test_a_gateway_that_is_too_slow_leaves_it_in_doubt() -> None:
    async with http_server(slow_seconds=60) as server:
        with pytest.raises(HandoverInDoubt):
            await provider(server, timeout=0.3).send(message_of(channel=Channel.SMS), _leave)


async def test_a_gateway_that_is_down_did_surely_not_take_it() -> None:
    async with http_server() as server:
        pass
    with pytest.raises(NotHandedOver):
        await provider(server).send(message_of(channel=Channel.SMS), _leave)


async def test_handing_over_twice_is_one_message() -> None:
    message = message_of(channel=Channel.SMS)
    async with http_server() as server:
        for _ in range(2):
            assert (await provider(server).send(message, _leave)).is_accepted
    assert len(server.messages) == 1
