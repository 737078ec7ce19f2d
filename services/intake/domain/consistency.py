"""What a fact must agree with in itself, before anything else is known of its loan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from datetime import timedelta
from itertools import pairwise
from typing import Any

from services.intake.domain.facts import (
    Fact,
    Instalment,
    Person,
    Point,
    Refusal,
    Registration,
    Snapshot,
    TakeOver,
)

# Banks count days past due by statement cycles or from after grace; a month either way is theirs.
DAYS_PAST_DUE_LEEWAY = 31
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,28}[0-9]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


def inconsistency(fact: Fact, products: Collection[str]) -> Refusal | None:
    """The first contradiction within a fact, if any; `products` are the tenant's."""
    content = fact.content
    if isinstance(content, Registration):
        return _of_registration(content, products)
    check = _CHECKS.get(type(content))
    return check(content) if check is not None else None


def person_inconsistency(person: Person, zones: Collection[str]) -> Refusal | None:
    """The first contradiction within a person's data; reasons never repeat the data."""
    if person.time_zone and person.time_zone not in zones:
        return _refusal(
            "unknown_time_zone",
            "The person's time_zone is not an IANA zone such as Asia/Shanghai; correct it, or "
            "leave it empty if it is not known.",
        )
    repeated = _repeated([point.point_ref for point in person.points])
    if repeated:
        return _refusal("repeated_point", "Two contact points have the same point_ref.")
    for number, point in enumerate(person.points):
        if not _is_plausible(point):
            return _refusal(
                "implausible_point",
                f"Contact point {number} is not a plausible {point.kind} value; correct it.",
            )
    return None


def _of_registration(content: Registration, products: Collection[str]) -> Refusal | None:
    if content.product not in products:
        return _refusal(
            "unknown_product",
            f"The product {content.product} is not configured for this tenant (known: "
            f"{', '.join(sorted(products))}); correct it, or configure it and replay.",
        )
    if not any(party.role == "borrower" for party in content.parties):
        return _refusal("no_borrower", "No party has the role borrower; add the borrower.")
    if _repeated(content.parties):
        return _refusal("repeated_party", "A party is listed twice in the same role.")
    return None


def _of_snapshot(content: Snapshot) -> Refusal | None:
    if content.oldest_due_on is None:
        if content.overdue_minor or content.days_past_due:
            return _refusal(
                "overdue_without_date",
                f"The snapshot says {content.overdue_minor} overdue, {content.days_past_due} days "
                "past due, but names no oldest_unpaid_due_on; add it.",
            )
        return None
    age = (content.as_of - content.oldest_due_on).days
    if age < 0:
        return _refusal(
            "due_after_snapshot",
            f"oldest_unpaid_due_on {content.oldest_due_on} lies after as_of {content.as_of}.",
        )
    if abs(content.days_past_due - age) > DAYS_PAST_DUE_LEEWAY + content.grace_days:
        return _refusal(
            "days_past_due_differ",
            f"days_past_due is {content.days_past_due}, but from oldest_unpaid_due_on "
            f"{content.oldest_due_on} to as_of {content.as_of} it is {age} days.",
        )
    if content.overdue_principal_minor > max(content.balance_minor, 0):
        return _refusal(
            "overdue_above_balance",
            f"overdue_principal_minor {content.overdue_principal_minor} exceeds the balance "
            f"{content.balance_minor}.",
        )
    return None


def _of_instalment(content: Instalment) -> Refusal | None:
    if content.amount_minor == 0:
        return _refusal("nothing_due", "The instalment's amounts are all zero; send what is due.")
    return None


def _of_take_over(content: TakeOver) -> Refusal | None:
    if any(delivered is not None and delivered < sent for sent, delivered in content.notices):
        return _refusal("delivered_before_sent", "A notice was delivered before it was sent.")
    if content.matter_opened_on is not None and content.matter_opened_on > content.on:
        return _refusal(
            "matter_after_take_over",
            f"The matter was opened on {content.matter_opened_on}, after the loan was taken over "
            f"on {content.on}.",
        )
    return _of_agreement(content)


def _of_agreement(content: TakeOver) -> Refusal | None:
    agreement = content.agreement
    if agreement is None:
        return None
    total = sum(amount for _, amount in agreement.instalments)
    if total != agreement.total_minor or agreement.paid_minor > agreement.total_minor:
        return _refusal(
            "agreement_does_not_add_up",
            f"The instalments add up to {total} and {agreement.paid_minor} is paid, of a total of "
            f"{agreement.total_minor}.",
        )
    steps = pairwise(due_on for due_on, _ in agreement.instalments)
    if any(later - earlier < timedelta(days=0) for earlier, later in steps):
        return _refusal(
            "instalments_out_of_order", "The agreement's instalments are not in order of due_on."
        )
    return None


def _is_plausible(point: Point) -> bool:
    if point.kind == "phone":
        return _PHONE.fullmatch(point.value) is not None
    if point.kind == "email":
        return _EMAIL.fullmatch(point.value) is not None
    return bool(point.value.strip())


def _repeated(items: Collection[object]) -> bool:
    return any(count > 1 for count in Counter(items).values())


def _refusal(code: str, reason: str) -> Refusal:
    return Refusal(f"intake/{code}", reason)


_CHECKS: dict[type, Callable[[Any], Refusal | None]] = {
    Snapshot: _of_snapshot,
    Instalment: _of_instalment,
    TakeOver: _of_take_over,
}
