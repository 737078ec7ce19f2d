"""Double entry for one loan: what each fact posts, and that every posting sums to nothing.

A positive amount is a debit. `collected` is money the bank says it received, `bank` the bank's own
books across from it; both are shared by all loans and carry no running balance. The other four are
the loan's: what it owes by component, and `suspense`, money that no overdue amount took up yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.ledger.domain.allocation import Allocation
from services.ledger.domain.position import Position


class Account(StrEnum):
    COLLECTED = "collected"
    BANK = "bank"
    COSTS = "costs"
    INTEREST = "interest"
    PRINCIPAL = "principal"
    SUSPENSE = "suspense"


LOAN_ACCOUNTS = (Account.COSTS, Account.INTEREST, Account.PRINCIPAL, Account.SUSPENSE)
Entries = tuple[tuple[Account, int], ...]
Balances = Mapping[Account, int]


class PostingKind(StrEnum):
    PAYMENT = "payment"
    REVERSAL = "reversal"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True)
class Posting:
    """One journal to be: `key` says what it is for and is unique, so nothing is posted twice."""

    key: str
    kind: PostingKind
    fact_id: str
    currency: str
    effective_on: date
    entries: Entries
    reverses: str = ""

    def __post_init__(self) -> None:
        total = sum(minor for _, minor in self.entries)
        if total != 0:
            raise ValueError(f"the entries of {self.key} sum to {total}, not to nothing")


def payment_entries(allocation: Allocation) -> Entries:
    return _without_zeros(
        (Account.COLLECTED, allocation.amount_minor),
        (Account.COSTS, -allocation.paid.costs_minor),
        (Account.INTEREST, -allocation.paid.interest_minor),
        (Account.PRINCIPAL, -allocation.paid.principal_minor),
        (Account.SUSPENSE, -allocation.unallocated_minor),
    )


def reversal_entries(payment: Entries) -> Entries:
    """The payment's own entries, the other way round."""
    return tuple((account, -minor) for account, minor in payment)


def adjustment_entries(balances: Balances, position: Position) -> Entries:
    """What brings the loan's accounts to its position, against the bank's books; often nothing."""
    due = target(position)
    moves = [(account, due[account] - balances.get(account, 0)) for account in LOAN_ACCOUNTS]
    return _without_zeros(*moves, (Account.BANK, -sum(minor for _, minor in moves)))


def target(position: Position) -> dict[Account, int]:
    """The balances of a loan's accounts that agree with its position."""
    return {
        Account.COSTS: position.overdue.costs_minor,
        Account.INTEREST: position.overdue.interest_minor,
        Account.PRINCIPAL: position.overdue.principal_minor,
        Account.SUSPENSE: -position.unallocated_minor,
    }


def after(balances: Balances, entries: Sequence[tuple[Account, int]]) -> dict[Account, int]:
    """The loan's balances once these entries are posted."""
    moved = {account: balances.get(account, 0) for account in LOAN_ACCOUNTS}
    for account, minor in entries:
        if account in moved:
            moved[account] += minor
    return moved


def _without_zeros(*entries: tuple[Account, int]) -> Entries:
    return tuple(entry for entry in entries if entry[1] != 0)
