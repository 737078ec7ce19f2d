"""What every use case is handed besides its session and command."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.vault import Vault
from services.contact import settings as contact
from services.contact.domain.law.packs import LawBook
from services.contact.settings import Tenants


@dataclass(frozen=True)
class Desk:
    """Tenants and their law, the clock, and the keys that open personal data."""

    tenants: Tenants
    clock: Clock
    vault: Vault
    transport_key: bytes
    law: LawBook


def desk(settings: Settings, clock: Clock) -> Desk:
    return Desk(
        tenants=contact.tenants(settings),
        clock=clock,
        vault=contact.vault(settings),
        transport_key=contact.keys(settings).transport_private,
        law=contact.law(settings),
    )
