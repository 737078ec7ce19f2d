"""A tenant as configured: its zone, calendar, currency, products, limits and law."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.strategy import CureRule


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
    )


def _product(name: str, entry: Mapping[str, Any]) -> Product:
    return Product(
        name=name,
        cure=CureRule(entry["cure"]),
        limitation_years=entry["limitation_years"],
        plan_months_max=entry["plan_months_max"],
        settlement_waiver_percent_max=entry["settlement_waiver_percent_max"],
    )
