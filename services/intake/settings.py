"""The tenants as configured, checked when the service starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from chassis.configuration import read_documents
from interfaces.tenant import Tenant, parse_tenant

FACTS_TOPIC, PEOPLE_TOPIC = "bank.facts.v1", "bank.people.v1"
ACCEPTED_TOPIC, SEALED_TOPIC = "collect.intake.v1", "collect.people.v1"
# Things that name no tenant known here belong to nobody; they are kept under this name.
NOBODY = "-"


def load_tenants(config: Path) -> Mapping[str, Tenant]:
    """Every tenant of `config/tenants`, by name; raises ValueError naming the wrong file."""
    directory = config / "tenants"
    parsed = [parse_tenant(raw) for raw in read_documents(directory).values()]
    tenants = {tenant.name: tenant for tenant in parsed}
    for tenant in parsed:
        ZoneInfo(tenant.zone)
    if not tenants:
        raise ValueError(f"{directory} holds no tenant; set FORBEAR_CONFIG to the config directory")
    return tenants
