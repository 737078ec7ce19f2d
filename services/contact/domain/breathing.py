"""Breathing spaces: how long each kind lasts, what ends it, and how often it may be had.

SI 2020/1311: a standard one lasts at most 60 days and is had once in 12 months; one for a
mental-health crisis lasts for the treatment and 30 days more. CONC 7.3.11R: an adviser who builds a
plan is given 30 days, which may be extended.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from interfaces.values import HoldKind

STANDARD_MAX = timedelta(days=60)
AFTER_CRISIS = timedelta(days=30)
ADVISER_FIRST = timedelta(days=30)


class Variant(StrEnum):
    STANDARD = ""
    CRISIS = "mental_health_crisis"
    DEBT_ADVISER = "debt_adviser"


def problem(kind: HoldKind, variant: Variant, from_at: datetime, until_at: datetime | None) -> str:
    """What is wrong with it and what to do, or nothing."""
    if kind is not HoldKind.BREATHING_SPACE:
        return f"the variant {variant.value} belongs to a breathing_space." if variant else ""
    if variant is Variant.STANDARD and until_at is not None and until_at - from_at > STANDARD_MAX:
        return f"a standard breathing space lasts at most {STANDARD_MAX.days} days."
    if variant is Variant.CRISIS and until_at is not None:
        return "a mental-health crisis has no end yet; end the hold when the treatment ends."
    return ""


def default_end(kind: HoldKind, variant: Variant, from_at: datetime) -> datetime | None:
    """When it ends by itself if nobody says otherwise."""
    if kind is not HoldKind.BREATHING_SPACE or variant is Variant.CRISIS:
        return None
    return from_at + (STANDARD_MAX if variant is Variant.STANDARD else ADVISER_FIRST)


def default_review(variant: Variant, from_at: datetime) -> datetime | None:
    """A crisis and an adviser's time are looked at after a month; a standard one ends by itself."""
    return from_at + ADVISER_FIRST if variant else None


def ends_at(variant: Variant, at: datetime) -> datetime:
    """The instant at which a hold that is ended at `at` stops to block."""
    return at + AFTER_CRISIS if variant is Variant.CRISIS else at


def is_too_soon(earlier: Iterable[datetime], from_at: datetime) -> bool:
    """Whether a standard one began within 12 months before or after this one's beginning."""
    return any(
        min(start, from_at) + _months_12(min(start, from_at)) > max(start, from_at)
        for start in earlier
    )


def _months_12(start: datetime) -> timedelta:
    """A 29 February comes back on 1 March."""
    try:
        return start.replace(year=start.year + 1) - start
    except ValueError:
        return start.replace(year=start.year + 1, month=3, day=1) - start
