"""What was said in a call that came in makes that call a conversation, which the law counts."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.services.contact.customer import post
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("kind", "outcome"), [("question", "effective"), ("wrong_person", "third_party")]
)
async def test_a_reply_on_the_telephone_makes_the_call_that_came_in_a_conversation(
    scene: Scene, kind: str, outcome: str
) -> None:
    """12 CFR 1006.14(b)(2)(i)(B): whoever began it."""
    await scene.overdue("l1", "b1")
    said = {"reply_id": "r1", "party_id": "b1", "channel": "call", "kinds": [kind]}
    await post(scene, "replies", said)
    async with scene.database.transaction() as session:
        query = text("SELECT direction, outcome FROM attempt")
        [kept] = (await session.execute(query)).all()
    assert tuple(kept) == ("inbound", outcome)
