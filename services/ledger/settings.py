"""What the ledger is told from outside: the process' settings and the tenants' files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chassis.configuration import read_documents
from chassis.errors import NotFound
from interfaces.strategy import CureRule
from interfaces.tenant import Tenant, parse_tenant

TOPIC = "collect.ledger.v1"
INTAKE_TOPIC = "collect.intake.v1"
HISTORY_TOPICS = (
    INTAKE_TOPIC,
    TOPIC,
    "collect.case.v1",
    "collect.contact.v1",
    "collect.negotiation.v1",
    "collect.field_visit.v1",
    "collect.legal.v1",
)


class Tenants:
    """The configured tenants by name."""

    def __init__(self, tenants: Mapping[str, Tenant]) -> None:
        self._tenants = dict(tenants)

    def named(self, name: str) -> Tenant:
        tenant = self._tenants.get(name)
        if tenant is None:
            raise NotFound(
                "ledger/unknown_tenant",
                f"There is no tenant {name[:40]!r}; add its file to config/tenants.",
                tenant=name[:40],
            )
        return tenant


def load_tenants(config: Path) -> Tenants:
    """Read `config/tenants/*.yaml`; a file that does not fit the schema stops the start."""
    tenants = [parse_tenant(raw) for raw in read_documents(config / "tenants").values()]
    return Tenants({tenant.name: tenant for tenant in tenants})


def cure_rule(tenant: Tenant, product: str) -> CureRule:
    """A product the tenant has not configured is cured like a loan: by the arrears."""
    known = tenant.product(product)
    return known.cure if known is not None else CureRule.ARREARS_MET
