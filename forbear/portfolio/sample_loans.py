"""Makes the books of one sample loan: registration, schedule, payments, what was proven before."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from events.v1.bank_pb2 import (
    Assignee,
    BalanceChanged,
    BankFact,
    InstalmentDue,
    LoanFact,
    LoanRecalled,
    LoanRegistered,
    LoanSold,
    LoanWrittenOff,
    PartyRole,
    PaymentReceived,
    PaymentReversed,
)
from forbear.portfolio.bank import TENANT, sequence
from forbear.portfolio.sample_cast import DAYS, START, Group
from forbear.portfolio.sample_proven import proven_of

ZONE = ZoneInfo("Asia/Shanghai")
CURRENCY = "CNY"
GRACE_DAYS = {"consumer_loan": 3, "card": 3, "enterprise_loan": 5}
AREAS = ("north", "south", "east", "west")

_INSTALMENT_MINOR = {
    "consumer_loan": (80_000, 400_000),
    "card": (30_000, 150_000),
    "enterprise_loan": (2_000_000, 9_000_000),
}
_MONTH, _AHEAD = timedelta(days=30), timedelta(days=7)
_LATE_COSTS_MINOR = 2_000
_ASSIGNEE = Assignee(
    name="示例资产管理公司",
    address="示例市示例路 1 号",
    phone="400-000-0001",
    purpose="持有、管理并清收受让的债权",
    data_kinds=["name", "phone", "address", "contract", "amounts", "payment_history"],
)


@dataclass(frozen=True)
class Cast:
    """One loan of a group, with its parties and the numbers that were drawn for it."""

    group: Group
    loan_ref: str
    parties: tuple[PartyRole, ...]
    first_due_on: date
    principal_minor: int
    interest_minor: int

    @property
    def instalments(self) -> list[InstalmentDue]:
        """The missed ones, and for a running loan the further ones of the play."""
        end = START + timedelta(days=DAYS)
        further = 0 if self.group.is_matured else (end - self._last_missed_on).days // 30
        return [self._instalment(number) for number in range(1, self._missed + further + 1)]

    @property
    def _missed(self) -> int:
        return max(1, self.group.missed)

    @property
    def _last_missed_on(self) -> date:
        return self.first_due_on + _MONTH * (self._missed - 1)

    def _instalment(self, number: int) -> InstalmentDue:
        is_costly = number <= self.group.missed and self.group.product != "card"
        return InstalmentDue(
            number=number,
            due_on=(self.first_due_on + _MONTH * (number - 1)).isoformat(),
            principal_minor=self.principal_minor,
            interest_minor=self.interest_minor,
            costs_minor=_LATE_COSTS_MINOR if is_costly else 0,
            currency=CURRENCY,
        )


def draw(group: Group, loan_ref: str, parties: Sequence[PartyRole], dice: random.Random) -> Cast:
    """One loan of the group; the same dice give the same loan."""
    low, high = _INSTALMENT_MINOR[group.product]
    principal = dice.randrange(low, high, 100)
    interest = 0 if group.product == "card" else principal * dice.randrange(5, 20) // 100
    due_on = START + timedelta(days=dice.randint(*group.due))
    return Cast(group, loan_ref, tuple(parties), due_on, principal, interest)


def opening(cast: Cast) -> list[BankFact]:
    """What the bank sends on the eve of the play: the loan, its balance, what was proven."""
    facts = [
        fact_of(cast, "loan", LoanFact(registered=_registered(cast)), at(START, 0)),
        fact_of(cast, "balance", LoanFact(balance_changed=_balance(cast)), at(START, 0, 5)),
    ]
    taken_over = proven_of(cast.group, cast.parties, cast.instalments)
    if taken_over is not None:
        facts.append(fact_of(cast, "taken", LoanFact(taken_over=taken_over), at(START, 0, 10)))
    return facts


def schedule(cast: Cast) -> list[BankFact]:
    """Each instalment as it falls due, or a week ahead; those that would be told before the play
    come at its beginning."""
    facts = []
    for instalment in cast.instalments:
        told_on = date.fromisoformat(instalment.due_on)
        told_on -= _AHEAD if cast.group.told_ahead else timedelta(0)
        when = at(told_on, 6) if told_on >= START else at(START, 0, 15)
        name = f"due{instalment.number}"
        facts.append(fact_of(cast, name, LoanFact(instalment_due=instalment), when, 1))
    return facts


def movements(cast: Cast) -> Iterator[BankFact]:
    """Payments, reversal and ending that the file itself brings."""
    for number, day in enumerate(cast.group.pays, start=1):
        paid_on = cast.first_due_on + timedelta(days=day)
        yield _payment(cast, number, paid_on, _unpaid(cast, paid_on, number), prefix="file")
    if cast.group.reverses is not None:
        yield _reversal(cast)
    if cast.group.missed == 0:
        for instalment in cast.instalments:
            due_on = date.fromisoformat(instalment.due_on)
            if due_on >= START:
                amount = _amount(instalment)
                yield _payment(cast, instalment.number, due_on, amount, prefix="file")
    if cast.group.proven == "plan":
        for number, day in enumerate((4, 11), start=1):
            half = sum(map(_amount, cast.instalments)) // 2
            total = sum(map(_amount, cast.instalments))
            amount = half if number == 1 else total - half
            yield _payment(cast, number, START + timedelta(days=day), amount, prefix="settle")
    if cast.group.ending is not None:
        yield _ending(cast, *cast.group.ending)


def fact_of(cast: Cast, name: str, fact: LoanFact, when: datetime, ordinal: int = 0) -> BankFact:
    return BankFact(
        event_id=f"{cast.loan_ref}-{name}",
        tenant=TENANT,
        loan_ref=cast.loan_ref,
        sequence=sequence(when.astimezone(ZONE).date(), ordinal),
        occurred_at=when,
        fact=fact,
    )


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def _registered(cast: Cast) -> LoanRegistered:
    group = cast.group
    return LoanRegistered(
        product=group.product,
        segment="enterprise" if group.product == "enterprise_loan" else "individual",
        branch=AREAS[cast.principal_minor // 100 % len(AREAS)],
        currency=CURRENCY,
        collateral="vehicle" if group.name == "call" else "",
        last_instalment_due_on="" if group.product == "card" else cast.instalments[-1].due_on,
        grace_days=GRACE_DAYS[group.product],
        tolerance_minor=100,
        parties=cast.parties,
    )


def _balance(cast: Cast) -> BalanceChanged:
    owed = sum(map(_amount, cast.instalments))
    # A running loan goes on after the play.
    owed += 0 if cast.group.is_matured else cast.principal_minor * 6
    as_of = (START - timedelta(days=1)).isoformat()
    return BalanceChanged(as_of=as_of, balance_minor=owed, currency=CURRENCY, reason="opening")


def _unpaid(cast: Cast, on: date, number: int) -> int:
    # The first payment before a reversal is the whole arrears then; the second finds it unpaid.
    due = [i for i in cast.instalments if date.fromisoformat(i.due_on) < on]
    return sum(map(_amount, due))


def _payment(cast: Cast, number: int, on: date, amount: int, prefix: str) -> BankFact:
    payment = PaymentReceived(
        transaction_id=f"{prefix}-{cast.loan_ref}-{number}",
        amount_minor=amount,
        currency=CURRENCY,
        effective_on=on.isoformat(),
    )
    return fact_of(cast, f"paid{number}", LoanFact(payment_received=payment), at(on, 12), 2)


def _reversal(cast: Cast) -> BankFact:
    paid_on = cast.first_due_on + timedelta(days=cast.group.pays[0])
    on = cast.first_due_on + timedelta(days=cast.group.reverses or 0)
    reversal = PaymentReversed(
        transaction_id=f"file-{cast.loan_ref}-1",
        amount_minor=_unpaid(cast, paid_on, 1),
        currency=CURRENCY,
        effective_on=on.isoformat(),
        restored_due_on=cast.first_due_on.isoformat(),
    )
    return fact_of(cast, "reversed", LoanFact(payment_reversed=reversal), at(on, 15), 3)


def _ending(cast: Cast, kind: str, day: int) -> BankFact:
    on = (START + timedelta(days=day)).isoformat()
    endings = {
        "sold": LoanFact(sold=LoanSold(on=on, assignee=_ASSIGNEE)),
        "recalled": LoanFact(recalled=LoanRecalled(on=on)),
        "written_off": LoanFact(written_off=LoanWrittenOff(on=on)),
    }
    return fact_of(cast, kind, endings[kind], at(START + timedelta(days=day), 17), 8)


def _amount(instalment: InstalmentDue) -> int:
    return instalment.costs_minor + instalment.interest_minor + instalment.principal_minor
