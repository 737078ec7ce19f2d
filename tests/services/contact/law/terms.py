"""The words of the law, as the sets of values that stand for them in a facts document."""

from __future__ import annotations

from tests.services.contact.law.clocks import Document

# Asking for money; a reminder of a debt asks for it too.
ASKS_FOR_MONEY = ("collection", "reminder")
# Everything a collector does of his own accord to get the money, looking for the debtor included.
COLLECTS = (*ASKS_FOR_MONEY, "locate")
OWES = (
    "borrower",
    "co_borrower",
    "general_guarantor",
    "joint_guarantor",
    "legal_representative",
)
SOMEBODY_ANSWERED = ("connected", "third_party", "right_party", "effective")
NEVER_ANSWERED = ("busy", "out_of_service", "no_answer")
NEVER_REACHED_THE_NUMBER = ("busy", "out_of_service")


def is_outbound(thing: Document) -> bool:
    return bool(thing.get("direction", "outbound") == "outbound")


def asks_for_money(document: Document) -> bool:
    act = document["act"]
    return is_outbound(act) and act["purpose"] in ASKS_FOR_MONEY


def collects(document: Document) -> bool:
    act = document["act"]
    return is_outbound(act) and act["purpose"] in COLLECTS


def is_third_party(document: Document) -> bool:
    return bool(document["act"]["role"] == "contact")


def is_to_the_debtor(document: Document) -> bool:
    act = document["act"]
    return act["role"] in OWES and act["party"] == act["debtor"]


def shares_a_loan(one: Document, other: Document) -> bool:
    return any(loan in other["loans"] for loan in one["loans"])
