"""British law on acts of lenders and their agents, checked act by act from its text."""

from __future__ import annotations

from datetime import date, timedelta

from tests.services.contact.law.anyone import holds
from tests.services.contact.law.clocks import Document, day, instant, now, zones
from tests.services.contact.law.terms import asks_for_money, is_outbound, is_to_the_debtor

DAYS_TO_REMEDY = timedelta(days=14)


def violations(document: Document) -> list[str]:
    broken = ["UK-DN"] if serves_papers_too_early(document) else []
    if not asks_for_money(document):
        return broken
    if holds(document, "breathing_space"):
        broken.append("UK-BS-60")  # SI 2020/1311: no request for payment, by creditor or agents
    if _lacks_capacity(document):
        broken.append("UK-CAP")  # CONC 7.10.1R
    if holds(document, "dispute"):
        broken.append("UK-DISP")  # CONC 7.14
    return broken


def serves_papers_too_early(document: Document) -> bool:
    """CCA 87(1), 88(2): a default notice is served on the debtor first, and sets a date at least
    fourteen days after the day of service; before that date has passed nothing is enforced."""
    act = document["act"]
    is_service = is_outbound(act) and act["purpose"] == "court_service"
    if not is_service or _was_not_read_yet(document):
        return False
    return not all(
        any(_has_run_out(notice, loan, document) for notice in document.get("notices", []))
        for loan in act["loans"]
    )


def _has_run_out(notice: Document, loan: str, document: Document) -> bool:
    debtor = document["act"]["debtor"]
    is_served = notice["kind"] == "default" and bool(notice.get("delivered_at"))
    if not is_served or (notice["loan"], notice["party"]) != (loan, debtor):
        return False
    served_at = instant(notice["delivered_at"])
    return all(
        day(now(document), zone) > day(served_at, zone) + DAYS_TO_REMEDY
        and _is_of_this_breach(document, loan, day(served_at, zone))
        for zone in zones(document)
    )


def _is_of_this_breach(document: Document, loan: str, served_on: date) -> bool:
    """S. 89: arrears that were paid are no breach; what fell due after it is another."""
    due = {each["id"]: each.get("oldest_due_on") for each in document["loans"]}
    return not due.get(loan) or date.fromisoformat(due[loan]) < served_on


def _was_not_read_yet(document: Document) -> bool:
    """The first version of the pack was made before anybody here had read these sections."""
    named = document["pack"]
    return "uk-conc@1" in ([named] if isinstance(named, str) else named)


def _lacks_capacity(document: Document) -> bool:
    if holds(document, "incapacity"):
        return True
    return is_to_the_debtor(document) and document["debtor"].get("is_incapacitated", False)
