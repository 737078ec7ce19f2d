"""The bank's front door on the real server: mixed bulks, what nobody can read, what must wait."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from tests.chassis.topic_log import read_topic
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import closes
from tests.end_to_end.running import TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

UNREADABLE = b"\xff\xfe neither protobuf nor anything"


async def test_a_bulk_of_mixed_lines_is_answered_line_by_line_and_the_counts_close(
    stack: RunningStack,
) -> None:
    loan = BankLoan("E2E-BULK")
    now, today = stack.now(), stack.today()
    before = await stack.get("intake", "/intake/counts")
    registered = MessageToDict(loan.registered(now))
    wrong = MessageToDict(loan.overdue(today, days=2))
    wrong["fact"]["snapshot"]["currency"] = "USD"
    lines = [
        json.dumps(registered),
        json.dumps(registered),
        "{not json",
        json.dumps(wrong),
        json.dumps(MessageToDict(loan.overdue(today, days=3))),
        json.dumps(MessageToDict(BankLoan("E2E-STRANGER").overdue(today))),
    ]
    answer = await stack.http.post(
        stack.url("intake", f"/v1/{TENANT}/loan-events"),
        content="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 207
    items = answer.json()["items"]
    assert [item["line"] for item in items] == [1, 2, 3, 4, 5, 6]
    assert [item["status"] for item in items] == [
        "applied",
        "duplicate",
        "dead_lettered",
        "quarantined",
        "applied",
        "quarantined",
    ]
    assert items[3]["reason"] and items[5]["code"] == "intake/unknown_loan"
    after = await stack.get("intake", "/intake/counts")
    assert after["received"] - before["received"] == len(lines)
    assert closes(after)


async def test_bytes_that_nobody_can_decode_end_in_the_dead_letter_topic_with_their_origin(
    stack: RunningStack,
) -> None:
    before = await stack.get("intake", "/intake/counts")
    await stack.tell(UNREADABLE, key="E2E-UNREADABLE")

    async def is_counted() -> bool:
        counts = await stack.get("intake", "/intake/counts")
        return bool(counts["dead_lettered"] > before["dead_lettered"] and closes(counts))

    await eventually(is_counted, 60, "the dead letter is counted")
    letters = await read_topic(stack.settings.kafka_bootstrap, "bank.facts.v1.dlq.v1")
    (letter,) = [letter for letter in letters if letter.key == b"E2E-UNREADABLE"]
    headers = {name: value.decode() for name, value in letter.headers}
    assert headers["origin_topic"] == "bank.facts.v1"
    assert headers["origin_group"] == "intake"
    assert headers["error_class"] == "Undecodable"
    assert headers["error_message"]
    assert int(headers["origin_partition"]) in range(12)
    origins = await read_topic(stack.settings.kafka_bootstrap, "bank.facts.v1")
    (origin,) = [each for each in origins if each.key == b"E2E-UNREADABLE"]
    assert (str(origin.partition), str(origin.offset)) == (
        headers["origin_partition"],
        headers["origin_offset"],
    )
    assert UNREADABLE not in letter.value, "dead letters are sealed"


async def test_facts_about_an_unknown_loan_wait_and_are_replayed_when_it_is_registered(
    stack: RunningStack,
) -> None:
    loan = BankLoan("E2E-EARLY")
    today = stack.today()
    await stack.tell(loan.overdue(today, days=4), loan.paid(today, 20_000))

    async def waiting() -> list[dict[str, Any]]:
        return await _quarantined(stack, loan.ref, "waiting")

    async def both_wait() -> bool:
        return [entry["code"] for entry in await waiting()] == ["intake/unknown_loan"] * 2

    await eventually(both_wait, 60, "both facts wait")
    loan_id = (await opened(stack, loan))[loan.ref]

    async def is_overdue() -> bool:
        found = await stack.get("ledger", f"/loans/{loan_id}/position")
        return bool(found["disposition"] == "overdue" and found["overdue_minor"] == 100_000)

    await eventually(is_overdue, 60, "the waiting facts were replayed")
    assert await waiting() == []
    assert len(await _quarantined(stack, loan.ref, "replayed")) == 2
    assert closes(await stack.get("intake", "/intake/counts"))


async def _quarantined(stack: RunningStack, ref: str, status: str) -> list[dict[str, Any]]:
    found = await stack.get("intake", "/quarantine", status=status, limit=1000)
    return [entry for entry in found["entries"] if entry["subject_ref"] == ref]
