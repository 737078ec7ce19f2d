"""A question is answered once, with what stands when the answer leaves, or a person answers it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.activities import answer
from services.contact.activities.answers import answer_next
from services.contact.commands.answering import ANSWERS_MAX, TRIES_ALONE
from services.contact.gateways import Gateway, Message, Receipt
from services.contact.gateways.messages import SentMessage
from services.contact.store import people
from tests.services.contact.scene import TENANT, DyingGateway, Scene, touch_of

pytestmark = pytest.mark.database
BALANCE, DUE_DATE, HOW_TO_PAY = "还欠多少？", "什么时候到期？", "怎么还款？"
AS_BORROWER = [("b1", Role.BORROWER)]


class RingingGateway:
    """Rings when a message has left."""

    def __init__(self, inner: Gateway) -> None:
        self._inner = inner
        self.rung = asyncio.Event()

    async def send(self, message: Message) -> Receipt:
        receipt = await self._inner.send(message)
        self.rung.set()
        return receipt

    async def find(self, attempt_id: str) -> Receipt | None:
        return await self._inner.find(attempt_id)


async def ask(scene: Scene, reply_id: str, words: str, **changes: object) -> Any:
    body = {"reply_id": reply_id, "party_id": "b1", "channel": "sms", "text": words, **changes}
    async with scene.app() as http:
        response = await http.post("/v1/demo/replies", json=body)
    assert response.status_code == 201, response.text
    return response.json()


async def answer_all(scene: Scene, gateway: Gateway | None = None) -> int:
    taken = 0
    while await answer_next(scene.context, scene.desk, gateway or scene.gateway):
        taken += 1
    return taken


async def sent(scene: Scene) -> list[SentMessage]:
    return await scene.gateway.messages(TENANT, 0, 100)


async def words_of(scene: Scene, message: SentMessage) -> str:
    async with scene.database.transaction() as session:
        party = await people.party(session, message.party_id)
    assert party is not None and party.subject_key is not None
    return await scene.gateway.words(message.attempt_id, party.subject_key)


async def rows(scene: Scene) -> list[Any]:
    query = text("SELECT * FROM answer_owed ORDER BY loan_id, template")
    async with scene.database.transaction() as session:
        return list(await session.execute(query))


async def tasks(scene: Scene) -> list[tuple[str, str]]:
    async with scene.app() as http:
        found = (await http.get("/v1/demo/desk/tasks")).json()["tasks"]
    return [(each["kind"], each["reply_id"]) for each in found]


async def lease_is_over(scene: Scene) -> None:
    async with scene.database.transaction() as session:
        await session.execute(
            text("UPDATE answer_owed SET lease_wall_at = '-infinity' WHERE ended_at IS NULL")
        )


async def test_asked_once_it_is_answered_once_with_the_amounts_that_stand_when_it_leaves(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    asked = await ask(scene, "r1", BALANCE)
    assert asked["answers"][0]["facts"]["overdue_minor"] == 123_456
    assert asked["answers"] == (await ask(scene, "r1", BALANCE))["answers"]
    await scene.position(
        "l1", 2, "overdue", AS_BORROWER, overdue_principal_minor=50_000, balance_minor=900_000
    )
    assert (await answer_all(scene), await answer_all(scene)) == (1, 0)
    [message] = await sent(scene)
    assert (message.purpose, message.template) == (Purpose.REPLY, "answer_balance")
    assert (message.channel, message.party_id) == (Channel.SMS, "b1")
    words = await words_of(scene, message)
    assert "500.00 CNY" in words
    assert "9,000.00 CNY" in words
    assert "1,234.56" not in words
    [row] = await rows(scene)
    assert (row.outcome, row.attempt_id) == ("confirmed", message.attempt_id)
    assert len(await scene.told("l1", pb.TouchConfirmed)) == 1
    assert await tasks(scene) == []


async def test_each_thing_asked_is_answered_in_its_own_words(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", DUE_DATE)
    await ask(scene, "r2", HOW_TO_PAY, channel="email")
    assert await answer_all(scene) == 2
    due, how = await sent(scene)
    assert (due.template, how.template) == ("answer_due_date", "answer_how_to_pay")
    assert "2026-02-01" in await words_of(scene, due)
    assert how.channel is Channel.EMAIL
    assert "https://bank.example/repay" in await words_of(scene, how)


@pytest.mark.parametrize("takes_it", [False, True])
async def test_killed_between_confirming_and_recording_it_is_answered_once(
    scene: Scene, takes_it: bool
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    dying = DyingGateway(scene.gateway, takes_it=takes_it)
    assert await answer_all(scene, dying) == 1
    assert [row.ended_at for row in await rows(scene)] == [None]
    await lease_is_over(scene)
    assert await answer_all(scene) == 1
    assert len(await sent(scene)) == 1
    assert len(await scene.told("l1", pb.TouchConfirmed)) == 1
    assert [row.outcome for row in await rows(scene)] == ["confirmed"]


async def test_two_senders_at_once_answer_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await asyncio.gather(*(answer_all(scene) for _ in range(4)))
    assert len(await sent(scene)) == 1


async def test_who_opted_out_of_reminders_still_gets_the_answer(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", "退订")
    reminder = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert (reminder.status, reminder.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    await ask(scene, "r2", BALANCE)
    assert await answer_all(scene) == 1
    assert [each.template for each in await sent(scene)] == ["answer_balance"]


@pytest.mark.parametrize(
    ("words", "kind"), [("我爸过世了", "bereavement"), ("不想活了", "self_harm")]
)
async def test_who_is_in_mourning_or_in_danger_by_then_hears_a_person(
    scene: Scene, words: str, kind: str
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await ask(scene, "r2", words)
    assert await answer_all(scene) == 1
    assert await sent(scene) == []
    [row] = await rows(scene)
    assert (row.outcome, row.because) == ("by_a_person", "the party must hear a person first")
    assert await tasks(scene) == [(kind, "r2"), ("question", "r1")]


async def test_machines_that_answer_each_other_come_to_an_end(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for number in range(ANSWERS_MAX + 1):
        await ask(scene, f"r{number}", BALANCE)
        assert await answer_all(scene) == 1
    assert len(await sent(scene)) == ANSWERS_MAX
    assert await tasks(scene) == [("question", f"r{ANSWERS_MAX}")]


@pytest.mark.parametrize("is_covered", [True, False])
async def test_about_a_loan_that_was_stopped_a_person_answers(
    scene: Scene, is_covered: bool
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    if is_covered:
        await scene.position("l1", 2, "covered", AS_BORROWER)
    else:
        await scene.closed("l1", reason="withdrawn")
    assert await answer_all(scene) == 1
    assert await sent(scene) == []
    assert [row.outcome for row in await rows(scene)] == ["superseded"]
    assert await tasks(scene) == [("question", "r1")]


async def test_killed_before_sending_and_refused_meanwhile_a_person_answers(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await answer_all(scene, DyingGateway(scene.gateway, takes_it=False))
    await ask(scene, "r2", "我已委托律师处理", kinds=["represented"])
    await lease_is_over(scene)
    assert await answer_all(scene) == 1
    assert await sent(scene) == []
    [row] = await rows(scene)
    assert row.outcome == "refused"
    assert "represented" in row.because
    assert len(await scene.told("l1", pb.TouchReleased)) == 1
    assert ("question", "r1") in await tasks(scene)


async def test_where_no_message_can_reach_a_person_answers(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE, channel="push")
    assert await answer_all(scene) == 1
    assert [row.outcome for row in await rows(scene)] == ["undeliverable"]
    assert await tasks(scene) == [("question", "r1")]


async def test_who_is_not_liable_any_more_is_told_nothing(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await scene.position("l1", 2, parties=[("b1", Role.CONTACT)])
    assert await answer_all(scene) == 1
    assert await sent(scene) == []
    assert await tasks(scene) == [("question", "r1")]


async def test_what_waits_behind_a_parked_record_is_answered_later_and_shown_to_a_person_meanwhile(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await scene.park("l1")
    for number in range(TRIES_ALONE):
        assert await tasks(scene) == [], number
        assert await answer_all(scene) == 1
        await lease_is_over(scene)
    assert await tasks(scene) == [("question", "r1")]
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE inbox_parked SET skipped_at = now()"))
    assert await answer_all(scene) == 1
    assert len(await sent(scene)) == 1


async def test_a_correction_takes_back_an_answer_that_nobody_has_taken_up(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    asked = await ask(scene, "r1", BALANCE + "给我回电话")
    assert len(asked["answers"]) == 1
    async with scene.app() as http:
        claim = {"key": "k", "by": "clerk", "lease_minutes": 10}
        task = (await http.post("/v1/demo/desk/tasks/claim", json=claim)).json()["task"]
        done = {"by": "clerk", "note": "", "correction": {"kinds": ["callback"]}}
        path = f"/v1/demo/desk/tasks/{task['task_id']}/complete"
        response = await http.post(path, json=done)
        assert response.status_code == 200, response.text
    assert await answer_all(scene) == 0
    assert await sent(scene) == []


async def test_the_background_answers_what_is_asked_while_it_runs(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    gateway = RingingGateway(scene.gateway)
    background = asyncio.create_task(answer(scene.context, gateway))
    try:
        await ask(scene, "r1", BALANCE)
        async with asyncio.timeout(20):
            await gateway.rung.wait()
    finally:
        background.cancel()
    assert [each.template for each in await sent(scene)] == ["answer_balance"]
