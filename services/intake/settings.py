"""The tenants as configured, checked when the service starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import yaml

from interfaces.tenant import Tenant, parse_tenant

FACTS_TOPIC, PEOPLE_TOPIC = "bank.facts.v1", "bank.people.v1"
ACCEPTED_TOPIC, SEALED_TOPIC = "collect.intake.v1", "collect.people.v1"
# Things that name no tenant known here belong to nobody; they are kept under this name.
NOBODY = "-"


def load_tenants(config: Path) -> Mapping[str, Tenant]:
    """Every tenant of `config/tenants`, by name; raises ValueError naming the wrong file."""
    directory = config / "tenants"
    schema = json.loads((directory / "schema.json").read_text(encoding="utf-8"))
    tenants: dict[str, Tenant] = {}
    for path in sorted(directory.glob("*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        try:
            jsonschema.validate(raw, schema)
        except jsonschema.ValidationError as wrong:
            raise ValueError(f"{path}: {wrong.message} at {wrong.json_path}") from wrong
        tenant = parse_tenant(raw)
        ZoneInfo(tenant.zone)
        tenants[tenant.name] = tenant
    if not tenants:
        raise ValueError(f"{directory} holds no tenant; set FORBEAR_CONFIG to the config directory")
    return tenants
