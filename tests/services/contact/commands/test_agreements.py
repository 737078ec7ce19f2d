"""Agreements, bans and refusals on a real database, as the gate will read them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from events.v1.contact_customer_pb2 import CustomerRecordChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.domain.agreements import Hours, TermKind, in_force
from services.contact.store import customer
from tests.services.contact.customer import agreement, get, post, vulnerability, word
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

NIGHT = {"hours_from": "22:00", "hours_until": "23:30"}


async def test_an_agreement_is_in_force_until_it_is_revoked(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    said = agreement("a1", "hours", channel="call", from_at=NOON.isoformat(), **NIGHT)
    first = await post(scene, "parties/b1/agreements", said)
    assert await post(scene, "parties/b1/agreements", said) == first
    revoked_at = NOON + timedelta(days=2)
    end = {"at": revoked_at.isoformat(), "reason": "call 13", "by": "me"}
    for _ in range(2):
        await post(scene, "agreements/a1/revoke", end, 200)
    async with scene.database.transaction() as session:
        [before] = await customer.agreements_of(session, "b1", revoked_at - timedelta(seconds=1))
        assert before.hours == Hours(time(22), time(23, 30))
        assert (before.channel, before.evidence) == (Channel.CALL, "call 12")
        assert await customer.agreements_of(session, "b1", revoked_at) == []
    told = await scene.told("l1", CustomerRecordChanged)
    assert [(each.record_id, each.is_ended) for each in told] == [("a1", False), ("a1", True)]


async def test_preferences_are_kept_apart_from_what_was_agreed(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "parties/b1/agreements", agreement("p1", "preference", language="en"))
    await post(scene, "parties/b1/agreements", agreement("f1", "frequency", per_day_max=5))
    async with scene.database.transaction() as session:
        [agreed] = await customer.agreements_of(session, "b1", NOON + timedelta(hours=1))
        [preferred] = await customer.preferences_of(session, "b1", NOON + timedelta(hours=1))
    assert (agreed.kind, agreed.per_day_max) == (TermKind.FREQUENCY, 5)
    assert preferred.language == "en"


async def test_bans_are_what_the_person_forbade_and_what_its_treatment_closes(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "parties/b1/agreements", agreement("x1", "ban", channel="sms"))
    await post(scene, "parties/b1/vulnerabilities", vulnerability())
    later = NOON + timedelta(hours=1)
    async with scene.database.transaction() as session:
        bans = in_force(await customer.bans_of(session, "b1"), later)
    assert {(ban.ban_id, ban.channel) for ban in bans} == {
        ("x1", Channel.SMS),
        ("v1", Channel.CALL),
    }
    end = {"reason": "asked for it", "by": "me"}
    await post(scene, "vulnerabilities/v1/end", end, 200)
    async with scene.database.transaction() as session:
        bans = in_force(await customer.bans_of(session, "b1"), later)
    assert [ban.ban_id for ban in bans] == ["x1"]


async def test_a_third_partys_refusal_is_for_ever(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    both = [("b1", Role.BORROWER), ("c1", Role.CONTACT)]
    await scene.position("l1", 2, parties=both)
    await post(scene, "parties/c1/agreements", agreement("r1", "refusal"))
    end = {"reason": "changed its mind", "by": "me"}
    problem = await post(scene, "agreements/r1/revoke", end, 409)
    assert problem["code"] == "contact/refusal_is_for_ever"
    async with scene.database.transaction() as session:
        refusals = await customer.refusals_of(session, ["b1", "c1"])
    assert {party: each.evidence for party, each in refusals.items()} == {"c1": "call 12"}


async def test_a_third_partys_will_to_pay_may_be_taken_back(scene: Scene) -> None:
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await post(scene, "parties/c1/agreements", agreement("w1", "willing_to_pay"))
    later = NOON + timedelta(days=1)
    async with scene.database.transaction() as session:
        assert await customer.willing_to_pay(session, ["c1", "b1"], later) == {"c1"}
    await post(scene, "agreements/w1/revoke", {"reason": "said so", "by": "me"}, 200)
    async with scene.database.transaction() as session:
        assert await customer.willing_to_pay(session, ["c1"], later) == set()


async def test_a_debtor_opts_out_but_does_not_refuse(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    problem = await post(scene, "parties/b1/agreements", agreement("r1", "refusal"), 422)
    assert problem["code"] == "contact/refusal_of_the_liable"
    assert (await get(scene, "parties/b1/agreements"))["agreements"] == []


async def test_a_ban_with_an_end_says_when_the_medium_is_free_again(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    until = NOON + timedelta(days=1)
    ban = agreement("x1", "ban", channel="sms", until_at=until.isoformat())
    await post(scene, "parties/b1/agreements", ban)
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert (refused.rule_id, refused.next_allowed_at) == ("BAN", until)
    [kept] = (await get(scene, "loans/l1/verdicts"))["verdicts"][0]["facts"]["bans"]
    assert datetime.fromisoformat(kept["until"]) == until


@pytest.mark.parametrize(("kind", "rule"), [("ban", "BAN"), ("refusal", "THIRD-PARTY")])
async def test_a_case_that_lags_behind_the_clock_heeds_what_was_forbidden_since(
    scene: Scene, kind: str, rule: str
) -> None:
    await scene.person("b1", ("phone", "+86-900-1"))
    await scene.person("c1", ("phone", "+86-900-2"))
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await scene.opened("l1")
    [only] = (await get(scene, "parties/b1/points"))["points"]
    await post(scene, "parties/b1/words", word("invalid", point_id=only["point_id"]))
    scene.set_clock(NOON + timedelta(days=1))
    channel = {"channel": "sms"} if kind == "ban" else {}
    await post(scene, "parties/c1/agreements", agreement("x1", kind, **channel))
    named = {"role": Role.CONTACT, "about_party_id": "b1", "purpose": Purpose.LOCATE}
    refused = await scene.attempt(touch_of("l1", "c1", channel=Channel.SMS, **named))
    recorded = (await get(scene, "loans/l1/verdicts"))["verdicts"][0]
    assert refused.status is TouchStatus.REFUSED
    assert rule in [each["rule"] for each in recorded["findings"]]


async def test_what_was_agreed_since_allows_nothing_to_a_case_that_lags(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    late = NOON + timedelta(hours=10, minutes=30)
    scene.set_clock(late + timedelta(days=1))
    await post(scene, "parties/b1/agreements", agreement("a1", "hours", **NIGHT))
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS, at=late))
    assert refused.rule_id == "CN-TIME-1"
