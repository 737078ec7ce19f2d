"""Random lives through the real commands on a real database: the checker, told only what the test
itself did, finds nothing wrong with what was confirmed, nor refused without need."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import httpx
import pytest
from temporalio.testing import ActivityEnvironment

from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import Channel, Role
from tests.services.contact.law import moments, papers
from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document, instant, local
from tests.services.contact.law.free import may_be_made
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
ZONE = "Asia/Shanghai"
ANSWERS = ["no_answer", "no_answer", "voicemail", "connected", "right_party"]
MINUTES = timedelta(minutes=20)
CHANNELS = [Channel.CALL, Channel.CALL, Channel.CALL, Channel.EMAIL]
ACTS = 70


@dataclass
class Record:
    """What the test knows, since it did it."""

    random: Random
    at: datetime = NOON
    attempts: list[Document] = field(default_factory=list)
    holds: list[Document] = field(default_factory=list)
    confirmed: int = 0
    refused: set[str] = field(default_factory=set)

    def paper(self, touch: Touch, at: datetime) -> Document:
        channel = str(touch.channel)
        act = {"loans": [touch.loan_id], "channel": channel, "point": papers.KINDS[channel]}
        return papers.paper(moments.text(at), "cn-bank", ZONE, **act) | {
            "loans": [papers.PLAIN["loans"][0] | {"id": touch.loan_id}],
            "attempts": list(self.attempts),
            "holds": [dict(each) for each in self.holds],
        }

    def time_passes(self) -> None:
        dice = self.random.random()
        self.at += timedelta(minutes=self.random.randrange(1, 45))
        if dice < 0.3:
            day = local(self.at, ZONE).date() + timedelta(days=self.random.randrange(2))
            self.at = max(self.at, moments.near_an_edge(self.random, day, ZONE))
        elif dice < 0.35:
            self.at += timedelta(days=1)


@pytest.mark.parametrize("seed", range(5))
async def test_what_was_confirmed_broke_no_article_and_what_none_touches_was_not_refused(
    scene: Scene, seed: int
) -> None:
    record = Record(Random(seed))
    await scene.person("b1", ("phone", "+86-900-1"), ("email", "b1@example.test"))
    for loan in ("l1", "l2"):
        await scene.position(loan, parties=[("b1", Role.BORROWER)])
        await scene.opened(loan)
    async with scene.app() as http:
        for number in range(ACTS):
            record.time_passes()
            if record.random.random() < 0.08:
                await change_a_hold(http, record, number)
            loan, channel = record.random.choice(["l1", "l2"]), record.random.choice(CHANNELS)
            touch = touch_of(loan, "b1", channel=channel, at=record.at, due_at=record.at)
            await (call if channel is Channel.CALL else write)(scene, http, record, touch)
    assert record.confirmed > ACTS / 10
    assert record.refused


async def write(scene: Scene, _: httpx.AsyncClient, record: Record, touch: Touch) -> None:
    judge(record, touch, await scene.attempt(touch), touch.at)


async def call(scene: Scene, http: httpx.AsyncClient, record: Record, touch: Touch) -> None:
    """Reserve a window, ring somewhere within it, and say how it went."""
    kept = await scene.reserve(touch, (touch.at, touch.at + MINUTES))
    if kept.status is not TouchStatus.RESERVED:
        refused(record, touch, kept, touch.at, touch.at + MINUTES)
        return
    record.at += timedelta(minutes=record.random.randrange(20))
    on_the_spot = replace(touch, at=record.at)
    outcome = await ActivityEnvironment().run(scene.activities.confirm, on_the_spot)
    made = judge(record, on_the_spot, outcome, record.at)
    if made is not None:
        made["outcome"] = record.random.choice(ANSWERS)
        said = {"outcome": made["outcome"], "at": record.at.isoformat()}
        answer = await http.post(f"/v1/demo/attempts/{outcome.attempt_id}/outcome", json=said)
        assert answer.status_code == 200, answer.text


def judge(record: Record, touch: Touch, outcome: TouchOutcome, at: datetime) -> Document | None:
    if outcome.status is not TouchStatus.CONFIRMED:
        refused(record, touch, outcome, at)
        return None
    document = record.paper(touch, at)
    assert violations(document) == []
    record.confirmed += 1
    made = papers.attempt(document, moments.text(at), "sent")
    record.attempts.append(made)
    return made


def refused(record: Record, touch: Touch, outcome: TouchOutcome, *instants: datetime) -> None:
    if outcome.status is TouchStatus.REFUSED:
        record.refused.add(outcome.rule_id)
        papers_then = [record.paper(touch, at) for at in instants]
        assert not all(may_be_made(each) for each in papers_then), outcome


async def change_a_hold(http: httpx.AsyncClient, record: Record, number: int) -> None:
    running = [each for each in record.holds if each["until"] is None]
    if running and record.random.random() < 0.8:
        ended = record.random.choice(running)
        body = {"at": record.at.isoformat(), "reason": "settled", "by": "officer"}
        answer = await http.post(f"/v1/demo/holds/{ended['id']}/end", json=body)
        assert answer.status_code == 200, answer.text
        ended["until"] = moments.text(max(record.at, instant(ended["from"])))
        return
    begins = record.at + timedelta(hours=record.random.choice([0, 3]))
    where = record.random.choice([{"party_id": "b1"}, {"loan_id": "l1"}, {"loan_id": "l2"}])
    body = {"hold_id": f"h{number}", "kind": "bank_pause", "evidence": "memo", "by": "officer"}
    body |= {"from_at": begins.isoformat()} | where
    assert (await http.post("/v1/demo/holds", json=body)).status_code == 201
    known = papers.hold("bank_pause", moments.text(begins), party=where.get("party_id", ""))
    record.holds.append(known | {"id": f"h{number}", "loan": where.get("loan_id", "")})
