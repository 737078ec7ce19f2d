"""What every use case is handed besides its session and command."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.vault import Vault
from services.contact import settings as contact
from services.contact.commands.library import library
from services.contact.domain.templates import Library
from services.contact.gateways.routing import GatewaySettings
from services.contact.settings import Tenants


@dataclass(frozen=True)
class Desk:
    """Tenants, the clock, the keys that open personal data, the texts, and the ways out."""

    tenants: Tenants
    clock: Clock
    vault: Vault
    transport_key: bytes
    library: Library
    gateways: GatewaySettings


def desk(settings: Settings, clock: Clock) -> Desk:
    return Desk(
        tenants=contact.tenants(settings),
        clock=clock,
        vault=contact.vault(settings),
        transport_key=contact.keys(settings).transport_private,
        library=library(settings),
        gateways=GatewaySettings(),
    )
