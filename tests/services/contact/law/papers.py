"""Facts documents for tests: a plain call that no rule minds, and changes to it."""

from __future__ import annotations

import copy
from typing import Any

from tests.services.contact.law.clocks import Document

PLAIN: Document = {
    "pack": "cn-bank",
    "at": "2026-03-02T04:00:00+00:00",
    "act": {
        "party": "b1",
        "role": "borrower",
        "debtor": "b1",
        "loans": ["l1"],
        "product": "card",
        "channel": "call",
        "direction": "outbound",
        "purpose": "collection",
        "capacity": "creditor",
        "agency": "",
        "point": "p1",
        "people": 2,
        "enters": False,
        "has_consent_to_enter": False,
        "discloses": True,
        "threatens_suit": False,
        "is_cease_notice": False,
    },
    "party": {
        "kind": "person",
        "roles": ["borrower"],
        "zones": ["Asia/Shanghai"],
        "has_refused": False,
        "is_willing_to_pay": False,
    },
    "debtor": {
        "is_liable": True,
        "reachability": "reachable",
        "is_dead": False,
        "is_incapacitated": False,
    },
    "points": [],
    "opt_outs": [],
    "bans": [],
    "agreements": [],
    "holds": [],
    "attempts": [],
    "loans": [
        {
            "id": "l1",
            "product": "card",
            "limitation_expires_on": None,
            "is_settled": False,
            "first_communication_at": None,
        }
    ],
    "notices": [],
    "agency": None,
}
COPIED = (
    "party",
    "debtor",
    "loans",
    "channel",
    "direction",
    "purpose",
    "capacity",
    "agency",
    "point",
)
KINDS = {
    "call": "phone",
    "sms": "phone",
    "email": "email",
    "push": "push",
    "letter": "postal",
    "visit": "postal",
}


def paper(at: str, pack: str = "cn-bank", zone: str = "Asia/Shanghai", **act: Any) -> Document:
    """A collection call to a borrower of one loan at an instant, unless said otherwise."""
    made = copy.deepcopy(PLAIN)
    made["at"], made["pack"] = at, pack
    made["act"] |= act
    made["party"]["zones"] = [zone]
    made["party"]["roles"] = [made["act"]["role"]]
    if pack == "us-reg-f" and "capacity" not in act:
        made["act"] |= {"capacity": "agency", "agency": "ag1"}
    if made["act"]["capacity"] == "agency":
        made["agency"] = agency()
    made["points"] = [point(made["act"]["point"], made["act"]["channel"])]
    return made


def point(name: str, channel: str, **changes: Any) -> Document:
    return {
        "id": name,
        "kind": KINDS[channel],
        "provenance": "consumer",
        "has_consent": True,
        "is_verified": True,
        "is_reserved": True,
        "is_invalid": False,
    } | changes


def agency(**changes: Any) -> Document:
    return {
        "name": "ag1",
        "is_listed": True,
        "evaluated_on": "2026-01-05",
        "contract_until": "2027-12-31",
        "agents_certified": True,
    } | changes


def attempt(document: Document, at: str, outcome: str, **changes: Any) -> Document:
    """A past act like the document's own, put on the record of the document."""
    act = document["act"]
    made = {
        "id": f"a{len(document['attempts'])}",
        "from": at,
        "until": at,
        "outcome": outcome,
    }
    made |= {word: act[word] for word in COPIED} | changes
    document["attempts"].append(made)
    return made


def hold(kind: str, begins: str, ends: str | None = None, **changes: Any) -> Document:
    return {
        "id": f"h-{kind}-{begins}",
        "kind": kind,
        "party": "b1",
        "loan": "",
        "blocks": ["contact", "visit"],
        "from": begins,
        "until": ends,
        "amount_minor": None,
    } | changes


def agreement(kind: str, begins: str, ends: str | None = None, **changes: Any) -> Document:
    return {
        "kind": kind,
        "channel": "call",
        "from": begins,
        "until": ends,
        "evidence": "letter-1",
    } | changes
