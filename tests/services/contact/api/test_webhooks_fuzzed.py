"""Whatever a provider sends is answered in words, and what is not accepted leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from interfaces.values import Channel
from services.contact.commands.judging import attempt_id_of
from services.contact.gateways.signing import HEADER, sign
from tests.services.contact.post import SECRET, dsn
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
ATTEMPT = attempt_id_of(TENANT, "l1/1/k")
PHONE = "+86-900-l1"
EACH = 60
DOORS = ("replies", "mail", "receipts", "bounces")
TABLES = (
    *("reply", "reply_understanding", "stray_reply", "opt_out", "hold", "desk_task"),
    *("answer_owed", "outbox", "point_word", "grievance"),
)


@pytest.fixture(autouse=True)
def a_provider_with_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBEAR_GATEWAYS", json.dumps({TENANT: {"secret": SECRET}}))


MESSAGE = {"message_id": "m1", "channel": "sms", "from_address": PHONE, "text": "退订"}
MAIL = b"From: b1@example.test\r\nMessage-ID: <m1@x>\r\nSubject: hi\r\n\r\nSTOP\r\n"
RECEIPTS = {"receipts": [{"receipt_id": "r", "attempt_id": ATTEMPT, "outcome": "delivered"}]}
TRUE = {
    "replies": json.dumps(MESSAGE).encode(),
    "mail": MAIL,
    "receipts": json.dumps(RECEIPTS).encode(),
    "bounces": dsn(ATTEMPT),
}
STRANGE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=30),
    st.just("\x00"),
    st.just("\ud800"),
    st.just("9" * 5_000),
    st.just("2026-03-02T04:00:00Z"),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


@st.composite
def spoiled(draw: st.DrawFn, whole: bytes) -> bytes:
    """A true body with some of its bytes changed, lost, or said twice."""
    body = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        lost = draw(st.integers(0, 12))
        body[at : at + lost] = draw(st.binary(max_size=8) | st.just(b"\r\n") | st.just(b'"'))
    return bytes(body)


@st.composite
def renamed(draw: st.DrawFn, whole: dict[str, Any]) -> bytes:
    """True JSON with strange values, in places that mean something."""
    changed = dict(whole)
    for name in draw(st.lists(st.sampled_from([*whole, "in_reply_to", "extra"]), min_size=1)):
        changed[name] = draw(STRANGE)
    return json.dumps(changed).encode()


@st.composite
def batch(draw: st.DrawFn) -> bytes:
    fields = ("receipt_id", "attempt_id", "outcome", "at", "extra")
    one = st.dictionaries(st.sampled_from(fields), STRANGE, max_size=5)
    true = {**RECEIPTS["receipts"][0], "receipt_id": draw(st.text(max_size=5))}
    return json.dumps(
        {"receipts": [true | each for each in draw(st.lists(one, max_size=3))]}
    ).encode()


BODIES: dict[str, st.SearchStrategy[bytes]] = {
    "replies": renamed(MESSAGE) | spoiled(TRUE["replies"]) | st.binary(max_size=60),
    "mail": spoiled(MAIL) | st.binary(max_size=200).map(lambda tail: MAIL[:40] + tail),
    "receipts": batch() | spoiled(TRUE["receipts"]),
    "bounces": spoiled(TRUE["bounces"]) | st.binary(max_size=200),
}


def drawn(strategy: st.SearchStrategy[Any], count: int = EACH) -> list[Any]:
    """Always the same examples, for a test that speaks to a database in between."""
    found: list[Any] = []

    @hypothesis_settings(
        max_examples=count, derandomize=True, phases=[Phase.generate], deadline=None, database=None
    )
    @given(strategy)
    def keep(example: Any) -> None:
        found.append(example)

    keep()
    return found


async def state(scene: Scene) -> dict[str, object]:
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {table}" for table in TABLES)
    outcome = "(SELECT array_agg(outcome || status ORDER BY attempt_id) FROM attempt) AS outcomes"
    query = text(f"SELECT {counts}, {outcome}")
    async with scene.database.transaction() as session:
        return dict((await session.execute(query)).mappings().one())


def signed(scene: Scene, door: str, body: bytes, secret: str = SECRET) -> dict[str, str]:
    wall = scene.context.clock.wall()
    kind = "application/json" if door in ("replies", "receipts") else "message/rfc822"
    return {HEADER: sign(secret, wall, "POST", path(door), body), "Content-Type": kind}


def path(door: str) -> str:
    return f"/v1/{TENANT}/webhooks/{door}"


async def written_to(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.attempt(touch_of("l1", "b1", "l1/1/k", channel=Channel.SMS))


@pytest.mark.parametrize("door", DOORS)
async def test_any_body_is_answered_and_one_that_is_refused_changes_nothing(
    scene: Scene, door: str
) -> None:
    await written_to(scene)
    answers: dict[int, int] = {}
    async with scene.app() as http:
        before = await state(scene)
        for body in drawn(BODIES[door]):
            answer = await http.post(path(door), content=body, headers=signed(scene, door, body))
            assert answer.status_code in (200, 400, 404, 409, 422), (body, answer.text)
            answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
            after = await state(scene)
            if answer.status_code != 200:
                assert after == before, body
                assert answer.json()["code"], body
            before = after
    # A mail that is no bounce is answered so, and is no mistake of its sender's.
    assert len(answers) > 1 or door == "bounces", answers


@pytest.mark.parametrize("door", DOORS)
async def test_the_same_again_is_answered_the_same_and_changes_nothing(
    scene: Scene, door: str
) -> None:
    await written_to(scene)
    async with scene.app() as http:
        for body in drawn(BODIES[door], EACH // 3):
            first = await http.post(path(door), content=body, headers=signed(scene, door, body))
            before = await state(scene)
            again = await http.post(path(door), content=body, headers=signed(scene, door, body))
            assert again.status_code == first.status_code
            if door in ("replies", "mail"):
                assert again.json() == first.json()
            assert await state(scene) == before, body


def forged(scene: Scene, door: str, body: bytes) -> Iterator[tuple[bytes, dict[str, str]]]:
    """True requests that somebody else sent, changed, or sent to another door."""
    true = signed(scene, door, body)
    yield body, signed(scene, door, body, "x" * 40)
    yield body + b" ", true
    yield body, {**true, HEADER: signed(scene, "other", body)[HEADER]}
    old = scene.context.clock.wall() - timedelta(minutes=6)
    yield body, {**true, HEADER: sign(SECRET, old, "POST", path(door), body)}
    yield body, {key: value for key, value in true.items() if key != HEADER}
    plain = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=90)
    for noise in drawn(plain, 20):
        yield body, {**true, HEADER: noise}


@pytest.mark.parametrize("door", DOORS)
async def test_what_is_not_signed_is_not_even_read(scene: Scene, door: str) -> None:
    await written_to(scene)
    body = TRUE[door]
    async with scene.app() as http:
        before = await state(scene)
        for sent, headers in forged(scene, door, body):
            answer = await post(http, door, sent, headers)
            assert answer.status_code in (403, 422), (headers, answer.text)
            assert await state(scene) == before, headers
        accepted = await post(http, door, body, signed(scene, door, body))
        assert accepted.status_code == 200
    assert await state(scene) != before


async def post(
    http: httpx.AsyncClient, door: str, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    return await http.post(path(door), content=body, headers=headers)
