"""A small simulated core bank, so that payments made during a play meet snapshots that agree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from events.v1.bank_pb2 import (
    BankFact,
    DelinquencySnapshot,
    LoanClosed,
    LoanFact,
    PaymentReceived,
)
from forbear.portfolio.bank_account import SETTLEMENT_PREFIX, BankAccount
from forbear.portfolio.forbear_csv import read_csv
from forbear.portfolio.script import Reporter, read_script

# A change is on the books of the second evening after it; a silent arrear is repeated weekly.
BOOKED_AFTER = timedelta(days=2)
REPORTED_EVERY_DAYS = 7
SETTLED_CLOSES_AFTER = timedelta(days=10)

TENANT = "demo"
# The bank's own books; what a sample's other files hold are faults of the feed.
BOOK_FILES = ("loans.csv", "schedule.csv", "facts.csv")

_OWN = "core-"
_SEQUENCE_DAY_ZERO = date(2020, 1, 1)
_SEQUENCES_PER_DAY = 10
_END_OF_DAY = time(22, 0)
_BANKING_HOUR = time(12, 0)


class CoreBank:
    """Pure: it knows what it was told, and answers for the day it is asked about.

    A restarted one is given again, by `observe`, what it sent before (`is_own` tells which facts of
    the topic these are); what it then says of a day untold carries the same event ids as it would
    have had.
    """

    def __init__(
        self,
        facts: Iterable[BankFact],
        reported: Iterable[str],
        tenant: str = TENANT,
        zone: str = "Asia/Shanghai",
    ) -> None:
        """`reported` names the loans whose later snapshots are this bank's to send."""
        self._accounts: dict[str, BankAccount] = {}
        self._early: dict[str, list[LoanFact]] = {}
        self._reported = frozenset(reported)
        self._tenant, self._zone = tenant, ZoneInfo(zone)
        for fact in facts:
            self.observe(fact)

    def observe(self, fact: BankFact) -> None:
        """Take in a fact of the books or an own one; it may come twice, and before its loan."""
        if fact.fact.HasField("registered"):
            account = self._accounts.setdefault(
                fact.loan_ref, BankAccount(fact.loan_ref, fact.fact.registered)
            )
            for early in self._early.pop(fact.loan_ref, []):
                account.add(early)
        if fact.loan_ref in self._accounts:
            self._accounts[fact.loan_ref].add(fact.fact)
        else:
            self._early.setdefault(fact.loan_ref, []).append(fact.fact)

    @property
    def loan_refs(self) -> list[str]:
        """The loans whose snapshots are this bank's to send."""
        return sorted(self._reported & self._accounts.keys())

    def overdue_minor(self, loan_ref: str, on: date) -> int:
        """What must be paid at the end of a day to be up to date."""
        return self._accounts[loan_ref].arrears(on).total_minor

    def balance_minor(self, loan_ref: str, on: date) -> int:
        return self._accounts[loan_ref].balance_minor(on)

    def currency(self, loan_ref: str) -> str:
        return self._accounts[loan_ref].registered.currency

    def payment(
        self, loan_ref: str, amount_minor: int, on: date, *, settles: bool = False
    ) -> list[BankFact]:
        """Book a payment. One that `settles`, the last of a plan or a settlement, lets the bank
        close the loan ten days later, waiving the rest; until then it reports nothing."""
        account = self._accounts[loan_ref]
        ordinal = account.payments_on(on) + 1
        prefix = SETTLEMENT_PREFIX if settles else _OWN
        payment = PaymentReceived(
            transaction_id=f"{prefix}{loan_ref}-{on:%Y%m%d}-{ordinal}",
            amount_minor=amount_minor,
            currency=account.registered.currency,
            effective_on=on.isoformat(),
        )
        return [self._booked(account, LoanFact(payment_received=payment), on, ordinal)]

    def day(self, on: date) -> list[BankFact]:
        """What the bank says at the end of a business day; to be called for every day in turn."""
        facts: list[BankFact] = []
        for loan_ref in self.loan_refs:
            account = self._accounts[loan_ref]
            if account.is_ended(on):
                continue
            facts += self._standing_order(account, on)
            facts += self._report(account, on)
        return facts

    def _standing_order(self, account: BankAccount, on: date) -> list[BankFact]:
        """Who is up to date pays each instalment as it falls due."""
        last = account.last_reported_on()
        due = account.instalments_due_on(on)
        is_paying = last is not None and last < on and not account.arrears(on).total_minor
        if not due or not is_paying or account.payments_on(on):
            return []
        amount = sum(i.costs_minor + i.interest_minor + i.principal_minor for i in due)
        return self.payment(account.loan_ref, amount, on)

    def _report(self, account: BankAccount, on: date) -> list[BankFact]:
        settled_on = account.settled_on(on)
        if settled_on is not None:
            is_due = on == settled_on + SETTLED_CLOSES_AFTER
            return [self._closed(account, on)] if is_due else []
        last = account.last_reported_on()
        if last is not None and on <= last:
            return []
        has_changed = account.happened_on(on - BOOKED_AFTER)
        if has_changed and account.balance_minor(on) <= 0:
            return [self._closed(account, on)]
        if account.arrears(on).total_minor:
            is_week_over = last is None or (on - last).days >= REPORTED_EVERY_DAYS
            return [self._snapshot(account, on)] if has_changed or is_week_over else []
        was_overdue = last is not None and account.snapshots[last].days_past_due > 0
        return [self._snapshot(account, on)] if was_overdue and has_changed else []

    def _snapshot(self, account: BankAccount, on: date) -> BankFact:
        arrears = account.arrears(on)
        days = (on - arrears.since).days if arrears.since else 0
        snapshot = DelinquencySnapshot(
            as_of=on.isoformat(),
            oldest_unpaid_due_on=arrears.since.isoformat() if arrears.since else "",
            days_past_due=days,
            bucket=f"M{min(7, -(-days // 30))}",
            overdue_principal_minor=arrears.principal_minor,
            overdue_interest_minor=arrears.interest_minor,
            overdue_costs_minor=arrears.costs_minor,
            balance_minor=account.balance_minor(on),
            minimum_due_minor=arrears.total_minor,
            grace_days=account.registered.grace_days,
            tolerance_minor=account.registered.tolerance_minor,
            currency=account.registered.currency,
        )
        return self._booked(account, LoanFact(snapshot=snapshot), on, _SEQUENCES_PER_DAY - 1)

    def _closed(self, account: BankAccount, on: date) -> BankFact:
        closed = LoanFact(closed=LoanClosed(on=on.isoformat()))
        return self._booked(account, closed, on, _SEQUENCES_PER_DAY - 1)

    def _booked(self, account: BankAccount, fact: LoanFact, on: date, ordinal: int) -> BankFact:
        account.add(fact)
        hour = _BANKING_HOUR if fact.HasField("payment_received") else _END_OF_DAY
        kind = str(fact.WhichOneof("fact"))
        return BankFact(
            event_id=f"{_OWN}{account.loan_ref}-{on:%Y%m%d}-{kind}-{ordinal}",
            tenant=self._tenant,
            loan_ref=account.loan_ref,
            sequence=sequence(on, ordinal),
            occurred_at=datetime.combine(on, hour, tzinfo=self._zone).astimezone(UTC),
            fact=fact,
        )


def is_own(fact: BankFact) -> bool:
    """Whether a fact on the topic was said by a CoreBank during the play."""
    return fact.event_id.startswith(_OWN)


def sequence(on: date, ordinal: int) -> int:
    """Rises per loan from day to day; ordinal 0 to 9 orders what is said of one day."""
    return (on - _SEQUENCE_DAY_ZERO).days * _SEQUENCES_PER_DAY + ordinal


def open_bank(directory: Path) -> CoreBank:
    """The bank of a portfolio directory: its books, and the loans its script leaves to it."""
    scripts = read_script(directory / "script.yaml")
    reported = [ref for ref, s in scripts.items() if s.reported_by is Reporter.CORE_BANK]
    books = (read_csv(directory / name, TENANT).facts for name in BOOK_FILES)
    facts = (fact.message for book in books for fact in book)
    return CoreBank((fact for fact in facts if isinstance(fact, BankFact)), reported)
