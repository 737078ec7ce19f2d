"""The second derivation of a position, by examples and against the ledger's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.v1.bank_pb2 import (
    BalanceChanged,
    BankFact,
    DelinquencySnapshot,
    InstalmentDue,
    LoanClosed,
    LoanFact,
    LoanRecalled,
    LoanRegistered,
    LoanSold,
    LoanWrittenOff,
    PartyRole,
    PaymentReceived,
    PaymentReversed,
)
from forbear.portfolio.derivation import derive
from forbear.reference_position import accepted, contrast, loan_ids, positions, refused
from interfaces.strategy import CureRule
from services.ledger.domain import position as ledger
from services.ledger.domain.facts import LoanFacts
from services.ledger.store.decoding import Told

ZERO = date(2026, 3, 1)
TODAY = ZERO + timedelta(days=40)
CURES = {"consumer_loan": "arrears_met", "card": "minimum_met"}


def on(number: int) -> str:
    return (ZERO + timedelta(days=number)).isoformat()


def fact(content: LoanFact, number: int = 0, ref: str = "L") -> BankFact:
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=number)
    return BankFact(
        event_id=f"{ref}-{number}",
        tenant="demo",
        loan_ref=ref,
        sequence=number,
        occurred_at=at,
        fact=content,
    )


def loan(product: str = "consumer_loan", grace_days: int = 3) -> LoanFact:
    party = PartyRole(party_ref="P", role="borrower", kind="person", language="zh-CN")
    return LoanFact(
        registered=LoanRegistered(
            product=product, currency="CNY", grace_days=grace_days, parties=[party]
        )
    )


def snapshot(as_of: int, overdue: int, since: int | None = None, **more: object) -> LoanFact:
    told = DelinquencySnapshot(
        as_of=on(as_of),
        oldest_unpaid_due_on="" if since is None else on(since),
        overdue_principal_minor=overdue,
        balance_minor=50_000,
        currency="CNY",
    )
    for name, value in more.items():
        setattr(told, name, value)
    return LoanFact(snapshot=told)


def paid(day: int, amount: int, transaction: str = "T") -> LoanFact:
    return LoanFact(
        payment_received=PaymentReceived(
            transaction_id=transaction, amount_minor=amount, currency="CNY", effective_on=on(day)
        )
    )


def undone(day: int, amount: int, transaction: str = "T", restored: str = "") -> LoanFact:
    return LoanFact(
        payment_reversed=PaymentReversed(
            transaction_id=transaction,
            amount_minor=amount,
            currency="CNY",
            effective_on=on(day),
            restored_due_on=restored,
        )
    )


LATE = snapshot(10, 1_000, since=2)


@pytest.mark.parametrize(
    ("contents", "state", "since", "overdue", "balance"),
    [
        ([], "current", None, 0, 0),
        ([LATE], "overdue", on(2), 1_000, 50_000),
        ([snapshot(10, 1_000, since=37)], "current", on(37), 1_000, 50_000),
        ([LATE, paid(11, 400)], "overdue", on(2), 600, 49_600),
        ([LATE, paid(11, 1_000)], "covered", on(2), 0, 49_000),
        ([LATE, paid(10, 1_000)], "overdue", on(2), 1_000, 50_000),
        ([LATE, paid(11, 1_000), undone(12, 1_000)], "overdue", on(2), 1_000, 50_000),
        ([LATE, undone(12, 1_000), paid(11, 1_000)], "overdue", on(2), 1_000, 50_000),
        ([LATE, snapshot(20, 0)], "current", None, 0, 50_000),
        (
            [LATE, paid(12, 1_000), snapshot(20, 0), undone(25, 1_000)],
            "overdue", on(2), 1_000, 51_000,
        ),
        ([LATE, LoanFact(closed=LoanClosed(on=on(15)))], "closed", None, 0, 0),
        ([LATE, LoanFact(sold=LoanSold(on=on(15)))], "sold", on(2), 1_000, 50_000),
        (
            [LATE, LoanFact(recalled=LoanRecalled(on=on(15))), snapshot(20, 2_000, since=2)],
            "overdue", on(2), 2_000, 50_000,
        ),
        (
            [LATE, LoanFact(balance_changed=BalanceChanged(as_of=on(12), balance_minor=7))],
            "overdue", on(2), 1_000, 7,
        ),
    ],
)  # fmt: skip
def test_a_position_follows_the_words_of_the_architecture(
    contents: list[LoanFact], state: str, since: str | None, overdue: int, balance: int
) -> None:
    facts = [fact(content, number) for number, content in enumerate([loan(), *contents])]
    assert derive(facts, CURES, TODAY) == {
        "disposition": state,
        "oldest_due_on": since,
        "overdue_minor": overdue,
        "balance_minor": balance,
    }


def test_a_card_is_covered_once_its_minimum_is_met() -> None:
    late = snapshot(10, 1_000, since=2, minimum_due_minor=300)
    facts = [fact(content, n) for n, content in enumerate([loan("card"), late, paid(11, 300)])]
    assert derive(facts, CURES, TODAY)["disposition"] == "covered"


def test_an_accelerated_loan_is_covered_by_its_balance_alone() -> None:
    late = snapshot(10, 1_000, since=2, is_accelerated=True)
    facts = [fact(content, n) for n, content in enumerate([loan(), late, paid(11, 1_000)])]
    assert derive(facts, CURES, TODAY)["disposition"] == "overdue"


DAYS = st.integers(0, 38)
AMOUNTS = st.integers(1, 3_000)
TRANSACTIONS = st.sampled_from("ABC")
MONEY = {"A": (9, 700), "B": (14, 900), "C": (30, 50)}


def _paid(transaction: str) -> LoanFact:
    return paid(*MONEY[transaction], transaction)


def _undone(transaction: str, after: int) -> LoanFact:
    day, amount = MONEY[transaction]
    return undone(min(38, day + after), amount, transaction)


CONTENTS = st.one_of(
    st.builds(
        lambda as_of, overdue, back, least: snapshot(
            as_of, overdue, since=as_of - back, minimum_due_minor=least
        ),
        DAYS, AMOUNTS, st.integers(0, 60), st.integers(0, 500),
    ),
    st.builds(lambda as_of: snapshot(as_of, 0), DAYS),
    st.builds(_paid, TRANSACTIONS),
    st.builds(_undone, TRANSACTIONS, st.integers(0, 9)),
    st.builds(lambda day: LoanFact(instalment_due=InstalmentDue(due_on=on(day))), DAYS),
    st.builds(
        lambda day, owed: LoanFact(
            balance_changed=BalanceChanged(as_of=on(day), balance_minor=owed)
        ),
        DAYS, AMOUNTS,
    ),
    st.builds(lambda day: LoanFact(closed=LoanClosed(on=on(day))), DAYS),
    st.builds(lambda day: LoanFact(written_off=LoanWrittenOff(on=on(day))), DAYS),
)  # fmt: skip


@given(st.sampled_from(sorted(CURES)), st.integers(0, 5), st.lists(CONTENTS, max_size=9), st.data())
def test_the_ledger_derives_the_same_from_any_history(
    product: str, grace_days: int, contents: list[LoanFact], data: st.DataObject
) -> None:
    facts = [fact(c, number) for number, c in enumerate([loan(product, grace_days), *contents])]
    told = data.draw(st.permutations(facts))
    known = LoanFacts()
    for each in told:
        at = each.occurred_at.ToDatetime(tzinfo=UTC)
        known.add(Told("L", each.event_id, each.sequence, at, at.date(), each.fact).fact())
    theirs = ledger.derive(known, CureRule(CURES[product]), TODAY)
    assert theirs is not None
    assert derive(told, CURES, TODAY) == {
        "disposition": theirs.disposition.value,
        "oldest_due_on": theirs.oldest_due_on and theirs.oldest_due_on.isoformat(),
        "overdue_minor": theirs.overdue.total_minor,
        "balance_minor": theirs.balance_minor,
    }


def test_what_intake_refused_counts_for_neither_side() -> None:
    good, bad, twice = fact(loan()), fact(paid(3, 5), 1), fact(paid(4, 6), 2)
    other = fact(paid(4, 7), 2)
    stranger = fact(paid(1, 1), 3, ref="NOBODY")
    loans = accepted([good, bad, twice, twice, other, stranger], {"L-1": 1, "L-2": 1})
    assert loans == {"L": [good, twice]}


def test_a_difference_is_named_with_what_each_side_says() -> None:
    mine: dict[str, dict[str, object]] = {
        "a": {"disposition": "overdue"},
        "b": {"disposition": "current"},
    }
    theirs: dict[str, dict[str, object]] = {
        "a": {"disposition": "covered", "more": 1},
        "c": {"disposition": "sold"},
    }
    found = contrast(mine, theirs)
    assert (found["loans"], found["equal"]) == (3, 0)
    assert found["different"][0] == {
        "loan_id": "a",
        "reference": {"disposition": "overdue"},
        "ledger": {"disposition": "covered"},
    }
    assert contrast(mine, mine) == {"loans": 2, "equal": 2, "different": []}


async def test_both_services_are_read_page_by_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        if request.url.path.endswith("/quarantine"):
            kind = "fact" if after else "person"
            entry = {"event_id": "E", "kind": kind}
            is_waiting = request.url.params["status"] == "waiting"
            return httpx.Response(
                200, json={"entries": [entry], "after": 7 if is_waiting and not after else None}
            )
        if request.url.path.endswith("/positions"):
            position = {"loan_id": "b" if after else "a", "disposition": "current"}
            return httpx.Response(
                200, json={"positions": [position], "next_after": None if after else "a"}
            )
        return httpx.Response(200, json={"loans": {"L": {"loan_id": "a", "parties": {}}}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        assert await refused(http, "http://intake/v1/demo") == {"E": 1}
        assert await loan_ids(http, "http://intake/v1/demo", ["L"]) == {"L": "a"}
        assert sorted(await positions(http, "http://ledger/v1/demo")) == ["a", "b"]
