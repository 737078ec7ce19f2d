"""The white list: which agency may be given loans, and whether what it handed over is complete.

CN-AGENCY-1 (GB/T 45251-2025, CBA 2026): a published list, each agency evaluated at least once a
year and before its contract ends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from services.contact.domain.outcomes import REACHED, Outcome
from services.contact.domain.replies import OF_THE_PERSON_ALONE, ReplyKind

# CN-AGENCY-1: evaluated at least once a year.
EVALUATION_DAYS_MAX = 365


class EntryStatus(StrEnum):
    """`superseded` by a later approved entry; `delisted` by one person, at once."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    DELISTED = "delisted"


@dataclass(frozen=True)
class Listing:
    """An approved entry of the white list; `products` are the kinds of debt it may be given."""

    agency_id: str
    listed_from: date
    listed_until: date | None
    evaluated_on: date
    contract_until: date
    products: frozenset[str]
    has_certified_agents: bool


@dataclass(frozen=True)
class Refusal:
    """Why not: a stable word, a sentence, and what to do about it."""

    word: str
    because: str


def may_act(listing: Listing | None, on: date) -> Refusal | None:
    """Whether an agency may be given loans, and act on those it has, on a business day."""
    if listing is None:
        return Refusal("agency_not_listed", "it is not on the white list; propose and approve it")
    if on < listing.listed_from or (listing.listed_until is not None and on > listing.listed_until):
        period = f"from {listing.listed_from} to {listing.listed_until or 'further notice'}"
        return Refusal("agency_not_listed", f"it is listed {period}, and today is {on}")
    if on - listing.evaluated_on > timedelta(days=EVALUATION_DAYS_MAX):
        return Refusal(
            "agency_evaluation_is_old",
            f"it was last evaluated on {listing.evaluated_on}, more than {EVALUATION_DAYS_MAX} "
            "days ago; evaluate it and have the new entry approved",
        )
    if on > listing.contract_until:
        return Refusal("agency_contract_ended", f"its contract ended on {listing.contract_until}")
    return None


def may_be_given(listing: Listing | None, product: str, until: date, on: date) -> Refusal | None:
    """Whether a loan of a product may be placed until a day; the contract must not end before."""
    refusal = may_act(listing, on)
    if refusal is not None or listing is None:
        return refusal
    if until > listing.contract_until:
        return Refusal(
            "agency_contract_ends_first",
            f"its contract ends on {listing.contract_until}, before the placement does on {until}",
        )
    if listing.listed_until is not None and until > listing.listed_until:
        return Refusal(
            "agency_contract_ends_first",
            f"its listing ends on {listing.listed_until}, before the placement does on {until}",
        )
    if product not in listing.products:
        allowed = ", ".join(sorted(listing.products))
        return Refusal(
            "product_not_entrusted", f"it may be given {allowed}, and the loan is {product!r}"
        )
    return None


@dataclass(frozen=True)
class HandedOver:
    """One record of a batch: what the agency says of an act of its own."""

    act_id: str
    outcome: Outcome | None = None
    recording: str = ""


@dataclass(frozen=True)
class ActKept:
    """An act as the gate knows it; `is_call` asks for a recording once it connected."""

    act_id: str
    is_call: bool
    outcome: Outcome
    recording: str = ""


# A call is recorded once somebody answered it, whoever that was; of others nothing was said.
_ANSWERED = REACHED - {Outcome.DELIVERED}
_BY_THE_PERSON = frozenset({Outcome.DELIVERED, Outcome.RIGHT_PARTY, Outcome.EFFECTIVE})


def gaps(kept: Sequence[ActKept], records: Sequence[HandedOver]) -> dict[str, str]:
    """What is missing, by act: CN-REC-1, an agency hands over complete records."""
    given: Mapping[str, HandedOver] = {record.act_id: record for record in records}
    found = {act.act_id: _gap(act, given.get(act.act_id)) for act in kept}
    known = {act.act_id for act in kept}
    found |= {act_id: "no such act of the period is known" for act_id in given.keys() - known}
    return {act_id: gap for act_id, gap in sorted(found.items()) if gap}


def needs_recording(is_call: bool, outcome: Outcome) -> bool:
    return is_call and outcome in _ANSWERED


def may_have_heard(outcome: Outcome, kinds: Collection[ReplyKind]) -> bool:
    """Whether somebody can have said that in an act that turned out so: another person, or one
    whom nobody identified, gives no promise for the person meant."""
    is_theirs = not OF_THE_PERSON_ALONE.isdisjoint(kinds)
    return outcome in (_BY_THE_PERSON if is_theirs else REACHED)


def _gap(act: ActKept, record: HandedOver | None) -> str:
    if record is None:
        return "its record is missing"
    outcome = record.outcome or act.outcome
    if outcome is Outcome.SENT:
        return "how it turned out is missing"
    if needs_recording(act.is_call, outcome) and not (record.recording or act.recording):
        return "it connected, and its recording is missing"
    return ""
