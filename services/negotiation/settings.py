"""What this service reads at its start: the environment, and the tenants it serves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from chassis.configuration import read_documents
from chassis.errors import NotFound
from chassis.settings import Settings
from interfaces.tenant import Tenant, parse_tenant

TOPIC = "collect.negotiation.v1"


def tenant_named(settings: Settings, name: str) -> Tenant:
    """The tenant's configuration; raises `negotiation/unknown_tenant`."""
    tenants = load_tenants(settings.config / "tenants")
    if name not in tenants:
        raise NotFound(
            "negotiation/unknown_tenant",
            f"No tenant {name!r} is configured; known are: {', '.join(sorted(tenants))}.",
        )
    return tenants[name]


@cache
def load_tenants(directory: Path) -> Mapping[str, Tenant]:
    """Every tenant of the folder by name; raises `Misconfigured` naming the wrong file."""
    tenants = (parse_tenant(raw) for raw in read_documents(directory).values())
    return {tenant.name: tenant for tenant in tenants}
