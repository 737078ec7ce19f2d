"""The ledger's HTTP answers, through the real application."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from services.ledger.commands import history
from tests.services.ledger.telling import Ledger, paid, registered, snapshot

pytestmark = pytest.mark.database


async def test_a_position_says_what_is_owed_and_why(
    client: httpx.AsyncClient, ledger: Ledger
) -> None:
    owed = snapshot("2026-03-10", "2026-03-05", 70, overdue_costs_minor=5)
    await ledger.tell(registered(), owed, at=datetime(2026, 3, 11, tzinfo=UTC))
    answer = (await client.get("/v1/demo/loans/loan-1/position")).json()
    assert answer["disposition"] == "overdue"
    assert answer["overdue_minor"] == 75
    assert answer["oldest_due_on"] == "2026-03-05"
    assert answer["position_version"] == 2
    assert answer["reasons"] == ["snapshot", "became_overdue"]
    assert answer["parties"] == [
        {
            "party_id": "party-1",
            "role": "borrower",
            "kind": "person",
            "language": "zh-CN",
            "liability_limit_minor": None,
        }
    ]


async def test_positions_come_by_loan_id_in_pages(
    client: httpx.AsyncClient, ledger: Ledger
) -> None:
    for loan in ("c", "a", "b"):
        await ledger.tell(registered(), loan=loan)
    first = (await client.get("/v1/demo/positions?limit=2")).json()
    assert [each["loan_id"] for each in first["positions"]] == ["a", "b"]
    second = (await client.get(f"/v1/demo/positions?limit=2&after={first['next_after']}")).json()
    assert [each["loan_id"] for each in second["positions"]] == ["c"]
    assert second["next_after"] is None


async def test_entries_sum_to_nothing_and_so_does_the_ledger(
    client: httpx.AsyncClient, ledger: Ledger
) -> None:
    await ledger.tell(registered(), snapshot("2026-03-02", "2026-03-01", 70))
    await ledger.tell(paid("p1", 90, "2026-03-03"))
    journals = (await client.get("/v1/demo/loans/loan-1/entries")).json()["journals"]
    assert [journal["kind"] for journal in journals] == ["adjustment", "payment"]
    assert all(sum(e["amount_minor"] for e in each["entries"]) == 0 for each in journals)
    assert (await client.get("/v1/demo/ledger/imbalance")).json() == {"CNY": 0}


async def test_a_loan_of_another_tenant_is_not_known(
    client: httpx.AsyncClient, ledger: Ledger
) -> None:
    await ledger.tell(registered())
    for path in ("position", "entries", "history"):
        answer = await client.get(f"/v1/uci/loans/loan-1/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "ledger/unknown_loan")


async def test_an_unknown_tenant_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nobody/positions")
    assert (answer.status_code, answer.json()["code"]) == (404, "ledger/unknown_tenant")


async def test_the_history_is_read_with_its_content_and_audited(
    client: httpx.AsyncClient, ledger: Ledger
) -> None:
    value = ledger.accepted(registered()).message.SerializeToString()
    told = history.Told(
        tenant="demo",
        loan_id="loan-1",
        source="collect.intake.v1",
        version=1,
        event_id="event-1",
        type="events.v1.LoanFactAccepted",
        time="2026-03-01T00:00:00Z",
        cause="",
        value=value,
    )
    async with ledger.database.transaction() as session:
        await history.record(session, [told])
    (record,) = (await client.get("/v1/demo/loans/loan-1/history")).json()["records"]
    assert record["content"]["fact"]["registered"]["branch"] == "east"
    assert len(record["sha256"]) == 64
    assert (await client.post("/v1/demo/audit/verify")).json() == {
        "loans": 1,
        "verified": 1,
        "first_broken": None,
        "gaps": [],
    }


async def test_an_audit_of_a_tenant_without_loans_finds_nothing_wrong(
    client: httpx.AsyncClient,
) -> None:
    answer = (await client.post("/v1/uci/audit/verify")).json()
    assert (answer["loans"], answer["first_broken"]) == (0, None)
