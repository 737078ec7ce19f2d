"""Shows what a text would say, by the same writing that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.errors import NotFound
from interfaces.values import Channel
from services.contact.commands.composing import Addressee, Written, write
from services.contact.commands.desk import Desk
from services.contact.domain.templates import LoanAmounts, Template
from services.contact.domain.treatments import ORDINARY, Treatment


@dataclass(frozen=True)
class Preview:
    tenant: str
    template_id: str
    language: str
    channel: str
    name: str
    asks_circumstances: bool
    loans: tuple[LoanAmounts, ...]
    treatment: Treatment = ORDINARY


def preview(desk: Desk, asked: Preview, now: datetime) -> tuple[Template, Written]:
    """Raises `contact/unknown_template`."""
    template = desk.library.find(asked.template_id, asked.language)
    if template is None:
        raise NotFound(
            "contact/unknown_template",
            f"There is no text {asked.template_id[:60]!r} in {asked.language}; "
            "GET templates lists those that are.",
        )
    template = desk.library.toned(template, asked.treatment.mood)
    addressee = Addressee(
        tenant=desk.tenants.get(asked.tenant),
        name=asked.name,
        language=template.language,
        channel=Channel(asked.channel),
        at=now,
        asks_circumstances=asked.asks_circumstances,
        adds_help_text=asked.treatment.adds_help_text,
    )
    return template, write(desk.library, template, addressee, asked.loans)
