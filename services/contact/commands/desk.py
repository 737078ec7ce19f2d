"""What every use case is handed besides its session and command."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.vault import Vault
from services.contact import settings as contact
from services.contact.domain.understanding.lexicon import Lexicon
from services.contact.settings import Tenants


@dataclass(frozen=True)
class Desk:
    """Tenants, the clock, the keys that open personal data, and how replies are understood."""

    tenants: Tenants
    clock: Clock
    vault: Vault
    transport_key: bytes
    lexicon: Lexicon


def desk(settings: Settings, clock: Clock) -> Desk:
    return Desk(
        tenants=contact.tenants(settings),
        clock=clock,
        vault=contact.vault(settings),
        transport_key=contact.keys(settings).transport_private,
        lexicon=contact.lexicon(settings),
    )
