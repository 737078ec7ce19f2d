"""Which part of a debt a payment pays first.

# Civil Code of the PRC, art. 561: costs of realising the claim, then interest, then the principal.
"""

from __future__ import annotations

from dataclasses import dataclass

from interfaces.facts import Overdue

NOTHING = Overdue()


@dataclass(frozen=True)
class Allocation:
    """How an amount was spent on a debt; `unallocated_minor` is what exceeded it."""

    paid: Overdue
    unallocated_minor: int

    @property
    def amount_minor(self) -> int:
        return self.paid.total_minor + self.unallocated_minor


def allocate(debt: Overdue, amount_minor: int) -> Allocation:
    costs = min(debt.costs_minor, amount_minor)
    interest = min(debt.interest_minor, amount_minor - costs)
    principal = min(debt.principal_minor, amount_minor - costs - interest)
    paid = Overdue(costs, interest, principal)
    return Allocation(paid, amount_minor - paid.total_minor)


def less(debt: Overdue, paid: Overdue) -> Overdue:
    return Overdue(
        debt.costs_minor - paid.costs_minor,
        debt.interest_minor - paid.interest_minor,
        debt.principal_minor - paid.principal_minor,
    )


def plus(debt: Overdue, more: Overdue) -> Overdue:
    return Overdue(
        debt.costs_minor + more.costs_minor,
        debt.interest_minor + more.interest_minor,
        debt.principal_minor + more.principal_minor,
    )
