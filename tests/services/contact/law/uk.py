"""British law on acts of lenders and their agents, checked act by act from its text."""

from __future__ import annotations

from tests.services.contact.law.anyone import holds
from tests.services.contact.law.clocks import Document
from tests.services.contact.law.terms import asks_for_money, is_to_the_debtor


def violations(document: Document) -> list[str]:
    if not asks_for_money(document):
        return []
    broken = []
    if holds(document, "breathing_space"):
        broken.append("UK-BS-60")  # SI 2020/1311: no request for payment, by creditor or agents
    if _lacks_capacity(document):
        broken.append("UK-CAP")  # CONC 7.10.1R
    if holds(document, "dispute"):
        broken.append("UK-DISP")  # CONC 7.14
    return broken


def _lacks_capacity(document: Document) -> bool:
    if holds(document, "incapacity"):
        return True
    return is_to_the_debtor(document) and document["debtor"].get("is_incapacitated", False)
