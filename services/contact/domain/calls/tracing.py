"""Looking for somebody who cannot be reached any more, from lawful sources alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.contact.domain import words
from services.contact.domain.points import Point, PointKind
from services.contact.domain.words import Provenance


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


# How each source is kept with the point, in the words that the law's facts use.
ORIGIN: dict[Source, tuple[Provenance, words.Source | None]] = {
    Source.CONTRACT: (Provenance.CONTRACT, None),
    Source.BANK_RECORDS: (Provenance.CREDITOR, None),
    Source.PUBLIC_REGISTRY: (Provenance.THIRD_PARTY, words.Source.PUBLIC_REGISTER),
    Source.COURT: (Provenance.THIRD_PARTY, words.Source.COURT_RECORD),
    Source.THE_PERSON: (Provenance.CONSUMER, None),
    Source.CONSENTED_THIRD_PARTY: (Provenance.THIRD_PARTY, words.Source.VOLUNTEERED),
}


def reason_to_trace(points: Iterable[Point], *, is_lost: bool) -> TraceReason | None:
    """Whether a person must be looked for: no phone can be used, or too many tries in a row did not
    reach them."""
    if not any(p.kind is PointKind.PHONE and not p.is_invalid for p in points):
        return TraceReason.NO_USABLE_PHONE
    return TraceReason.REACHABILITY_LOST if is_lost else None
