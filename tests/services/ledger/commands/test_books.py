"""Facts into books on real PostgreSQL: what is published, posted, and refused."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.errors import Conflict, NotFound
from events.v1.bank_pb2 import InstalmentDue, LoanClosed, LoanFact, LoanTakenOver
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted
from services.ledger.commands.books import Accepted
from tests.services.ledger.telling import Ledger, paid, registered, snapshot, undone

pytestmark = pytest.mark.database


async def test_a_registered_loan_is_published_once_as_current_with_its_parties(
    ledger: Ledger,
) -> None:
    await ledger.tell(registered(), registered())
    (position,) = await ledger.positions()
    assert position.disposition == "current"
    assert position.parties[0].party_ref == "party-1"
    assert list(position.reasons) == ["registered"]


async def test_payments_and_balances_of_a_current_loan_move_no_position(ledger: Ledger) -> None:
    due = LoanFact(instalment_due=InstalmentDue(number=1, due_on="2026-03-20", currency="CNY"))
    await ledger.tell(registered(), due, paid("p1", 500, "2026-03-02"))
    assert len(await ledger.positions()) == 1
    assert [type(body) for body in await ledger.events()][-1] is PaymentPosted


async def test_a_fact_that_changes_nothing_of_an_overdue_loan_is_not_published(
    ledger: Ledger,
) -> None:
    await ledger.tell(registered(), snapshot("2026-02-20", "2026-02-10", 70))
    before = len(await ledger.positions())
    due = LoanFact(instalment_due=InstalmentDue(number=1, due_on="2026-03-20", currency="CNY"))
    await ledger.tell(due, registered(), paid("p1", 5, "2026-02-19"))
    assert len(await ledger.positions()) == before


async def test_a_snapshot_that_only_confirms_is_told_once_in_28_days(ledger: Ledger) -> None:
    await ledger.tell(registered(), snapshot("2026-03-02", "2026-02-10", 70))
    before = len(await ledger.positions())
    await ledger.tell(*(snapshot(f"2026-03-{day:02}", "2026-02-10", 70) for day in (9, 16, 29)))
    assert len(await ledger.positions()) == before
    await ledger.tell(snapshot("2026-03-30", "2026-02-10", 70))
    assert [position.as_of for position in (await ledger.positions())[before:]] == ["2026-03-30"]


async def test_a_snapshot_that_changes_an_amount_is_published(ledger: Ledger) -> None:
    await ledger.tell(registered(), snapshot("2026-03-02", "2026-02-10", 70))
    before = len(await ledger.positions())
    await ledger.tell(snapshot("2026-03-09", "2026-02-10", 71))
    assert len(await ledger.positions()) == before + 1


async def test_what_a_snapshot_changes_of_a_current_loan_is_published(ledger: Ledger) -> None:
    await ledger.tell(registered(), snapshot("2026-03-02"))
    before = len(await ledger.positions())
    await ledger.tell(snapshot("2026-03-09"), snapshot("2026-03-16", balance_minor=77))
    assert [position.balance_minor for position in (await ledger.positions())[before:]] == [77]


async def test_a_payment_that_covers_is_told_with_its_allocation_and_then_the_position(
    ledger: Ledger,
) -> None:
    owed = snapshot("2026-03-10", "2026-03-05", 70, overdue_interest_minor=30)
    await ledger.tell(registered(), owed, at=datetime(2026, 3, 11, tzinfo=UTC))
    await ledger.tell(paid("p1", 110, "2026-03-12"), at=datetime(2026, 3, 12, tzinfo=UTC))
    posted, position = (await ledger.events())[-2:]
    assert isinstance(posted, PaymentPosted)
    assert posted.allocation.interest_minor == 30
    assert posted.allocation.principal_minor == 70
    assert posted.allocation.unallocated_minor == 10
    assert (await ledger.positions())[-1] == position
    assert (await ledger.positions())[-1].disposition == "covered"
    assert list((await ledger.positions())[-1].reasons) == ["payment_received", "became_covered"]


async def test_a_changed_party_or_a_takeover_of_a_current_loan_is_published(
    ledger: Ledger,
) -> None:
    await ledger.tell(registered())
    await ledger.tell(registered(branch="west"))
    await ledger.tell(LoanFact(taken_over=LoanTakenOver(on="2026-03-01")))
    last = (await ledger.positions())[-1]
    assert (last.branch, last.taken_over.on) == ("west", "2026-03-01")
    assert len(await ledger.positions()) == 3


async def test_the_position_version_is_the_stream_version_of_its_event(ledger: Ledger) -> None:
    await ledger.tell(
        registered(), paid("p1", 5, "2026-03-02"), snapshot("2026-03-03", "2026-02-10", 9)
    )
    assert await ledger.count_of("SELECT version FROM loan") == 3


async def test_a_reversal_before_its_payment_is_told_after_it(ledger: Ledger) -> None:
    await ledger.tell(registered(), undone("p1", 50, "2026-03-03"))
    assert len(await ledger.events()) == 1
    await ledger.tell(paid("p1", 50, "2026-03-02"))
    kinds = [type(body) for body in (await ledger.events())[-2:]]
    assert kinds == [PaymentPosted, PaymentReversalPosted]


async def test_a_reversal_in_a_later_batch_mirrors_the_posted_payment(ledger: Ledger) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    await ledger.tell(undone("p1", 50, "2026-03-03"))
    assert await ledger.count_of("SELECT count(*) FROM journal WHERE reverses IS NOT NULL") == 1
    assert await ledger.count_of("SELECT sum(abs(amount_minor)) FROM entry") == 200
    assert await ledger.count_of("SELECT suspense_minor FROM loan") == 0


async def test_a_payment_told_again_posts_nothing(ledger: Ledger) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    await ledger.tell(paid("p1", 50, "2026-03-02"))
    assert await ledger.count_of("SELECT count(*) FROM journal") == 1


async def test_a_payment_that_contradicts_another_is_refused_whole(ledger: Ledger) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    with pytest.raises(Conflict, match="another amount"):
        await ledger.tell(paid("p2", 1, "2026-03-02"), paid("p1", 51, "2026-03-02"))
    assert await ledger.count_of("SELECT count(*) FROM journal") == 1


async def test_one_transaction_cannot_pay_two_loans(ledger: Ledger) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    with pytest.raises(DBAPIError, match="journal_key_key"):
        await ledger.tell(registered(), paid("p1", 50, "2026-03-02"), loan="loan-2")
    assert await ledger.positions("loan-2") == []


async def test_a_fact_of_an_unknown_tenant_is_refused(ledger: Ledger) -> None:
    fact = ledger.accepted(registered())
    with pytest.raises(NotFound) as refusal:
        await ledger.take([Accepted("nobody", fact.loan_id, fact.cause, fact.at, fact.message)])
    assert refusal.value.code == "ledger/unknown_tenant"


async def test_grace_ends_at_the_tenants_midnight_and_is_published_then(ledger: Ledger) -> None:
    owed = snapshot("2026-03-02", "2026-03-01", 70)
    ends_at = await ledger.tell(registered(grace_days=3), owed)
    # Midnight of 5 March in Shanghai, eight hours before that of UTC.
    assert ends_at == datetime(2026, 3, 4, 16, tzinfo=UTC)
    assert await ledger.end_grace(datetime(2026, 3, 4, 15, 59, tzinfo=UTC)) == 0
    assert await ledger.end_grace(ends_at) == 1
    last = (await ledger.positions())[-1]
    assert (last.disposition, list(last.reasons)) == ("overdue", ["grace_ended", "became_overdue"])
    assert last.accepted_at.ToDatetime(tzinfo=UTC) == ends_at
    assert await ledger.end_grace(ends_at) == 0


async def test_a_slow_fact_does_not_make_a_loan_current_again(ledger: Ledger) -> None:
    await ledger.tell(registered(grace_days=3), snapshot("2026-03-02", "2026-03-01", 70))
    await ledger.end_grace(datetime(2026, 3, 5, tzinfo=UTC))
    await ledger.tell(paid("p1", 10, "2026-03-03"), at=datetime(2026, 3, 3, tzinfo=UTC))
    assert (await ledger.positions())[-1].disposition == "overdue"


async def test_a_loan_paid_within_grace_is_published_as_covered_and_never_as_overdue(
    ledger: Ledger,
) -> None:
    await ledger.tell(registered(grace_days=3), snapshot("2026-03-02", "2026-03-01", 70))
    await ledger.tell(paid("p1", 70, "2026-03-03"))
    assert await ledger.end_grace(datetime(2026, 3, 5, tzinfo=UTC)) == 1
    dispositions = [position.disposition for position in await ledger.positions()]
    assert dispositions == ["current", "current", "covered"]


async def test_a_closed_loan_is_published_as_owing_nothing(ledger: Ledger) -> None:
    await ledger.tell(registered(), snapshot("2026-03-10", "2026-03-05", 70))
    await ledger.tell(LoanFact(closed=LoanClosed(on="2026-03-12")))
    last = (await ledger.positions())[-1]
    assert (last.disposition, last.overdue_principal_minor) == ("closed", 0)


async def test_the_same_facts_in_one_batch_or_many_leave_the_same_books(ledger: Ledger) -> None:
    told = [
        registered(),
        snapshot("2026-03-02", "2026-03-01", 70),
        paid("p1", 30, "2026-03-03"),
        undone("p1", 30, "2026-03-04"),
        paid("p2", 70, "2026-03-05"),
    ]
    await ledger.tell(*told, loan="loan-1", at=datetime(2026, 3, 6, tzinfo=UTC))
    renamed = [*told[:2], paid("q1", 30, "2026-03-03"), undone("q1", 30, "2026-03-04")]
    for body in [*renamed, paid("q2", 70, "2026-03-05")]:
        await ledger.tell(body, loan="loan-2", at=datetime(2026, 3, 6, tzinfo=UTC))
    together = [body.disposition for body in await ledger.positions("loan-1")]
    assert together == [body.disposition for body in await ledger.positions("loan-2")]
    assert await ledger.count_of("SELECT count(DISTINCT position) FROM loan") == 1


async def test_batches_about_the_same_loans_wait_for_each_other(ledger: Ledger) -> None:
    await ledger.tell(registered())
    batches = [[ledger.accepted(paid(f"p{n}", n, "2026-03-02"))] for n in range(1, 21)]
    await asyncio.gather(*(ledger.take(batch) for batch in batches))
    assert await ledger.count_of("SELECT journals FROM loan") == 20
    assert await ledger.count_of("SELECT suspense_minor FROM loan") == -210
    assert await ledger.count_of("SELECT max(version) FROM outbox") == 21


@pytest.mark.parametrize("table", ["fact", "journal", "entry"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET loan_id = 'x'", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
async def test_what_is_booked_is_never_edited(ledger: Ledger, table: str, statement: str) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    with pytest.raises(DBAPIError, match="never edited"):
        async with ledger.database.transaction() as session:
            await session.execute(text(statement.format(table)))


async def test_the_database_refuses_entries_that_leave_money_over(ledger: Ledger) -> None:
    await ledger.tell(registered(), paid("p1", 50, "2026-03-02"))
    entry = "INSERT INTO entry VALUES ('loan-1', 1, 'bank', 'demo', 'CNY', 1)"
    with pytest.raises(DBAPIError, match="sums to 1 CNY"):
        async with ledger.database.transaction() as session:
            await session.execute(text(entry))
