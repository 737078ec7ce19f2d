"""People read cases and give them orders, each carried out once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from chassis.clock import Clock
from chassis.database import Database
from chassis.errors import Behind
from chassis.http import create_app
from chassis.service import Context
from chassis.settings import Settings
from interfaces import case
from interfaces.values import ClosingReason, Disposition
from services.cases import api
from services.cases.commands.rulebook import Rulebook
from services.cases.domain.dispatch import FactKind, LoanFact
from tests.builders import position
from tests.services.cases.fakes import FakeCases
from tests.services.cases.stories import LOAN, Story, a_closing, a_move, told_position

pytestmark = pytest.mark.database
CASES = "/v1/demo/cases"
CLOSE = {"reason": "opened in error", "by": "an officer"}
PAUSE = {"until": "2026-04-01T00:00:00Z", "reason": "court asked", "by": "an officer"}


@pytest.fixture
def cases() -> FakeCases:
    return FakeCases()


@pytest.fixture
async def door(
    cases_database: Database, settings: Settings, clock: Clock, cases: FakeCases
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("cases", settings, cases_database, [api.router])
    app.state.context = Context(settings, cases_database, clock)
    app.dependency_overrides[api.running_cases] = lambda: cases
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
async def story(cases_database: Database, rules: Rulebook, clock: Clock) -> Story:
    """A loan with an open episode in its second stage."""
    begun = Story(cases_database, rules, clock)
    await begun.keeps(told_position(position()))
    await begun.claims("run-1")
    await begun.moves(a_move(1, "remind"))
    return begun


@pytest.fixture
def running(cases: FakeCases, story: Story) -> FakeCases:
    """The loan's case runs."""
    cases.running[LOAN] = [LoanFact("demo", LOAN, FactKind.POSITION, position())]
    return cases


def key(value: str = "key-1") -> dict[str, str]:
    return {"Idempotency-Key": value}


async def test_a_case_tells_its_episodes_moves_and_facts(
    door: httpx.AsyncClient, story: Story
) -> None:
    body = (await door.get(f"{CASES}/{LOAN}")).json()
    assert [episode["episode"] for episode in body["episodes"]] == [1]
    moves = body["episodes"][0]["moves"]
    assert [(move["seq"], move["what"]) for move in moves] == [(0, "opened"), (1, "stage_changed")]
    assert body["facts"]["position"]["disposition"] == "overdue"
    assert body["facts"]["holds"] is None


async def test_cases_are_listed_by_loan_page_by_page(door: httpx.AsyncClient, story: Story) -> None:
    for number in range(2, 6):
        loan = f"loan000{number}"
        await story.keeps(told_position(position(), loan))
        await story.claims(f"run-{number}", loan)
    seen: list[str] = []
    page: dict[str, object] = {"after": ""}
    while page.get("after") is not None:
        page = (await door.get(CASES, params={"after": str(page["after"]), "limit": 2})).json()
        seen += [line["loan_id"] for line in page["cases"]]  # type: ignore[attr-defined]
    assert seen == [f"loan000{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"status": "open"}, 1),
        ({"status": "closed"}, 0),
        ({"stage": "remind"}, 1),
        ({"stage": "legal"}, 0),
        ({"status": "open", "stage": "remind"}, 1),
    ],
)
async def test_cases_are_listed_by_status_and_stage(
    door: httpx.AsyncClient, story: Story, wanted: dict[str, str], count: int
) -> None:
    assert len((await door.get(CASES, params=wanted)).json()["cases"]) == count


async def test_the_summary_counts_loans_episodes_runs_stages_and_reasons(
    door: httpx.AsyncClient, story: Story
) -> None:
    await story.claims("run-2")
    await story.keeps(told_position(position(version=2, disposition=Disposition.CURRENT)))
    await story.closes(a_closing(2, ClosingReason.CURED))
    await story.keeps(told_position(position(version=3)))
    await story.claims("run-3")
    assert (await door.get(f"{CASES}/summary")).json() == {
        "loans": 1,
        "opened": 2,
        "open": 1,
        "duplicates": 1,
        "by_stage": {"remind": 1, "assess": 1},
        "by_reason": {"cured": 1},
    }


async def test_another_tenant_sees_nothing_of_the_loan(
    door: httpx.AsyncClient, story: Story
) -> None:
    assert (await door.get("/v1/uci/cases")).json()["cases"] == []
    answer = await door.get(f"/v1/uci/cases/{LOAN}")
    assert (answer.status_code, answer.json()["code"]) == (404, "cases/unknown_loan")
    answer = await door.post(f"/v1/uci/cases/{LOAN}/close", json=CLOSE, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (404, "cases/no_open_episode")


async def test_an_unknown_tenant_is_said_so(door: httpx.AsyncClient) -> None:
    answer = await door.get("/v1/nobody/cases")
    assert (answer.status_code, answer.json()["code"]) == (404, "cases/unknown_tenant")


@pytest.mark.parametrize(
    ("order", "body", "update"),
    [
        ("pause", PAUSE, case.PAUSE_CASE),
        ("resume", CLOSE, case.RESUME_CASE),
        ("close", CLOSE, case.CLOSE_CASE),
    ],
)
async def test_an_order_reaches_the_running_case(
    door: httpx.AsyncClient, running: FakeCases, order: str, body: dict[str, str], update: str
) -> None:
    answer = await door.post(f"{CASES}/{LOAN}/{order}", json=body, headers=key())
    assert answer.status_code == 200
    assert answer.json() == {
        "loan_id": LOAN,
        "episode": 1,
        "order": update,
        "is_abandoned": False,
    }
    (ordered,) = running.orders.values()
    assert ordered.update == update


async def test_a_repeated_order_is_answered_as_the_first_time_even_after_the_case_has_ended(
    door: httpx.AsyncClient, running: FakeCases, story: Story
) -> None:
    first = await door.post(f"{CASES}/{LOAN}/close", json=CLOSE, headers=key())
    await story.closes(a_closing(1, ClosingReason.ERROR))
    again = await door.post(f"{CASES}/{LOAN}/close", json=CLOSE, headers=key())
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(running.orders) == 1


async def test_a_key_used_for_another_order_is_refused(
    door: httpx.AsyncClient, running: FakeCases
) -> None:
    await door.post(f"{CASES}/{LOAN}/close", json=CLOSE, headers=key())
    other = {**CLOSE, "reason": "another reason"}
    answer = await door.post(f"{CASES}/{LOAN}/close", json=other, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "http/idempotency_key_reused")


async def test_an_order_without_a_key_is_refused(
    door: httpx.AsyncClient, running: FakeCases
) -> None:
    answer = await door.post(f"{CASES}/{LOAN}/close", json=CLOSE)
    assert (answer.status_code, answer.json()["code"]) == (400, "http/idempotency_key_missing")
    assert running.orders == {}


async def test_a_loan_without_an_open_episode_takes_no_order(
    door: httpx.AsyncClient, running: FakeCases
) -> None:
    answer = await door.post(f"{CASES}/loan-unknown/pause", json=PAUSE, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (404, "cases/no_open_episode")


async def test_an_order_to_a_silent_case_may_be_repeated_with_its_key(
    door: httpx.AsyncClient, running: FakeCases
) -> None:
    running.failures = [Behind("cases/case_silent", "The case did not answer.")]
    answer = await door.post(f"{CASES}/{LOAN}/pause", json=PAUSE, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (503, "cases/case_silent")
    answer = await door.post(f"{CASES}/{LOAN}/pause", json=PAUSE, headers=key())
    assert answer.status_code == 200


async def test_an_episode_whose_run_is_gone_is_closed_by_the_order_itself(
    door: httpx.AsyncClient, story: Story
) -> None:
    answer = await door.post(f"{CASES}/{LOAN}/pause", json=PAUSE, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "cases/no_running_case")
    answer = await door.post(f"{CASES}/{LOAN}/close", json=CLOSE, headers=key("key-2"))
    assert (answer.status_code, answer.json()["is_abandoned"]) == (200, True)
    body = (await door.get(f"{CASES}/{LOAN}")).json()
    assert body["episodes"][0]["reason"] == "error"


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("pause", {**PAUSE, "until": "2026-04-01T00:00:00"}),
        ("pause", {**PAUSE, "until": "soon"}),
        ("pause", {"reason": "no until", "by": "an officer"}),
        ("close", {"reason": "", "by": "an officer"}),
        ("close", {"reason": "x" * 501, "by": "an officer"}),
        ("resume", {}),
    ],
)
async def test_an_order_that_lacks_what_it_needs_is_refused(
    door: httpx.AsyncClient, running: FakeCases, order: str, body: dict[str, str]
) -> None:
    answer = await door.post(f"{CASES}/{LOAN}/{order}", json=body, headers=key())
    assert answer.status_code == 422
    assert running.orders == {}
