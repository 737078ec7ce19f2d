"""A tenant as configured: its zone, calendar, currency, products, limits and law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.strategy import CureRule
from interfaces.values import Capacity


@dataclass(frozen=True)
class Product:
    """What differs from product to product."""

    name: str
    cure: CureRule
    limitation_years: int
    plan_months_max: int
    settlement_waiver_percent_max: int


@dataclass(frozen=True)
class Tenant:
    """`capacity` is that in which it collects: it made the loans, or it bought the debts."""

    name: str
    institution: str
    zone: str
    jurisdiction: str
    currency: str
    products: Mapping[str, Product]
    law: tuple[str, ...]
    visits_per_area_per_day_max: int
    legal_needs_approval: bool
    strategies: tuple[str, ...]
    capacity: Capacity = Capacity.CREDITOR

    def acting_as(self, stated: Capacity) -> Capacity:
        """The capacity of who acts: the tenant's own, unless an agency does."""
        return stated if stated is Capacity.AGENCY else self.capacity

    def product(self, name: str) -> Product | None:
        return self.products.get(name)


def parse_tenant(raw: Mapping[str, Any]) -> Tenant:
    """Reads one tenant file's content, already checked against config/tenants/schema.json."""
    return Tenant(
        name=raw["tenant"],
        institution=raw["institution"],
        zone=raw["zone"],
        jurisdiction=raw["jurisdiction"],
        currency=raw["currency"],
        products={name: _product(name, entry) for name, entry in raw["products"].items()},
        law=tuple(raw["law"]),
        visits_per_area_per_day_max=raw["visits_per_area_per_day_max"],
        legal_needs_approval=raw["legal_needs_approval"],
        strategies=tuple(raw["strategies"]),
        capacity=Capacity(raw.get("capacity", Capacity.CREDITOR)),
    )


def _product(name: str, entry: Mapping[str, Any]) -> Product:
    return Product(
        name=name,
        cure=CureRule(entry["cure"]),
        limitation_years=entry["limitation_years"],
        plan_months_max=entry["plan_months_max"],
        settlement_waiver_percent_max=entry["settlement_waiver_percent_max"],
    )
