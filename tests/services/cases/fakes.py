"""Cases without a Temporal server; passes the suite of the real gateway (`test_gateways`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.errors import Conflict
from interfaces import case
from services.cases.domain.dispatch import LoanFact
from services.cases.gateways import Order


@dataclass
class FakeCases:
    """Keeps what each running case was told and ordered; `failures` are raised first."""

    running: dict[str, list[LoanFact]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    failures: list[Exception] = field(default_factory=list)

    async def start_or_tell(self, told: LoanFact) -> None:
        self._fail()
        self.running.setdefault(told.loan_id, []).append(told)

    async def tell(self, told: LoanFact) -> bool:
        self._fail()
        if told.loan_id not in self.running:
            return False
        self.running[told.loan_id].append(told)
        return True

    async def order(self, tenant: str, loan_id: str, order: Order) -> bool:
        self._fail()
        if order.order_id in self.orders:
            return True
        if loan_id not in self.running:
            return False
        if not order.wish.reason.strip():
            raise Conflict("cases/order_refused", "The case refused the order: say why")
        self.orders.setdefault(order.order_id, order)
        if order.update == case.CLOSE_CASE:
            del self.running[loan_id]
        return True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
