"""The UCI credit-card data set as a core bank would have sent it, month by month.

Every rule here is written out in docs/portfolio.md, oddities of the data included.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from events.v1.bank_pb2 import (
    BankFact,
    BankPerson,
    ContactPoint,
    DelinquencySnapshot,
    LoanFact,
    LoanRegistered,
    PartyRole,
    PaymentReceived,
    PersonalData,
)
from forbear.portfolio.planned import FACTS_TOPIC, PEOPLE_TOPIC, PlannedFact, Portfolio
from forbear.portfolio.uci_accounts import MONTHS, Account, read_accounts

TENANT = "uci"
CURRENCY = "TWD"
ZONE = ZoneInfo("Asia/Taipei")
FIRST_DAY = date(2005, 4, 1)
MINOR_PER_DOLLAR = 100

_DAY_MINUTES = 24 * 60
_PAYMENT, _SNAPSHOT = 0, 1
_ACCOUNT_BITS, _MONTH_BITS = 20, 3


def read_uci(path: Path, sample: int = 1) -> Portfolio:
    """All facts of every `sample`-th account: loans and people first, then six months."""
    accounts, bad_rows = read_accounts(path, sample)
    schedule = _schedule(accounts)
    facts = _facts(accounts, schedule)
    total = len(schedule) + 2 * len(accounts)
    last = _instant(_minute_of(schedule[-1])) if schedule else _instant(0)
    return Portfolio(total, facts, bad_rows, _instant(0), last)


def _schedule(accounts: Sequence[Account]) -> array[int]:
    # One integer per fact, minute first: 172,459 of them sort in little memory.
    packed = array("q")
    for index, account in enumerate(accounts):
        for month in range(MONTHS):
            if account.paid[month] > 0:
                packed.append(_pack(account.payment_minute(month), _PAYMENT, month, index))
            if account.is_late(month) or account.is_cured(month):
                packed.append(_pack(account.snapshot_minute(month), _SNAPSHOT, month, index))
    return array("q", sorted(packed))


def _pack(minute: int, kind: int, month: int, index: int) -> int:
    return (((minute << 1 | kind) << _MONTH_BITS | month) << _ACCOUNT_BITS) | index


def _minute_of(packed: int) -> int:
    return packed >> (_ACCOUNT_BITS + _MONTH_BITS + 1)


def _facts(accounts: Sequence[Account], schedule: array[int]) -> Iterator[PlannedFact]:
    start = _instant(0)
    for account in accounts:
        person = _person(account, start)
        yield PlannedFact(start, PEOPLE_TOPIC, person.party_ref, person, TENANT)
    for account in accounts:
        yield _planned(account, 0, "loan", LoanFact(registered=_registered(account)), 0)
    for packed in schedule:
        account = accounts[packed & ((1 << _ACCOUNT_BITS) - 1)]
        month = (packed >> _ACCOUNT_BITS) & ((1 << _MONTH_BITS) - 1)
        kind = (packed >> (_ACCOUNT_BITS + _MONTH_BITS)) & 1
        yield _monthly(account, month, kind, _minute_of(packed))


def _monthly(account: Account, month: int, kind: int, minute: int) -> PlannedFact:
    sequence = 2 * month + 1 + kind
    if kind == _PAYMENT:
        fact = LoanFact(payment_received=_payment(account, month, minute))
        return _planned(account, minute, f"pay{month + 4}", fact, sequence)
    fact = LoanFact(snapshot=_snapshot(account, month))
    return _planned(account, minute, f"snap{month + 4}", fact, sequence)


def _planned(
    account: Account, minute: int, name: str, fact: LoanFact, sequence: int
) -> PlannedFact:
    at = _instant(minute)
    message = BankFact(
        event_id=f"uci-{account.number}-{name}",
        tenant=TENANT,
        loan_ref=f"card-{account.number}",
        sequence=sequence,
        occurred_at=at,
        fact=fact,
    )
    return PlannedFact(at, FACTS_TOPIC, message.loan_ref, message, TENANT)


def _registered(account: Account) -> LoanRegistered:
    borrower = PartyRole(
        party_ref=f"holder-{account.number}", role="borrower", kind="person", language="zh-TW"
    )
    return LoanRegistered(
        product="card",
        segment="individual",
        branch=f"area-{account.number % 10}",
        currency=CURRENCY,
        parties=[borrower],
    )


def _person(account: Account, at: datetime) -> BankPerson:
    number = account.number
    points = [
        ContactPoint(
            point_ref=f"holder-{number}-{kind}",
            kind=kind,
            value=value,
            provenance="contract",
            is_verified=True,
            is_reserved=True,
            has_consent=True,
        )
        for kind, value in (
            ("phone", f"+886-900-{number:06d}"),
            ("email", f"holder-{number}@example.test"),
            ("postal", f"{number} Example Road, Example City"),
        )
    ]
    return BankPerson(
        event_id=f"uci-{number}-person",
        tenant=TENANT,
        party_ref=f"holder-{number}",
        occurred_at=at,
        person=PersonalData(
            name=f"Cardholder {number}",
            kind="person",
            language="zh-TW",
            time_zone=ZONE.key,
            points=points,
        ),
    )


def _payment(account: Account, month: int, minute: int) -> PaymentReceived:
    return PaymentReceived(
        transaction_id=f"uci-{account.number}-pay{month + 4}",
        amount_minor=account.paid[month] * MINOR_PER_DOLLAR,
        currency=CURRENCY,
        effective_on=(FIRST_DAY + timedelta(minutes=minute)).isoformat(),
    )


def _snapshot(account: Account, month: int) -> DelinquencySnapshot:
    as_of = account.statement_on(month)
    snapshot = DelinquencySnapshot(
        as_of=as_of.isoformat(),
        bucket=f"late-{account.status[month]}" if account.is_late(month) else "current",
        balance_minor=account.bills[month] * MINOR_PER_DOLLAR,
        currency=CURRENCY,
    )
    overdue = account.overdue(month) * MINOR_PER_DOLLAR
    if overdue:
        due_on = account.statement_on(month - account.status[month])
        snapshot.oldest_unpaid_due_on = due_on.isoformat()
        snapshot.days_past_due = (as_of - due_on).days
        snapshot.overdue_principal_minor = snapshot.minimum_due_minor = overdue
    return snapshot


def _instant(minute: int) -> datetime:
    day, minutes = divmod(minute, _DAY_MINUTES)
    return datetime.combine(
        FIRST_DAY + timedelta(days=day), time(minutes // 60, minutes % 60), tzinfo=ZONE
    ).astimezone(ZoneInfo("UTC"))
