"""Who the tenants are and which keys open personal data: read once, from configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.configuration import Misconfigured, read_documents
from chassis.errors import NotFound
from chassis.settings import Settings
from chassis.vault import Keys, Vault, load_or_create_keys
from interfaces.calendar import Calendar
from interfaces.tenant import Tenant, parse_tenant
from services.contact.domain.grievances import DueRule, parse_rules
from services.contact.domain.law.packs import LawBook, UnknownPack, parse_pack
from services.contact.domain.understanding.lexicon import Lexicon, parse_lexicon

NAME = "contact"
TOPIC = "collect.contact.v1"
LEDGER_TOPIC, CASE_TOPIC, PEOPLE_TOPIC = "collect.ledger.v1", "collect.case.v1", "collect.people.v1"
INTAKE_TOPIC, LEGAL_TOPIC = "collect.intake.v1", "collect.legal.v1"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
NEGOTIATION_TOPIC = "collect.negotiation.v1"
STANDING_CONSUMER, PEOPLE_CONSUMER = "contact", "contact-people"
PROMISES_CONSUMER = "contact-promises"


class MailboxSettings(BaseSettings):
    """`FORBEAR_MAILBOXES`, as JSON: the Maildir of each tenant that has one. A mail taken in is
    deleted there after `FORBEAR_MAIL_KEPT_DAYS`."""

    model_config = SettingsConfigDict(env_prefix="FORBEAR_", extra="ignore")

    mailboxes: dict[str, Path] = {}
    mail_kept_days: int = Field(default=30, ge=1)


@dataclass(frozen=True)
class Tenants:
    """The configured tenants by name."""

    by_name: Mapping[str, Tenant]

    def get(self, name: str) -> Tenant:
        """Raises `contact/unknown_tenant`."""
        tenant = self.by_name.get(name)
        if tenant is None:
            known = ", ".join(sorted(self.by_name))
            raise NotFound(
                "contact/unknown_tenant", f"No tenant {name[:40]!r} is configured; known: {known}."
            )
        return tenant


def tenants(settings: Settings) -> Tenants:
    return _tenants(settings.config / "tenants")


def lexicon(settings: Settings) -> Lexicon:
    """The word lists by which replies are understood."""
    return _lexicon(settings.config / "replies")


def due_rules(settings: Settings) -> tuple[DueRule, ...]:
    """When complaints and disputes must be answered, of every jurisdiction."""
    return _due_rules(settings.config / "grievances")


def calendars(settings: Settings) -> Mapping[str, Calendar]:
    """The calendars by jurisdiction, in their own zone."""
    return _calendars(settings.config / "calendars")


def law(settings: Settings) -> LawBook:
    """All rule packs; raises `Misconfigured` where one is wrong, or a tenant's is missing."""
    return _law(settings.config)


def read_law(directory: Path) -> LawBook:
    """The packs of one folder, checked against its schema; raises `Misconfigured`."""
    return LawBook(parse_pack(raw) for raw in read_documents(directory).values())


def vault(settings: Settings) -> Vault:
    return _vault(settings.keys)


def keys(settings: Settings) -> Keys:
    return _keys(settings.keys)


@lru_cache(maxsize=8)
def _tenants(directory: Path) -> Tenants:
    parsed = (parse_tenant(raw) for raw in read_documents(directory).values())
    return Tenants({tenant.name: tenant for tenant in parsed})


@lru_cache(maxsize=8)
def _lexicon(directory: Path) -> Lexicon:
    return parse_lexicon(list(read_documents(directory).values()))


@lru_cache(maxsize=8)
def _due_rules(directory: Path) -> tuple[DueRule, ...]:
    return tuple(rule for raw in read_documents(directory).values() for rule in parse_rules(raw))


@lru_cache(maxsize=8)
def _calendars(directory: Path) -> Mapping[str, Calendar]:
    return {
        raw["jurisdiction"]: Calendar(
            jurisdiction=raw["jurisdiction"],
            version=raw["version"],
            zone="UTC",
            holidays=tuple(date.fromisoformat(day) for day in raw["holidays"]),
            moved_workdays=tuple(date.fromisoformat(day) for day in raw["moved_workdays"]),
        )
        for raw in read_documents(directory).values()
    }


@lru_cache(maxsize=8)
def _law(config: Path) -> LawBook:
    book = read_law(config / "law")
    for tenant in _tenants(config / "tenants").by_name.values():
        for name in tenant.law:
            try:
                book.find(name, _ANY_TIME)
            except UnknownPack as failure:
                raise Misconfigured(f"tenant {tenant.name}: {failure}") from failure
    return book


@lru_cache(maxsize=8)
def _keys(directory: Path) -> Keys:
    return load_or_create_keys(directory)


@lru_cache(maxsize=8)
def _vault(directory: Path) -> Vault:
    return Vault(_keys(directory).contact_kek)
