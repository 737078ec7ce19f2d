"""What goes wrong in every real feed, put into the sample on purpose and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from events.v1.bank_pb2 import BankFact
from forbear.portfolio.planned import FACTS_TOPIC, PlannedFact

DUPLICATES, STALE, UNKNOWN_LOANS, LATE_REGISTRATIONS = 12, 8, 2, 6
REGISTERED_LATE_BY = timedelta(days=5)
_AFTER = timedelta(minutes=90)

# None of these can be read as a BankFact.
_UNDECODABLE = (
    b'{"event_id": "json on a protobuf topic"}',
    b"\x0a\xff\xff\xff\xff\x0f",
    b"\x00\x01\x02\x03",
    b"<?xml version='1.0'?><fact/>",
    b"\x0a\x05abc",
)


def faults(books: Sequence[PlannedFact], tenant: str) -> dict[str, list[PlannedFact]]:
    """Faults by what must become of them; `books` are the facts of the sample without faults."""
    return {
        "duplicate": list(_duplicates(books)),
        "stale": list(_stale(books)),
        "quarantined": [*_invalid(books), *_unknown(books)],
        "dead_lettered": [
            PlannedFact(fact.at + _AFTER, FACTS_TOPIC, fact.key, raw, tenant)
            for raw, fact in zip(_UNDECODABLE, _spread(books, len(_UNDECODABLE)), strict=True)
        ],
    }


def _duplicates(books: Sequence[PlannedFact]) -> Iterator[PlannedFact]:
    told = [fact for fact in books if _kind(fact) in ("snapshot", "payment_received")]
    for fact in _spread(told, DUPLICATES):
        yield PlannedFact(fact.at + _AFTER, fact.topic, fact.key, fact.message, fact.tenant)
    payments = [fact for fact in books if _kind(fact) == "payment_received"]
    # The same transaction under another event id is a duplicate as well.
    yield _changed(payments[3], "again", lambda fact: None)


def _stale(books: Sequence[PlannedFact]) -> Iterator[PlannedFact]:
    for planned in _spread([fact for fact in books if _kind(fact) == "snapshot"], STALE):
        yield _changed(planned, "stale", _make_older)


def _make_older(fact: BankFact) -> None:
    snapshot = fact.fact.snapshot
    as_of = date.fromisoformat(snapshot.as_of) - timedelta(days=1)
    snapshot.as_of = as_of.isoformat()
    fact.sequence -= 10
    # What fell due on the eve was not yet overdue on that day.
    if snapshot.days_past_due:
        snapshot.days_past_due -= 1


def _invalid(books: Sequence[PlannedFact]) -> Iterator[PlannedFact]:
    payments = [fact for fact in books if _kind(fact) == "payment_received"]
    snapshots = [
        fact
        for fact in books
        if isinstance(fact.message, BankFact) and fact.message.fact.snapshot.days_past_due
    ]
    for number, change in enumerate(_PAYMENT_CHANGES):
        yield _changed(payments[number * 3 + 1], f"invalid{number}", change)
    for number, change in enumerate(_SNAPSHOT_CHANGES):
        yield _changed(snapshots[number * 5 + 2], f"invalid{number}", change)
    # The same event id again with another content cannot both be true.
    yield _changed(payments[20], "", _other_amount)


def _unknown(books: Sequence[PlannedFact]) -> Iterator[PlannedFact]:
    payments = [fact for fact in books if _kind(fact) == "payment_received"]
    for number, planned in enumerate(_spread(payments, UNKNOWN_LOANS), start=1):
        assert isinstance(planned.message, BankFact)
        fact = BankFact()
        fact.CopyFrom(planned.message)
        fact.loan_ref = f"NOBODY-{number}"
        fact.event_id += "-nobody"
        fact.fact.payment_received.transaction_id += "-nobody"
        yield PlannedFact(planned.at, planned.topic, fact.loan_ref, fact, planned.tenant)


def _other_amount(fact: BankFact) -> None:
    fact.fact.payment_received.amount_minor += 100


def _zero_amount(fact: BankFact) -> None:
    fact.fact.payment_received.transaction_id += "-zero"
    fact.fact.payment_received.amount_minor = 0


def _negative_amount(fact: BankFact) -> None:
    fact.fact.payment_received.transaction_id += "-negative"
    fact.fact.payment_received.amount_minor *= -1


def _other_currency(fact: BankFact) -> None:
    fact.fact.payment_received.transaction_id += "-euro"
    fact.fact.payment_received.currency = "EUR"


def _far_future(fact: BankFact) -> None:
    fact.fact.payment_received.transaction_id += "-future"
    fact.fact.payment_received.effective_on = "2031-01-01"


def _due_after_snapshot(fact: BankFact) -> None:
    as_of = date.fromisoformat(fact.fact.snapshot.as_of)
    fact.fact.snapshot.oldest_unpaid_due_on = (as_of + timedelta(days=1)).isoformat()


def _no_due_date(fact: BankFact) -> None:
    fact.fact.snapshot.oldest_unpaid_due_on = ""


def _negative_overdue(fact: BankFact) -> None:
    fact.fact.snapshot.overdue_principal_minor = -1


def _overdue_above_balance(fact: BankFact) -> None:
    fact.fact.snapshot.overdue_principal_minor = fact.fact.snapshot.balance_minor + 100


_Change = Callable[[BankFact], None]
_PAYMENT_CHANGES: tuple[_Change, ...] = (
    _other_amount,
    _zero_amount,
    _negative_amount,
    _other_currency,
    _far_future,
)
_SNAPSHOT_CHANGES: tuple[_Change, ...] = (
    _due_after_snapshot,
    _no_due_date,
    _negative_overdue,
    _overdue_above_balance,
)


def _changed(planned: PlannedFact, suffix: str, change: _Change) -> PlannedFact:
    assert isinstance(planned.message, BankFact)
    fact = BankFact()
    fact.CopyFrom(planned.message)
    change(fact)
    fact.event_id = f"{suffix}-{fact.event_id}" if suffix else fact.event_id
    at = planned.at + _AFTER
    fact.occurred_at.FromDatetime(at.astimezone(UTC))
    return PlannedFact(at, planned.topic, planned.key, fact, planned.tenant)


def _kind(planned: PlannedFact) -> str:
    if not isinstance(planned.message, BankFact):
        return ""
    return str(planned.message.fact.WhichOneof("fact"))


def _spread(facts: Sequence[PlannedFact], count: int) -> list[PlannedFact]:
    return [facts[len(facts) * number // count] for number in range(count)]


def registered_late(at: datetime) -> datetime:
    """When a loan's registration is sent that arrives after other facts about it."""
    return at + REGISTERED_LATE_BY
