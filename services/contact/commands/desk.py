"""What every use case is handed besides its session and command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.vault import Vault
from interfaces.calendar import Calendar
from services.contact import settings as contact
from services.contact.commands.calls.books import CallBooks, call_books
from services.contact.commands.library import library
from services.contact.domain.grievances import DueRule
from services.contact.domain.law.packs import LawBook
from services.contact.domain.templates import Library
from services.contact.domain.understanding.lexicon import Lexicon
from services.contact.gateways.addresses import GatewaySettings
from services.contact.settings import Tenants


@dataclass(frozen=True)
class Desk:
    """Tenants and their law, the clock, the keys that open personal data, the texts, the ways out,
    when answers are due, and how replies are understood."""

    tenants: Tenants
    clock: Clock
    vault: Vault
    transport_key: bytes
    lexicon: Lexicon
    library: Library
    gateways: GatewaySettings
    due_rules: tuple[DueRule, ...]
    calendars: Mapping[str, Calendar]
    law: LawBook
    calls: CallBooks


def desk(settings: Settings, clock: Clock) -> Desk:
    return Desk(
        tenants=contact.tenants(settings),
        clock=clock,
        vault=contact.vault(settings),
        transport_key=contact.keys(settings).transport_private,
        lexicon=contact.lexicon(settings),
        library=library(settings),
        gateways=GatewaySettings(),
        due_rules=contact.due_rules(settings),
        calendars=contact.calendars(settings),
        law=contact.law(settings),
        calls=call_books(settings),
    )
