"""What may be said about a contact point, and where a point that somebody found may come from."""

from __future__ import annotations

from enum import StrEnum

from services.contact.domain.zones import is_zone


class WordKind(StrEnum):
    ADDED = "added"
    REVEALED = "revealed"
    VERIFIED = "verified"
    INVALID = "invalid"
    ZONE_SET = "zone_set"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    OPTED_OUT = "opted_out"
    OPTED_BACK_IN = "opted_back_in"
    REASSIGNMENT_CHECKED = "reassignment_checked"


OF_A_CHANNEL = frozenset({WordKind.OPTED_OUT, WordKind.OPTED_BACK_IN})


class Provenance(StrEnum):
    """Who gave the point, in the words that the law's facts use."""

    CONSUMER = "consumer"
    CREDITOR = "creditor"
    PRIOR_COLLECTOR = "prior_collector"
    CONTRACT = "contract"
    THIRD_PARTY = "third_party"


class Source(StrEnum):
    """The lawful sources of a skip trace; what is bought or scraped is none of them."""

    PUBLIC_REGISTER = "public_register"
    COURT_RECORD = "court_record"
    CREDIT_BUREAU = "credit_bureau"
    TELECOM_VERIFICATION = "telecom_verification"
    VOLUNTEERED = "volunteered"


class Owner(StrEnum):
    PARTY = "party"
    HOUSEHOLD = "household"
    EMPLOYER = "employer"
    OTHER = "other"


def source_problem(provenance: Provenance, source: Source | None) -> str:
    """What is wrong with where a point came from, or nothing."""
    if provenance is Provenance.THIRD_PARTY and source is None:
        return f"a point from a third party needs a lawful source: {', '.join(sorted(Source))}."
    if provenance is not Provenance.THIRD_PARTY and source is not None:
        return f"a source belongs to a point from a third party, not to {provenance.value}."
    return ""


def zone_problem(zone: str) -> str:
    return "" if not zone or is_zone(zone) else f"{zone[:60]!r} is no IANA time zone."


def masked(value: str) -> str:
    """Only its last two characters, and of a short one nothing."""
    shown = value[-2:] if len(value) > 6 else ""
    return "••••" + shown
