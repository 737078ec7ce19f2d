"""What agencies report has the consequences it would have, had the bank heard it itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from events.v1.contact_calls_pb2 import RecordingMissing
from events.v1.contact_customer_pb2 import CustomerRecordChanged
from events.v1.contact_replies_pb2 import ReplyUnderstood
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import HOLD_OF, ReplyKind
from tests.services.contact.placing import (
    get,
    list_agency,
    place,
    placed_loan,
    post,
    refused,
    reservation,
)
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
ACT = "agencies/ag1/reservations/a1"
OF_CALLS = sorted(set(Outcome) - {Outcome.SENT, Outcome.DELIVERED})
ANSWERED = {"connected", "third_party", "right_party", "effective"}


async def acted(http: httpx.AsyncClient, act_id: str = "a1", channel: str = "call") -> None:
    window = (NOON, NOON + timedelta(hours=2))
    body = reservation(act_id, window=window, channel=channel)
    await post(http, "agencies/ag1/reservations", body, 201)
    confirmed = await post(http, f"agencies/ag1/reservations/{act_id}/confirm", {})
    assert confirmed["status"] == "confirmed"


async def report(http: httpx.AsyncClient, outcome: str, **said: object) -> Any:
    return await post(http, f"{ACT}/outcome", {"outcome": outcome, **said})


async def holds_of(http: httpx.AsyncClient) -> set[str]:
    return {each["kind"] for each in (await get(http, "loans/l1/standing"))["holds"]}


@pytest.mark.parametrize("outcome", OF_CALLS)
async def test_every_outcome_the_law_counts_of_a_call_is_taken(
    scene: Scene, outcome: Outcome
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        act = await report(http, outcome)
        assert act["outcome"] == outcome
        assert act["is_recording_missing"] == (outcome in ANSWERED)
        assert await refused(http, f"{ACT}/outcome", {"outcome": "sent"}) == "http/invalid"
    raised = await scene.told("l1", RecordingMissing)
    assert len(raised) == (outcome in ANSWERED)


async def test_a_missing_recording_is_raised_once_until_it_is_named(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        await report(http, "connected")
        assert (await report(http, "right_party"))["is_recording_missing"]
        [shown] = (await get(http, "agencies/ag1/reservations"))["acts"]
        assert shown["is_recording_missing"]
        named = await report(http, "right_party", recording="rec-1")
        assert (named["recording"], named["is_recording_missing"]) == ("rec-1", False)
        assert not (await report(http, "effective"))["is_recording_missing"]
    [raised] = await scene.told("l1", RecordingMissing)
    assert raised.party_id == "b1"


@pytest.mark.parametrize("kind", sorted(HOLD_OF))
async def test_what_holds_the_bank_holds_when_an_agency_heard_it(
    scene: Scene, kind: ReplyKind
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        body = {"recording": "rec-1", "heard": [kind], "text": "他说的话"}
        first = await report(http, "right_party", **body)
        assert first == await report(http, "right_party", **body)
        assert HOLD_OF[kind].value in await holds_of(http)
        again = reservation("a2")
        answer = await http.post("/v1/demo/agencies/ag1/reservations", json=again)
        told = answer.json()
        assert answer.status_code in (201, 403), told
        assert told.get("status") != "reserved", "a held loan is not the agency's to act on"
    [understood] = await scene.told("l1", ReplyUnderstood)
    assert [each.label for each in understood.labels] == [kind]
    assert understood.is_by_person


async def test_a_stop_heard_by_an_agency_binds_the_bank_and_all_who_share_the_number(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await scene.person("b2", ("phone", "+86-900-l1"))
        await scene.position("l2", parties=[("b2", Role.BORROWER)])
        await scene.opened("l2")
        await acted(http)
        await report(http, "effective", recording="rec-1", heard=["stop"])
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        touch = touch_of(loan_id, party_id, f"own-{loan_id}", channel=Channel.CALL)
        refusal = await scene.attempt(touch)
        assert (refusal.status, refusal.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    assert len(await scene.told("l2", CustomerRecordChanged)) == 1


async def test_a_wrong_person_is_never_called_at_that_number_again(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        await report(http, "third_party", recording="rec-1", heard=["wrong_person"])
    async with scene.database.transaction() as session:
        query = text("SELECT count(*) FROM contact_point WHERE invalid_at IS NOT NULL")
        assert (await session.execute(query)).scalar_one() == 1


async def test_a_number_out_of_service_is_given_up_and_the_person_looked_for(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        await report(http, "out_of_service")
        assert len((await get(http, "traces"))["traces"]) == 1
    async with scene.database.transaction() as session:
        query = text("SELECT kind FROM contact_point WHERE invalid_at IS NOT NULL")
        assert [row.kind for row in await session.execute(query)] == ["phone"]


async def test_a_promise_heard_by_an_agency_is_whole_with_its_amount_and_day(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        promise = {"heard": ["promise"], "amount_minor": 5_000, "promised_on": "2026-03-05"}
        await report(http, "effective", recording="rec-1", **promise)
        await report(http, "effective", recording="rec-1", heard=["promise"])
        tasks = (await get(http, "desk/tasks?kind=promise"))["tasks"]
    told = await scene.told("l1", ReplyUnderstood)
    assert [each.is_promise_complete for each in told] == [True, False]
    assert len(tasks) == 1


async def test_in_an_act_that_reached_nobody_nothing_was_heard(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        for outcome in ("no_answer", "busy", "voicemail", "undeliverable", "out_of_service"):
            body = {"outcome": outcome, "heard": ["dispute"]}
            assert await refused(http, f"{ACT}/outcome", body) == "contact/nothing_can_be_heard"
        [act] = (await get(http, "agencies/ag1/reservations"))["acts"]
        assert act["outcome"] == "sent"
        assert await holds_of(http) == set()
    assert await scene.count("reply_understanding") == 0


@pytest.mark.parametrize("kind", ["promise", "circumstances"])
@pytest.mark.parametrize("outcome", ["connected", "third_party"])
async def test_nobody_promises_or_tells_how_they_fare_for_another(
    scene: Scene, outcome: str, kind: str
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        promise = {"amount_minor": 5_000, "promised_on": "2026-03-05"}
        body = {"outcome": outcome, "heard": [kind, "dispute"], **promise}
        assert await refused(http, f"{ACT}/outcome", body) == "contact/nothing_can_be_heard"
        await report(http, outcome, heard=["dispute"])
        assert await holds_of(http) == {"dispute"}
    [understood] = await scene.told("l1", ReplyUnderstood)
    assert [each.label for each in understood.labels] == ["dispute"]


async def test_two_agencies_may_number_their_recordings_alike(scene: Scene) -> None:
    """Else what the second one heard, a stop perhaps, would be refused with its report."""
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        await report(http, "effective", recording="0001")
        await scene.overdue("l2", "b2")
        await list_agency(http, "ag2")
        await place(http, "pl2", "l2", "ag2")
        window = (NOON, NOON + timedelta(hours=2))
        others = "agencies/ag2/reservations"
        await post(http, others, reservation("a1", "l2", "b2", window=window), 201)
        await post(http, f"{others}/a1/confirm", {})
        said = {"outcome": "effective", "recording": "0001", "heard": ["stop"]}
        act = await post(http, f"{others}/a1/outcome", said)
        assert (act["recording"], act["is_recording_missing"]) == ("0001", False)
    assert await scene.count("recording") == 2


async def test_an_answer_to_an_agencys_message_counts_as_one_to_the_banks(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http, channel="sms")
        assert await refused(http, f"{ACT}/outcome", {"outcome": "effective"}) == (
            "contact/outcome_does_not_fit"
        )
        act = await report(http, "delivered", heard=["stop"], text="TD")
        assert not act["is_recording_missing"]
    refusal = await scene.attempt(touch_of("l1", "b1", "own", channel=Channel.SMS))
    assert (refusal.status, refusal.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")


async def test_what_was_said_stays_under_the_persons_key(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await acted(http)
        said = {"heard": ["hardship"], "text": "我失业了"}
        await report(http, "right_party", recording="rec-1", **said)
    async with scene.database.transaction() as session:
        rows = (await session.execute(text("SELECT * FROM reply"))).mappings().all()
        events = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
    assert len(rows) == 1 and "我失业了" not in str(rows)
    assert all("我失业了".encode() not in payload for payload in events)
