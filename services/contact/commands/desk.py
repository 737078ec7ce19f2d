"""What every use case is handed besides its session and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.vault import Vault
from interfaces.calendar import Calendar
from services.contact import settings as contact
from services.contact.domain.grievances import DueRule
from services.contact.settings import Tenants


@dataclass(frozen=True)
class Desk:
    """Tenants, the clock, when answers are due, and the keys that open personal data."""

    tenants: Tenants
    clock: Clock
    vault: Vault
    transport_key: bytes
    due_rules: tuple[DueRule, ...]
    calendars: Mapping[str, Calendar]


def desk(settings: Settings, clock: Clock) -> Desk:
    return Desk(
        tenants=contact.tenants(settings),
        clock=clock,
        vault=contact.vault(settings),
        transport_key=contact.keys(settings).transport_private,
        due_rules=contact.due_rules(settings),
        calendars=contact.calendars(settings),
    )
