"""A second opinion on acts that were made, written from the law's text and sharing no code."""

from __future__ import annotations

from tests.services.contact.law import anyone, cn, india, uk, us
from tests.services.contact.law.clocks import Document

PACKS = {
    "cn-bank": cn.violations,
    "us-reg-f": us.violations,
    "uk-conc": uk.violations,
    "in-rbi": india.violations,
}


def packs(document: Document) -> list[str]:
    named = document["pack"]
    listed = [named] if isinstance(named, str) else named
    return [each.split("@")[0] for each in listed]


def violations(document: Document) -> list[str]:
    """The articles that the act breaks, had it been made at this instant."""
    broken = anyone.violations(document)
    for pack in packs(document):
        broken += PACKS[pack](document)
    return broken
