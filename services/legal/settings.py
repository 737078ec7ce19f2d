"""What this service reads at its start: the environment, and the tenants it serves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jsonschema
import yaml

from chassis.errors import NotFound
from chassis.settings import Settings
from interfaces.tenant import Tenant, parse_tenant

TOPIC = "collect.legal.v1"


def tenant_named(settings: Settings, name: str) -> Tenant:
    """The tenant's configuration; raises `legal/unknown_tenant`."""
    tenants = load_tenants(settings.config / "tenants")
    if name not in tenants:
        raise NotFound(
            "legal/unknown_tenant",
            f"No tenant {name!r} is configured; known are: {', '.join(sorted(tenants))}.",
        )
    return tenants[name]


@cache
def load_tenants(directory: Path) -> Mapping[str, Tenant]:
    """Reads every tenant file; raises jsonschema's ValidationError for one of another shape."""
    schema = json.loads((directory / "schema.json").read_text())
    tenants = {}
    for path in sorted(directory.glob("*.yaml")):
        raw = yaml.safe_load(path.read_text())
        jsonschema.validate(raw, schema)
        tenant = parse_tenant(raw)
        tenants[tenant.name] = tenant
    return tenants
