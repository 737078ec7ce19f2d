"""What a core bank says about a made-up loan of one made-up person, fact by fact."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from events.v1.bank_pb2 import (
    BankFact,
    BankPerson,
    ContactPoint,
    DelinquencySnapshot,
    LoanFact,
    LoanRegistered,
    PartyRole,
    PaymentReceived,
    PaymentReversed,
    PersonalData,
)
from tests.end_to_end.conditions import eventually
from tests.end_to_end.running import TENANT, RunningStack

OVERDUE_MINOR = 100_000
BALANCE_MINOR = 1_200_000
_SEQUENCES = itertools.count(1)


@dataclass(frozen=True)
class BankLoan:
    """A consumer loan under the bank's own reference."""

    ref: str
    sequences: itertools.count[int] = field(default_factory=lambda: _SEQUENCES)

    @property
    def party_ref(self) -> str:
        return f"P-{self.ref}"

    def person(self, at: datetime) -> BankPerson:
        points = {
            "phone": f"+86-100-0000-{sum(self.ref.encode()) % 10_000:04d}",
            "email": f"{self.ref.lower()}@example.test",
            "postal": "1 Sample Road, Example City",
        }
        return BankPerson(
            event_id=f"{self.party_ref}-person",
            tenant=TENANT,
            party_ref=self.party_ref,
            sequence=1,
            occurred_at=at,
            person=PersonalData(
                name=f"Sample Person {self.ref}",
                kind="person",
                language="zh-CN",
                time_zone="Asia/Shanghai",
                points=[
                    ContactPoint(
                        point_ref=f"{self.party_ref}-{kind}",
                        kind=kind,
                        value=value,
                        provenance="contract",
                        is_verified=True,
                        is_reserved=True,
                        has_consent=True,
                    )
                    for kind, value in points.items()
                ],
            ),
        )

    def registered(self, at: datetime) -> BankFact:
        borrower = PartyRole(
            party_ref=self.party_ref, role="borrower", kind="person", language="zh-CN"
        )
        registration = LoanRegistered(
            product="consumer_loan",
            segment="individual",
            branch="0001",
            currency="CNY",
            last_instalment_due_on="2028-12-01",
            tolerance_minor=100,
            parties=[borrower],
        )
        return self._fact(LoanFact(registered=registration), at)

    def overdue(
        self, on: date, days: int = 1, minor: int = OVERDUE_MINOR, at: datetime | None = None
    ) -> BankFact:
        """The bank's snapshot of a day: overdue for so many days."""
        snapshot = DelinquencySnapshot(
            as_of=on.isoformat(),
            oldest_unpaid_due_on=(on - timedelta(days=days)).isoformat(),
            days_past_due=days,
            overdue_principal_minor=minor,
            balance_minor=BALANCE_MINOR,
            minimum_due_minor=minor,
            tolerance_minor=100,
            currency="CNY",
        )
        return self._fact(LoanFact(snapshot=snapshot), at or _midday(on))

    def up_to_date(self, on: date, at: datetime | None = None) -> BankFact:
        """The bank's snapshot of a day on which nothing is overdue."""
        snapshot = DelinquencySnapshot(
            as_of=on.isoformat(), balance_minor=BALANCE_MINOR, tolerance_minor=100, currency="CNY"
        )
        return self._fact(LoanFact(snapshot=snapshot), at or _midday(on))

    def paid(self, on: date, minor: int, at: datetime | None = None) -> BankFact:
        number = next(self.sequences)
        payment = PaymentReceived(
            transaction_id=f"{self.ref}-t{number}",
            amount_minor=minor,
            currency="CNY",
            effective_on=on.isoformat(),
        )
        return self._fact(LoanFact(payment_received=payment), at or _midday(on))

    def reversed(self, payment: BankFact, on: date) -> BankFact:
        """The payment is undone, whole."""
        paid = payment.fact.payment_received
        undone = PaymentReversed(
            transaction_id=paid.transaction_id,
            amount_minor=paid.amount_minor,
            currency=paid.currency,
            effective_on=on.isoformat(),
        )
        return self._fact(LoanFact(payment_reversed=undone), _midday(on))

    def _fact(self, said: LoanFact, at: datetime) -> BankFact:
        number = next(self.sequences)
        return BankFact(
            event_id=f"{self.ref}-{number}",
            tenant=TENANT,
            loan_ref=self.ref,
            sequence=number,
            occurred_at=at,
            fact=said,
        )


async def opened(stack: RunningStack, *loans: BankLoan) -> dict[str, str]:
    """Tell of the loans and their people; the opaque id of each, once intake knows it."""
    now = stack.now()
    await stack.tell(*(loan.person(now) for loan in loans))
    await stack.tell(*(loan.registered(now) for loan in loans))

    async def ids() -> dict[str, str]:
        found = await stack.post("intake", "/loans/lookup", {"refs": [loan.ref for loan in loans]})
        known = {ref: str(each["loan_id"]) for ref, each in found["loans"].items()}
        return known if len(known) == len(loans) else {}

    return await eventually(ids, 60, "intake knows the loans")


def _midday(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
