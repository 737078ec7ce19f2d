"""Accepting facts: recognised, ordered, told on under opaque ids, and counted once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from events.v1 import bank_pb2 as pb
from events.v1.bank_pb2 import BankFact
from services.intake.domain.facts import Disposition
from tests.services.intake.bank import (
    NOW,
    fact,
    party,
    payment,
    person,
    registered,
    reversal,
    snapshot,
    stamp,
)
from tests.services.intake.conftest import Intake

pytestmark = pytest.mark.database
APPLIED, DUPLICATE = Disposition.APPLIED, Disposition.DUPLICATE
STALE, QUARANTINED = Disposition.STALE, Disposition.QUARANTINED


async def statuses(intake: Intake, *facts: BankFact) -> list[Disposition]:
    return [outcome.status for outcome in await intake.receive(*facts)]


async def code(intake: Intake, *facts: BankFact) -> str | None:
    return (await intake.receive(*facts))[-1].code


async def test_a_loan_and_its_facts_travel_on_under_one_opaque_id(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered()), fact("e2", snapshot=snapshot()))
    told = await intake.told()
    assert [event.version for event in told] == [1, 2]
    assert {event.topic for event in told} == {"collect.intake.v1"}
    assert len({event.key for event in told}) == 1
    assert told[1].body.fact.snapshot.overdue_principal_minor == 100_00
    assert told[1].body.accepted_at.ToDatetime(NOW.tzinfo) == NOW


async def test_the_banks_own_references_never_travel(intake: Intake) -> None:
    card = "4111111111111111"
    taken_over = pb.LoanTakenOver(
        on="2026-03-01",
        notices=[pb.TakenOverNotice(kind="demand", party_ref="ID-777", sent_at=stamp(NOW))],
        contacts=[pb.TakenOverContact(party_ref="ID-888", channel="call", at=stamp(NOW))],
        agreement=pb.TakenOverAgreement(
            kind="plan",
            party_ref="ID-777",
            total_minor=5,
            instalments=[pb.AgreedInstalment(due_on="2026-04-01", amount_minor=5)],
        ),
    )
    loan = registered(party("ID-777"), party("ID-888", "co_borrower"))
    facts = fact("ev-1", card, registered=loan), fact("ev-2", card, taken_over=taken_over)
    assert await statuses(intake, *facts) == [APPLIED, APPLIED]
    told = await intake.told()
    everything = b"".join(event.payload + (event.key + event.cause).encode() for event in told)
    for own in (card, "ID-777", "ID-888", "ev-1", "ev-2"):
        assert own.encode() not in everything
    parties = {role.role: role.party_ref for role in told[0].body.fact.registered.parties}
    proven = told[1].body.fact.taken_over
    assert proven.notices[0].party_ref == parties["borrower"] == proven.agreement.party_ref
    assert proven.contacts[0].party_ref == parties["co_borrower"]


async def test_a_sale_told_again_with_its_buyer_is_news_and_travels_whole(intake: Intake) -> None:
    buyer = pb.Assignee(name="Buyer Ltd", phone="400", purpose="to hold it", data_kinds=["name"])
    bare, whole = pb.LoanSold(on="2026-03-01"), pb.LoanSold(on="2026-03-01", assignee=buyer)
    told = [fact("e1", registered=registered()), fact("e2", sold=bare), fact("e3", sold=whole)]
    assert await statuses(intake, *told) == [APPLIED] * 3
    assert (await intake.told())[-1].body.fact.sold == whole


async def test_the_same_event_again_is_a_duplicate_in_a_batch_and_later(intake: Intake) -> None:
    loan = fact("e1", registered=registered())
    assert await statuses(intake, loan, loan) == [APPLIED, DUPLICATE]
    assert await statuses(intake, loan) == [DUPLICATE]
    assert await intake.counts() == {
        "received": 3,
        "applied": 1,
        "duplicate": 2,
        "stale": 0,
        "quarantined": 0,
        "dead_lettered": 0,
    }


async def test_an_event_id_reused_for_something_else_is_quarantined_once(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered()))
    other = fact("e1", closed=pb.LoanClosed(on="2026-03-09"))
    assert await code(intake, other) == "intake/event_id_reused"
    assert await statuses(intake, other) == [DUPLICATE]


async def test_an_older_snapshot_is_recorded_and_not_applied(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered()))
    newest = fact("e2", sequence=5, snapshot=snapshot())
    older = fact("e3", sequence=9, snapshot=snapshot(as_of="2026-03-08", days_past_due=7))
    lower = fact("e4", sequence=4, snapshot=snapshot(balance_minor=7_000_00))
    assert await statuses(intake, newest, older, lower) == [APPLIED, STALE, STALE]
    kept = await intake.rows("SELECT event_id, disposition FROM receipt ORDER BY event_id")
    assert [row["disposition"] for row in kept] == ["applied", "applied", "stale", "stale"]
    assert len(await intake.told()) == 2


async def test_two_snapshots_of_one_place_must_say_the_same(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered()), fact("e2", snapshot=snapshot()))
    assert await statuses(intake, fact("e3", snapshot=snapshot())) == [DUPLICATE]
    other = fact("e4", snapshot=snapshot(balance_minor=1_000_00))
    assert await code(intake, other) == "intake/snapshot_contradicts"


async def test_a_transaction_is_one_payment_whatever_its_event_id(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered()))
    assert await statuses(intake, fact("e2", payment_received=payment("t1"))) == [APPLIED]
    assert await statuses(intake, fact("e3", payment_received=payment("t1"))) == [DUPLICATE]
    other = fact("e4", payment_received=payment("t1", amount_minor=1))
    assert await code(intake, other) == "intake/transaction_contradicts"


async def test_a_transaction_of_another_loan_is_quarantined(intake: Intake) -> None:
    loans = [fact(f"r{ref}", ref, registered=registered()) for ref in ("L1", "L2")]
    await intake.receive(*loans, fact("e1", "L1", payment_received=payment("t1")))
    clash = fact("e2", "L2", payment_received=payment("t1"))
    assert await code(intake, clash) == "intake/transaction_contradicts"


async def test_a_reversal_may_come_first_but_must_be_of_the_whole_payment(intake: Intake) -> None:
    early = fact("e2", payment_reversed=reversal("t1"))
    assert await statuses(intake, fact("e1", registered=registered()), early) == [APPLIED, APPLIED]
    short = fact("e3", payment_received=payment("t1", amount_minor=1))
    assert await code(intake, short) == "intake/reversal_mismatch"
    assert await statuses(intake, fact("e4", payment_received=payment("t1"))) == [APPLIED]
    part = fact("e6", payment_reversed=reversal("t2", amount_minor=1))
    assert await code(intake, fact("e5", payment_received=payment("t2")), part) == (
        "intake/reversal_mismatch"
    )


async def test_facts_of_an_unknown_loan_wait_and_are_replayed_in_order(intake: Intake) -> None:
    first = fact("e1", payment_received=payment("t1"))
    second = fact("e2", snapshot=snapshot())
    third = fact("e3", snapshot=snapshot(as_of="2026-03-08", days_past_due=7))
    outcomes = await intake.receive(first, second, third)
    assert {outcome.code for outcome in outcomes} == {"intake/unknown_loan"}
    assert (await intake.counts())["quarantined"] == 3
    fourth = fact("e5", payment_received=payment("t2"))
    assert await statuses(intake, fact("e4", registered=registered()), fourth) == [APPLIED, APPLIED]
    names = [event.body.fact.WhichOneof("fact") for event in await intake.told()]
    assert names == ["registered", "payment_received", "snapshot", "payment_received"]
    counts = await intake.counts()
    assert (counts["applied"], counts["stale"], counts["quarantined"]) == (4, 1, 0)
    assert await statuses(intake, first, second, third) == [DUPLICATE] * 3
    entries = await intake.rows("SELECT DISTINCT status, resolved_by FROM quarantine")
    assert entries == [{"status": "replayed", "resolved_by": "intake"}]


async def test_a_fact_just_ahead_of_its_loan_in_one_batch_waits_for_it(intake: Intake) -> None:
    ahead, loan = fact("e1", snapshot=snapshot()), fact("e2", registered=registered())
    assert await statuses(intake, ahead, loan) == [QUARANTINED, APPLIED]
    assert [event.version for event in await intake.told()] == [1, 2]
    assert (await intake.counts())["applied"] == 2


async def test_a_replayed_fact_that_does_not_fit_its_loan_stays_with_the_reason(
    intake: Intake,
) -> None:
    await intake.receive(fact("e1", payment_received=payment("t1", currency="USD")))
    await intake.receive(fact("e2", registered=registered()))
    (entry,) = await intake.rows("SELECT code, status FROM quarantine")
    assert entry == {"code": "intake/other_currency", "status": "waiting"}


async def test_an_older_registration_does_not_replace_a_newer_one(intake: Intake) -> None:
    newer = fact("e1", registered=registered(branch="SH02"))
    older = fact("e2", at=NOW - timedelta(days=2), registered=registered())
    assert await statuses(intake, newer, older) == [APPLIED, STALE]


async def test_a_new_registration_replaces_the_parties_and_keeps_their_ids(intake: Intake) -> None:
    await intake.receive(fact("e1", registered=registered(party("P1"), party("P2", "contact"))))
    await intake.receive(fact("e2", registered=registered(party("P1"), party("P3", "heir"))))
    roles = [
        {role.role: role.party_ref for role in event.body.fact.registered.parties}
        for event in await intake.told()
    ]
    assert roles[0]["borrower"] == roles[1]["borrower"]
    current = await intake.rows("SELECT role FROM loan_party WHERE is_current ORDER BY place")
    assert [row["role"] for row in current] == ["borrower", "heir"]


async def test_a_person_gets_the_id_that_its_loans_know_it_by(intake: Intake) -> None:
    await intake.receive(person("p1", "P1"))
    await intake.receive(fact("e1", registered=registered(party("P1"))))
    sealed, loan = await intake.told()
    assert loan.body.fact.registered.parties[0].party_ref == sealed.body.party_id == sealed.key


async def test_the_same_reference_of_two_tenants_is_two_loans(intake: Intake) -> None:
    card = registered(product="card", currency="TWD")
    await intake.receive(
        fact("e1", registered=registered()), fact("e1", tenant="uci", registered=card)
    )
    assert len({event.key for event in await intake.told()}) == 2


async def test_a_registration_and_facts_racing_leave_nothing_waiting(intake: Intake) -> None:
    for n in range(20):
        loan = fact(f"r{n}", f"L{n}", registered=registered())
        late = fact(f"s{n}", f"L{n}", snapshot=snapshot())
        paid = fact(f"t{n}", f"L{n}", payment_received=payment(f"t{n}"))
        await asyncio.gather(intake.receive(late), intake.receive(loan), intake.receive(paid))
    assert await intake.rows("SELECT 1 FROM quarantine WHERE status = 'waiting'") == []
    counts = await intake.counts()
    assert (counts["received"], counts["applied"]) == (60, 60)
    versions = await intake.rows(
        "SELECT loan_id, array_agg(version ORDER BY id) v FROM outbox GROUP BY 1"
    )
    assert [row["v"] for row in versions] == [[1, 2, 3]] * 20


async def test_the_tally_agrees_with_the_receipts(intake: Intake) -> None:
    await intake.receive(
        fact("e1", registered=registered()),
        fact("e2", snapshot=snapshot()),
        fact("e3", snapshot=snapshot(as_of="2026-03-01", days_past_due=0)),
        fact("e4", "L9", snapshot=snapshot()),
    )
    rows = await intake.rows("SELECT disposition, count(*) n FROM receipt GROUP BY 1")
    counted = await intake.counts()
    assert {row["disposition"]: row["n"] for row in rows} == {
        name: amount for name, amount in counted.items() if amount and name != "received"
    }
