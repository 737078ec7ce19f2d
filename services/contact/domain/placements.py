"""A loan placed with an agency: one state table, and what ends a placement before its time.

CN-PIPL-1 (PIPL art. 21): purpose, period, method and kinds of data are fixed beforehand, nothing
is entrusted further, and the data are returned or deleted at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from interfaces.facts import HoldInterval
from interfaces.values import Block, Capacity, Disposition, HoldKind, Purpose
from services.contact.domain.holds import Span, stopping
from services.contact.domain.standing import Standing


class PlacementStatus(StrEnum):
    """Only `active` lets the agency act. `recall_requested` and `expired` wait for the receipt
    that its data were returned or deleted."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    RECALL_REQUESTED = "recall_requested"
    RECALLED = "recalled"
    EXPIRED = "expired"
    ENDED = "ended"


class Step(StrEnum):
    """What may happen to a placement."""

    APPROVE = "approve"
    DECLINE = "decline"
    RECALL = "recall"
    EXPIRE = "expire"
    RECEIPT = "receipt"


class RecallCause(StrEnum):
    PAYMENT = "payment"
    LOAN_ENDED = "loan_ended"
    HOLD = "hold"
    DISPUTE = "dispute"
    AGENCY = "agency"
    PERSON = "person"


class CommissionKind(StrEnum):
    """CN-CARD-66 (art. 66): pay must not rest on the amount recovered alone."""

    RECOVERY_ONLY = "recovery_only"
    FIXED = "fixed"
    MIXED = "mixed"


class DataKind(StrEnum):
    """What the agency was handed of the people concerned."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    AMOUNTS = "amounts"
    CONTACT_HISTORY = "contact_history"


class DataManner(StrEnum):
    RETURNED = "returned"
    DELETED = "deleted"


_S = PlacementStatus
# A proposal that comes to nothing handed nothing over, so it owes no receipt.
TRANSITIONS: dict[tuple[PlacementStatus, Step], PlacementStatus] = {
    (_S.PROPOSED, Step.APPROVE): _S.ACTIVE,
    (_S.PROPOSED, Step.DECLINE): _S.ENDED,
    (_S.PROPOSED, Step.RECALL): _S.ENDED,
    (_S.PROPOSED, Step.EXPIRE): _S.ENDED,
    (_S.ACTIVE, Step.RECALL): _S.RECALL_REQUESTED,
    (_S.ACTIVE, Step.EXPIRE): _S.EXPIRED,
    (_S.RECALL_REQUESTED, Step.RECEIPT): _S.RECALLED,
    (_S.EXPIRED, Step.RECEIPT): _S.ENDED,
}
OPEN = frozenset({_S.PROPOSED, _S.ACTIVE})
OWING_DATA = frozenset({_S.RECALL_REQUESTED, _S.EXPIRED})
ENTRUSTABLE = frozenset({Purpose.REMINDER, Purpose.COLLECTION, Purpose.LOCATE})
_PAID = frozenset({Disposition.CURRENT, Disposition.COVERED})
_CURED = frozenset({"cured", "paid", "settled"})


def step(status: PlacementStatus, taken: Step) -> PlacementStatus | None:
    """The next status; None if the step is not possible from here."""
    return TRANSITIONS.get((status, taken))


@dataclass(frozen=True)
class Recall:
    """Why a placement must end."""

    cause: RecallCause
    because: str


def recall_of(
    standing: Standing, holds: Collection[HoldInterval], liable: Collection[str], at: datetime
) -> Recall | None:
    """What calls a loan back at an instant: payment, its ending, a dispute, or a hold that leaves
    nobody liable to be asked. A hold of one party never stops lawful acts toward another."""
    if standing.is_stopped:
        cause = RecallCause.PAYMENT if _is_paid(standing) else RecallCause.LOAN_ENDED
        return Recall(cause, standing.because)
    lasting = [hold for hold in holds if Span(hold.from_at, hold.until_at).covers(at)]
    disputes = [hold for hold in lasting if hold.kind is HoldKind.DISPUTE]
    if disputes:
        return Recall(RecallCause.DISPUTE, f"hold {disputes[0].hold_id} is a dispute")
    blocking = _blocking(lasting)
    held = {hold.party_id or "" for hold in blocking}
    if "" in held or (liable and held >= set(liable)):
        return Recall(RecallCause.HOLD, f"hold {blocking[0].hold_id} forbids contact")
    return None


def is_kept_away(
    holds: Collection[HoldInterval], party_id: str, from_at: datetime, until_at: datetime
) -> bool:
    """Whether a hold keeps agencies from a party at some instant of a stretch. What keeps everyone
    away is the gate's to say."""
    return any(
        Block.AGENCY in hold.blocks
        and (not hold.party_id or hold.party_id == party_id)
        and hold.from_at <= until_at
        and (hold.until_at is None or from_at < hold.until_at)
        for hold in holds
    )


def next_look(holds: Iterable[HoldInterval], until_at: datetime, at: datetime) -> datetime:
    """The next instant at which time alone may end a placement: its expiry, or a hold's start."""
    starts = [hold.from_at for hold in holds if at < hold.from_at < until_at]
    return min([until_at, *starts])


def bars_creditor(*, bank_keeps_contact: bool, capacity: Capacity, purpose: Purpose) -> bool:
    """Whether an active placement keeps the bank's own collectors away meanwhile; what the bank
    must say by law, or answers, it always may."""
    is_own = capacity is not Capacity.AGENCY and purpose in ENTRUSTABLE
    return is_own and not bank_keeps_contact


def _is_paid(standing: Standing) -> bool:
    is_cured = standing.disposition is Disposition.OVERDUE and standing.closing_reason in _CURED
    return standing.disposition in _PAID or is_cured


def _blocking(holds: Collection[HoldInterval]) -> list[HoldInterval]:
    blocked = (Block.CONTACT, Block.AGENCY)
    return [each for block in blocked for each in stopping(holds, block, Purpose.COLLECTION)]
