"""Looking for somebody who cannot be reached any more, from lawful sources alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.contact.domain.points import Point, PointKind

# GB/T 45251-2025: three consecutive failed contacts make a debtor unreachable.
FAILURES_MAX = 3


class Source(StrEnum):
    """Where a new contact point may come from. Personal Information Protection Law arts. 13 and 28:
    each needs its own ground, which the evidence names."""

    CONTRACT = "contract"
    BANK_RECORDS = "bank_records"
    PUBLIC_REGISTRY = "public_registry"
    COURT = "court"
    THE_PERSON = "the_person"
    CONSENTED_THIRD_PARTY = "consented_third_party"


class TraceReason(StrEnum):
    NO_USABLE_PHONE = "no_usable_phone"
    REACHABILITY_LOST = "reachability_lost"


class TraceState(StrEnum):
    OPEN = "open"
    FOUND = "found"
    EXHAUSTED = "exhausted"


PROVENANCE = "trace/"


def provenance_of(source: Source) -> str:
    return f"{PROVENANCE}{source.value}"


def reason_to_trace(points: Iterable[Point]) -> TraceReason | None:
    """Whether a person must be looked for: no phone can be used, or each one failed three times in
    a row."""
    phones = [p for p in points if p.kind is PointKind.PHONE and not p.is_invalid]
    if not phones:
        return TraceReason.NO_USABLE_PHONE
    if all(phone.failures >= FAILURES_MAX for phone in phones):
        return TraceReason.REACHABILITY_LOST
    return None
