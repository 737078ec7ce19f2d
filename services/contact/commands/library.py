"""The texts people read, loaded from configuration and refused if one may not be sent."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from chassis.configuration import Misconfigured, read_documents
from chassis.settings import Settings
from interfaces.values import Channel, Purpose
from services.contact.domain.linting import lint
from services.contact.domain.templates import (
    Disclosure,
    Issuer,
    Library,
    Template,
    missing,
    strays,
)
from services.contact.domain.treatments import Mood
from services.contact.gateways.rendering import Unrenderable, check


def library(settings: Settings) -> Library:
    """Raises `Misconfigured`, naming the file and what is wrong in it."""
    return load(settings.config)


@lru_cache(maxsize=8)
def load(config: Path) -> Library:
    texts = []
    for path, raw in read_documents(config / "templates").items():
        template = parse_template(raw)
        for wrong in faults(template):
            raise Misconfigured(f"{path}: {wrong}")
        texts.append(template)
    issuers = {raw["tenant"]: Issuer(**raw) for raw in read_documents(config / "issuers").values()}
    whole = Library(tuple(texts), issuers)
    absent = missing(whole)
    if absent:
        raise Misconfigured(f"{config / 'templates'} lacks {', '.join(absent)}; write them")
    odd = strays(whole)
    if odd:
        raise Misconfigured(
            f"{config / 'templates'}: {', '.join(odd)} must have a plain text of the same class, "
            "and be for its channels and purposes"
        )
    return whole


def faults(template: Template) -> list[str]:
    """Why a text cannot be used: what the linter finds, then what the renderer refuses."""
    found = [str(finding) for finding in lint(template)]
    for source in sources(template):
        try:
            check(source)
        except Unrenderable as unsafe:
            found.append(f"{template.label}: {unsafe.message}")
    return found


def sources(template: Template) -> list[str]:
    return [template.subject, template.body, *(text for _, _, text in template.sections)]


def parse_template(raw: Any) -> Template:
    """One template file's content, already checked against config/templates/schema.json."""
    return Template(
        id=raw["id"],
        version=raw["version"],
        language=raw["language"],
        channels=frozenset(map(Channel, raw["channels"])),
        purposes=frozenset(map(Purpose, raw["purposes"])),
        mood=raw["mood"],
        disclosure=Disclosure(raw["class"]),
        subject=raw["subject"],
        body=raw["body"],
        fields=frozenset(raw["fields"]),
        sections=tuple(
            (each["field"], each["heading"], each["text"]) for each in raw.get("sections", ())
        ),
        tone=Mood(raw.get("tone", Mood.PLAIN)),
    )
