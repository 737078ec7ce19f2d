"""A shared message goes to one point with one text: what is kept of it names that point."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from interfaces.values import Role
from services.contact.gateways import Message, Receipt
from tests.services.contact.customer import get, point, post
from tests.services.contact.scene import Scene
from tests.services.contact.test_pooling import meet_all, wish_of

pytestmark = pytest.mark.database


class Keeping:
    """Keeps what it is given to send."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def send(self, message: Message) -> Receipt:
        self.sent.append(message)
        return Receipt(message.attempt_id, True)

    async def find(self, attempt_id: str) -> Receipt | None:
        return None


async def test_where_a_notice_and_another_text_prefer_two_numbers_the_one_used_is_kept(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    older = date(2026, 1, 1).isoformat()
    await scene.position("l2", parties=[("b1", Role.BORROWER)], oldest_due_on=older)
    await scene.opened("l2")
    left = await post(scene, "parties/b1/points", point(is_reserved=True))
    await scene.attempt(wish_of("l1", notice="reminder"))
    await scene.attempt(wish_of("l2"))
    gateway = Keeping()
    assert await meet_all(scene, gateway) == 1
    [sent] = gateway.sent
    async with scene.database.transaction() as session:
        kept = (await session.execute(text("SELECT attempt_id, point_id FROM attempt"))).one()
    phones = {each["point_id"] for each in (await get(scene, "parties/b1/points"))["points"]}
    assert (sent.loan_id, sent.address) == ("l2", "+86-900-l1")
    assert kept.attempt_id == sent.attempt_id and kept.point_id in phones - {left["point_id"]}
