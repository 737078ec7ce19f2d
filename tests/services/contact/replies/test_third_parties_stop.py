"""A contact of the debtor who says stop is asked no more, at no number and by no channel."""

from __future__ import annotations

import pytest

from interfaces.values import Role
from services.contact.commands import corrections, unsubscribing
from services.contact.commands.corrections import Correction
from services.contact.commands.unsubscribing import Ticket
from services.contact.domain.replies import ReplyKind
from tests.services.contact.customer import get, post, word
from tests.services.contact.scene import NOON, TENANT, Scene

pytestmark = pytest.mark.database


async def lost_debtor(scene: Scene, role: Role = Role.CONTACT) -> None:
    """Nothing of b1 leads anywhere, so c1 may be asked, by phone or by mail."""
    await scene.person("b1", ("phone", "+86-900-1"))
    await scene.person("c1", ("phone", "+86-900-2"), ("email", "c1@example.test"))
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", role)])
    await scene.opened("l1")
    [only] = (await get(scene, "parties/b1/points"))["points"]
    await post(scene, "parties/b1/words", word("invalid", point_id=only["point_id"]))


async def says(scene: Scene, *kinds: str) -> None:
    body = {"reply_id": "r1", "party_id": "c1", "loan_id": "l1", "channel": "sms", "text": "?"}
    await post(scene, "replies", {**body, "kinds": list(kinds)})


async def corrected(scene: Scene, kind: ReplyKind) -> None:
    async with scene.database.transaction() as session:
        correction = Correction(TENANT, "ann", (kind,))
        await corrections.correct(session, scene.desk, "r1", correction, NOON)


async def by_mail(scene: Scene, purpose: str = "locate") -> str:
    """Which rule stands against a mail to the contact; none if it may be sent."""
    path = "parties/c1/contact-verdict"
    found = await get(scene, path, 200, channel="email", purpose=purpose)
    assert found["allowed"] == (not found["rule"])
    return str(found["rule"])


async def test_its_stop_by_sms_closes_the_mails_too(scene: Scene) -> None:
    await lost_debtor(scene)
    assert await by_mail(scene) == ""
    await says(scene, "stop")
    assert await by_mail(scene) == "CN-3P-1"


async def test_what_was_no_stop_was_no_refusal_and_meant_after_all_it_is_one(scene: Scene) -> None:
    await lost_debtor(scene)
    await says(scene, "stop")
    await corrected(scene, ReplyKind.QUESTION)
    assert await by_mail(scene) == ""
    await corrected(scene, ReplyKind.STOP)
    assert await by_mail(scene) == "CN-3P-1"


async def test_a_click_that_stops_mails_is_a_refusal_too(scene: Scene) -> None:
    await lost_debtor(scene)
    points = (await get(scene, "parties/c1/points"))["points"]
    mail = next(each["point_id"] for each in points if each["kind"] == "email")
    async with scene.database.transaction() as session:
        await unsubscribing.unsubscribe(session, Ticket(TENANT, "c1", mail), NOON)
    [kept] = (await get(scene, "parties/c1/agreements"))["agreements"]
    assert (kept["kind"], kept["revoked_at"]) == ("refusal", None)


async def test_a_debtors_stop_closes_the_point_it_came_from_alone(scene: Scene) -> None:
    await lost_debtor(scene, Role.CO_BORROWER)
    await says(scene, "stop")
    assert await by_mail(scene, "collection") == ""
    assert (await get(scene, "parties/c1/agreements"))["agreements"] == []
