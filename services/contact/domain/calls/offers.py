"""Which ways out a collector may name at a stage, within the product's own limits."""

from __future__ import annotations

from dataclasses import dataclass

from interfaces.tenant import Product

_NEGOTIATE = "negotiate"


@dataclass(frozen=True)
class Offers:
    """What may be offered for one loan. A settlement is spoken of only where the strategy has come
    to negotiating; whatever is agreed is made by the negotiation service, which decides."""

    may_promise: bool
    plan_months_max: int
    settlement_waiver_percent_max: int


def offers_allowed(product: Product | None, template: str) -> Offers:
    """A product that is not configured has no plan and no settlement, only a promise."""
    if product is None:
        return Offers(True, 0, 0)
    waiver = product.settlement_waiver_percent_max if template == _NEGOTIATE else 0
    return Offers(True, product.plan_months_max, waiver)
