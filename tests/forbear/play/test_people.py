"""People act through doors that may be shut, and a till that never pays twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from chassis.clock import Clock
from chassis.settings import settings_from
from events.v1.bank_pb2 import (
    BalanceChanged,
    BankFact,
    InstalmentDue,
    LoanFact,
    LoanRegistered,
    PartyRole,
)
from forbear.play.agenda import Agenda, Entry, open_agenda
from forbear.play.behaviour import Deed
from forbear.play.deeds import Stage
from forbear.play.doors import Doors, NotNow, Refused
from forbear.play.people import People
from forbear.play.register import Register
from forbear.play.till import Till
from forbear.portfolio.bank import CoreBank
from forbear.portfolio.script import Behaviour, LoanScript

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
LATE = datetime(2026, 3, 10, 15, tzinfo=UTC)


class FakeDoors:
    """Answers from what a test puts here, and keeps what was posted."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str, Mapping[str, object]]] = []
        self.answers: dict[str, Any] = {
            "loans/lookup": {
                "loans": {
                    "CL-1": {
                        "loan_id": "l1",
                        "parties": {"P-1": {"party_id": "p1", "role": "borrower"}},
                    }
                }
            },
            "sandbox/messages": {"messages": []},
        }
        self.fault: Exception | None = None

    async def get(self, service: str, path: str, **query: object) -> Any:
        return self.answers[path]

    async def post(self, service: str, path: str, body: Mapping[str, object], key: str = "") -> Any:
        if self.fault is not None and path != "loans/lookup":
            raise self.fault
        self.posted.append((service, path, body))
        return self.answers.get(path, {})

    async def pages(self, service: str, path: str, **query: object) -> AsyncIterator[Any]:
        for item in self.answers.get(f"{path}?{query.get('status')}", []):
            yield item


class FakeProducer:
    def __init__(self) -> None:
        self.sent: list[BankFact] = []

    async def start(self) -> None:
        return

    async def send(self, topic: str, value: bytes, **_: object) -> asyncio.Future[None]:
        await asyncio.sleep(0)
        self.sent.append(BankFact.FromString(value))
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer


def bank() -> CoreBank:
    registered = LoanRegistered(
        product="consumer_loan",
        segment="individual",
        currency="CNY",
        parties=[PartyRole(party_ref="P-1", role="borrower")],
    )
    due = InstalmentDue(number=1, due_on="2026-03-01", principal_minor=50_000, currency="CNY")
    opening = BalanceChanged(as_of="2026-02-20", balance_minor=200_000, currency="CNY")
    facts = (
        LoanFact(registered=registered),
        LoanFact(instalment_due=due),
        LoanFact(balance_changed=opening),
    )
    return CoreBank((BankFact(loan_ref="CL-1", fact=fact) for fact in facts), ["CL-1"])


@pytest.fixture
def doors() -> FakeDoors:
    return FakeDoors()


@pytest.fixture
def agenda(tmp_path: Path) -> Agenda:
    return open_agenda(tmp_path / "demo.json")


@pytest.fixture
def producer() -> FakeProducer:
    return FakeProducer()


@pytest.fixture
async def till(agenda: Agenda, producer: FakeProducer) -> Till:
    found = Till(bank(), agenda, producer, ZONE)
    await found.open()
    return found


def stage_of(doors: FakeDoors, agenda: Agenda, till: Till | None) -> Stage:
    scripts = {"CL-1": LoanScript("CL-1", Behaviour.PAYS_AFTER_REMINDER, "cured")}
    register = Register(cast(Doors, doors), scripts)
    return Stage(cast(Doors, doors), register, agenda, till, ZONE)


async def one_round(stage: Stage, tmp_path: Path) -> None:
    """Look and act once."""
    await stage.register.learn()
    people = People(stage, Clock(settings_from(var=tmp_path)), "1")
    stop = asyncio.Event()
    running = asyncio.create_task(people.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await running


def planned(agenda: Agenda, deed: Deed, **details: str | int | bool) -> Entry:
    entry = Entry(f"a1/{deed}", "l1", deed, NOON, dict(details))
    agenda.add(entry)
    return entry


async def test_a_call_is_reported_once(doors: FakeDoors, agenda: Agenda, tmp_path: Path) -> None:
    planned(agenda, Deed.OUTCOME, attempt_id="a1", outcome="no_answer")
    await one_round(stage_of(doors, agenda, None), tmp_path)
    assert ("contact", "attempts/a1/outcome", {"outcome": "no_answer"}) in doors.posted
    assert agenda.entries == {}


async def test_a_door_that_does_not_open_is_tried_again_later(
    doors: FakeDoors, agenda: Agenda, tmp_path: Path
) -> None:
    planned(agenda, Deed.OUTCOME, attempt_id="a1", outcome="no_answer")
    doors.fault = NotNow("contact does not answer")
    await one_round(stage_of(doors, agenda, None), tmp_path)
    (waiting,) = agenda.entries.values()
    assert waiting.tries == 1
    assert waiting.at > NOON


async def test_a_refusal_is_final(doors: FakeDoors, agenda: Agenda, tmp_path: Path) -> None:
    planned(agenda, Deed.OUTCOME, attempt_id="a1", outcome="no_answer")
    doors.fault = Refused("422")
    await one_round(stage_of(doors, agenda, None), tmp_path)
    assert agenda.entries == {}


async def test_an_accepted_plan_is_paid_part_by_part_and_the_last_settles(
    doors: FakeDoors, agenda: Agenda, tmp_path: Path
) -> None:
    offer = {"agreement_id": "o1", "status": "offered", "party_id": "p1"}
    doors.answers["loans/l1/agreements"] = {"agreements": [offer]}
    parts = [{"due_on": f"2027-0{n}-10", "amount_minor": n} for n in (1, 2)]
    doors.answers["offers/o1/accept"] = {"schedule": parts}
    planned(agenda, Deed.ACCEPT, option="plan", months=2)
    await one_round(stage_of(doors, agenda, None), tmp_path)
    promised = [(e.deed, e.details["amount_minor"], e.details["settles"]) for e in _sorted(agenda)]
    assert promised == [(Deed.PAY_AGREED, 1, False), (Deed.PAY_AGREED, 2, True)]


async def test_what_is_overdue_is_paid_once(till: Till, producer: FakeProducer) -> None:
    assert await till.pay_overdue("CL-1", NOON) == 50_000
    assert await till.pay_overdue("CL-1", NOON) == 0
    assert len(producer.sent) == 1


async def test_two_who_pay_at_once_send_each_payment_once(
    till: Till, producer: FakeProducer
) -> None:
    payments = (till.pay_agreed("CL-1", amount, NOON, False) for amount in (100, 200, 300))
    await asyncio.gather(*payments)
    amounts = sorted(fact.fact.payment_received.amount_minor for fact in producer.sent)
    assert amounts == [100, 200, 300]


async def test_a_payment_after_closing_time_counts_for_the_next_day(
    till: Till, producer: FakeProducer
) -> None:
    await till.report_days(LATE)
    await till.pay_overdue("CL-1", LATE)
    assert producer.sent[-1].fact.payment_received.effective_on == "2026-03-11"


async def test_each_day_is_reported_once_and_none_is_left_out(
    till: Till, agenda: Agenda, producer: FakeProducer
) -> None:
    await till.report_days(LATE)
    await till.report_days(LATE)
    assert str(agenda.reported_through) == "2026-03-10"
    await till.report_days(LATE + timedelta(days=14))
    as_of = [fact.fact.snapshot.as_of for fact in producer.sent]
    assert as_of == ["2026-03-10", "2026-03-17", "2026-03-24"]


async def test_what_was_written_to_be_sent_before_a_crash_is_sent_again_under_the_same_ids(
    agenda: Agenda, producer: FakeProducer
) -> None:
    fact = BankFact(event_id="core-1", loan_ref="CL-1")
    agenda.to_send.append(fact)
    agenda.is_changed = True
    agenda.save()
    kept = open_agenda(agenda.file)
    await Till(bank(), kept, producer, ZONE).open()
    assert producer.sent == [fact]
    assert kept.to_send == []


def _sorted(agenda: Agenda) -> list[Entry]:
    return sorted(agenda.entries.values(), key=lambda entry: entry.at)


async def test_what_arrived_by_post_is_answered_through_the_post_office_and_read_once(
    doors: FakeDoors, agenda: Agenda, tmp_path: Path
) -> None:
    doors.answers["arrived"] = {"arrived": [{"seq": 7, "attempt_id": "a7", "channel": "sms"}]}
    doors.answers["attempts/a7"] = {
        "attempt_id": "a7",
        "loan_id": "l1",
        "party_id": "p1",
        "channel": "sms",
        "template": "reminder",
        "notice": "reminder",
        "asks_circumstances": False,
    }
    script = LoanScript("CL-1", Behaviour.PAYS_AFTER_REMINDER, "cured", parameters={"days": 3})
    register = Register(cast(Doors, doors), {"CL-1": script})
    stage = Stage(cast(Doors, doors), register, agenda, None, ZONE, has_post_office=True)
    await one_round(stage, tmp_path)
    assert open_agenda(agenda.file).arrived == 7
    assert Deed.PAY_OVERDUE in {entry.deed for entry in agenda.entries.values()}
    agenda.entries.clear()
    planned(agenda, Deed.OUTCOME, attempt_id="a7", outcome="delivered", via="post_office")
    doors.answers["arrived"] = {"arrived": []}
    await one_round(stage, tmp_path)
    assert ("post_office", "arrived/a7/outcome", {"outcome": "delivered"}) in doors.posted
