"""Reads what the service is configured with, and refuses to start on a file that breaks its
schema: tenants, strategies and calendars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.configuration import Document, read_documents
from interfaces.tenant import Tenant, parse_tenant


@dataclass(frozen=True)
class Configuration:
    """All files by their path, checked against their schemas but not yet understood."""

    tenants: tuple[Tenant, ...]
    strategies: Mapping[Path, Document]
    calendars: Mapping[Path, Document]


def read_configuration(directory: Path) -> Configuration:
    """Reads `tenants`, `strategies` and `calendars` below `directory`; raises `Misconfigured`."""
    return Configuration(
        tenants=tuple(parse_tenant(raw) for raw in read_documents(directory / "tenants").values()),
        strategies=read_documents(directory / "strategies"),
        calendars=read_documents(directory / "calendars"),
    )
