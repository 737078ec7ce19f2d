"""A hold placed on a loan that was never overdue binds the case that opens inside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import gather
from tests.end_to_end.running import RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def test_a_hold_placed_before_the_loan_was_ever_overdue_is_honoured_by_its_case(
    stack: RunningStack,
) -> None:
    held, free = BankLoan("E2E-HELD"), BankLoan("E2E-FREE")
    ids = await opened(stack, held, free)
    until = stack.now() + timedelta(days=4)
    await stack.post(
        "contact",
        "/holds",
        {
            "hold_id": "e2e-hold",
            "kind": "hardship_review",
            "loan_id": ids[held.ref],
            "until_at": until.isoformat(),
            "evidence": "a letter of the borrower",
            "by": "an operator",
        },
    )
    today = stack.today()
    await stack.tell(held.overdue(today, days=3), free.overdue(today, days=3))

    async def case_is_held() -> Any:
        story = await stack.get("cases", f"/cases/{ids[held.ref]}")
        return story["episodes"] and story["facts"]["holds"]

    assert (await eventually(case_is_held, 60, "the case knows its hold"))["intervals"]

    async def sent(ref: str) -> list[dict[str, Any]]:
        found = await stack.get("contact", f"/loans/{ids[ref]}/attempts")
        return [attempt for attempt in found["attempts"] if attempt["status"] == "sent"]

    # The same loan without the hold shows when the case would have acted.
    (other, *_) = await eventually(lambda: sent(free.ref), 90, "the free loan is touched")
    assert _instant(other["from_at"]) < until
    (first, *_) = await eventually(lambda: sent(held.ref), 90, "the held loan is touched at last")
    assert _instant(first["from_at"]) >= until

    events = (await gather(stack.settings.kafka_bootstrap)).of("collect.contact.v1", ids[held.ref])
    asked = [r for r in events if r.type in ("events.v1.TouchConfirmed", "events.v1.TouchRefused")]
    early = [r for r in asked if r.body.at.ToDatetime(UTC) < until]  # type: ignore[attr-defined]
    assert not early, "the case did not even ask inside the hold"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
