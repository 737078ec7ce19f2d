"""What holds under every pack: a person's own stop, and holds, each for itself."""

from __future__ import annotations

from tests.services.contact.law.clocks import Document, is_running, now
from tests.services.contact.law.terms import asks_for_money, collects

CONTACT, VISIT = "contact", "visit"


def violations(document: Document) -> list[str]:
    broken = []
    if collects(document) and is_opted_out(document):
        broken.append("OPT-OUT")
    if asks_for_money(document):
        broken += [f"HOLD {each['kind']}" for each in holds(document) if stops(each, document)]
    return broken


def is_opted_out(document: Document) -> bool:
    act = document["act"]
    for each in document.get("opt_outs", []):
        if each["channel"] == act["channel"] and each.get("point", "") in ("", act["point"]):
            return True
    return False


def holds(document: Document, kind: str = "") -> list[Document]:
    """The holds of a kind that run now and lie on this person and on one of these loans."""
    act = document["act"]
    return [
        each
        for each in document.get("holds", [])
        if kind in ("", each["kind"])
        and is_running(each, now(document))
        and each.get("party", "") in ("", act["party"])
        and (not each.get("loan") or each["loan"] in act["loans"])
        # A dispute of a part of the balance leaves the rest to be asked for.
        and each.get("amount_minor") is None
    ]


def stops(hold: Document, document: Document) -> bool:
    if hold["kind"] == "cease_request":
        return False  # it exists only where a pack grants it, and stands there
    return (VISIT if document["act"]["channel"] == "visit" else CONTACT) in hold["blocks"]
