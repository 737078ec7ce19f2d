"""One click stops an address for everybody who is reached there, and is told and kept."""

from __future__ import annotations

import asyncio

import pytest

from events.v1.contact_customer_pb2 import CustomerRecordChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.commands.unsubscribing import Ticket, token_of
from services.contact.store import people
from tests.services.contact.customer import get, post, word
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
SHARED = "family@example.test"


async def family(scene: Scene) -> None:
    """Two people, each with a loan, who are written to at one address."""
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        await scene.person(party_id, ("email", SHARED))
        await scene.position(loan_id, parties=[(party_id, Role.BORROWER)])
        await scene.opened(loan_id)


async def ticket_of(scene: Scene, party_id: str) -> Ticket:
    async with scene.database.transaction() as session:
        [point] = await people.points(session, party_id)
    return Ticket(TENANT, party_id, point.point_id)


async def click(scene: Scene, ticket: Ticket) -> None:
    async with scene.app() as http:
        answer = await http.post(f"/v1/demo/unsubscribe/{token_of(scene.desk, ticket)}")
    assert answer.status_code == 200, answer.text


async def words_of(scene: Scene, party_id: str) -> list[tuple[str, str, str]]:
    kept = (await get(scene, f"parties/{party_id}/words"))["words"]
    return [(each["kind"], each["channel"], each["point_id"]) for each in kept]


async def test_a_shared_address_is_stopped_for_all_who_are_reached_there(scene: Scene) -> None:
    await family(scene)
    await click(scene, await ticket_of(scene, "b1"))
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        refused = await scene.attempt(touch_of(loan_id, party_id, channel=Channel.EMAIL))
        assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")


async def test_each_of_them_has_it_kept_and_told_once_however_often_it_is_clicked(
    scene: Scene,
) -> None:
    await family(scene)
    tickets = [await ticket_of(scene, party_id) for party_id in ("b1", "b2")]
    await asyncio.gather(*(click(scene, ticket) for ticket in tickets * 3))
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        point_id = tickets[0].point_id
        assert await words_of(scene, party_id) == [("opted_out", "email", point_id)]
        [told] = await scene.told(loan_id, CustomerRecordChanged)
        assert (told.party_id, told.kind, told.record_id) == (party_id, "point", point_id)


async def test_who_opted_back_in_may_click_again(scene: Scene) -> None:
    await family(scene)
    ticket = await ticket_of(scene, "b1")
    await click(scene, ticket)
    back = word("opted_back_in", channel="email", point_id=ticket.point_id)
    await post(scene, "parties/b1/words", back)
    await click(scene, ticket)
    kinds = [kind for kind, _, _ in await words_of(scene, "b1")]
    assert kinds == ["opted_out", "opted_back_in", "opted_out"]
    assert len(await words_of(scene, "b2")) == 1


BEHIND_A_PROXY = [
    {"host": "contact.bank.example", "origin": "https://contact.bank.example"},
    # The page asks browsers for no referrer, so that the button sends no origin either.
    {"host": "contact.bank.example", "origin": "null", "sec-fetch-site": "same-origin"},
    {"origin": "https://contact.bank.example", "sec-fetch-site": "same-origin"},
]


@pytest.mark.parametrize("headers", BEHIND_A_PROXY)
async def test_the_button_works_behind_a_proxy_and_opens_nothing_else(
    scene: Scene, headers: dict[str, str]
) -> None:
    await family(scene)
    path = f"/v1/demo/unsubscribe/{token_of(scene.desk, await ticket_of(scene, 'b1'))}"
    async with scene.app() as http:
        assert "<button" in (await http.get(path, headers=headers)).text
        assert (await http.post(path, headers=headers)).status_code == 200
        forged = await http.post(path[:-1] + "_", headers=headers)
        assert forged.json()["code"] == "contact/unknown_token"
        for door in ("receipts", "bounces", "replies", "mail"):
            unsigned = await http.post(f"/v1/demo/webhooks/{door}", headers=headers, content=b"{}")
            assert unsigned.json()["code"] in (
                "contact/no_gateway_secret",
                "contact/bad_signature",
            ), unsigned.text
        for inside in ("parties/b1/words", "desk/tasks", "retention?kind=reply&at=2026-01-01"):
            answer = await http.get(f"/v1/demo/{inside}", headers=headers)
            assert answer.json()["code"] == "http/foreign_caller"
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    assert refused.rule_id == "OPT-OUT"
