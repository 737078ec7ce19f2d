"""What a provider says later, however it numbers its words and whatever its clock shows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose
from services.contact.commands import receipts
from services.contact.commands.judging import attempt_id_of
from services.contact.commands.receipts import Taken, TakeReceipt
from services.contact.domain.outcomes import Outcome
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database


async def sent(scene: Scene, loan_id: str, party_id: str) -> str:
    """A notice by letter; answers its attempt."""
    await scene.overdue(loan_id, party_id)
    letter = {"channel": Channel.LETTER, "purpose": Purpose.STATUTORY_NOTICE}
    touch = touch_of(loan_id, party_id, f"{loan_id}/1/k", notice="demand", **letter)
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    return attempt_id_of(TENANT, touch.key)


async def take(
    scene: Scene, receipt_id: str, attempt_id: str, outcome: Outcome, at: datetime = NOON
) -> Taken:
    command = TakeReceipt(TENANT, receipt_id, attempt_id, outcome, at)
    async with scene.database.transaction() as session:
        return await receipts.take(session, scene.desk, command)


async def test_two_providers_may_number_their_receipts_alike(scene: Scene) -> None:
    first, second = await sent(scene, "l1", "b1"), await sent(scene, "l2", "b2")
    assert await take(scene, "1", first, Outcome.DELIVERED) is Taken.TAKEN
    assert await take(scene, "1", second, Outcome.UNDELIVERABLE) is Taken.TAKEN
    assert await take(scene, "1", second, Outcome.UNDELIVERABLE) is Taken.REPEATED
    assert (await scene.told("l2", pb.AttemptRecorded))[-1].outcome == "undeliverable"


async def test_another_word_under_a_receipts_id_is_no_repetition(scene: Scene) -> None:
    attempt_id = await sent(scene, "l1", "b1")
    assert await take(scene, "1", attempt_id, Outcome.UNDELIVERABLE) is Taken.TAKEN
    assert await take(scene, "1", attempt_id, Outcome.DELIVERED) is Taken.TAKEN
    assert (await scene.told("l1", pb.AttemptRecorded))[-1].outcome == "delivered"


async def test_nothing_was_delivered_before_it_was_sent(scene: Scene) -> None:
    """Else a provider's wrong clock would begin a person's term before the notice came."""
    attempt_id = await sent(scene, "l1", "b1")
    await take(scene, "1", attempt_id, Outcome.DELIVERED, NOON - timedelta(days=10))
    [notice] = (await scene.told("l1", pb.ContactProgressed))[-1].notices
    assert notice.delivered_at.ToDatetime(NOON.tzinfo) == NOON
