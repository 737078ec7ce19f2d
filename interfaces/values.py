"""The trade's words as closed sets, so that a misspelt stage or channel cannot exist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """What the ledger says of a loan as a whole."""

    CURRENT = "current"
    OVERDUE = "overdue"
    COVERED = "covered"
    CLOSED = "closed"
    SOLD = "sold"
    RECALLED = "recalled"
    WRITTEN_OFF = "written_off"


class Stage(StrEnum):
    """The rungs of the ladder, lowest first; their order is their definition order."""

    ASSESS = "assess"
    REMIND = "remind"
    FOLLOW_UP = "follow_up"
    WRITTEN_DEMAND = "written_demand"
    NEGOTIATE = "negotiate"
    FIELD_VISIT = "field_visit"
    LEGAL = "legal"

    @property
    def rung(self) -> int:
        """0 for assess up to 6 for legal."""
        return list(Stage).index(self)


class ClosingReason(StrEnum):
    """Why an episode ended."""

    CURED = "cured"
    PAID = "paid"
    SETTLED = "settled"
    ARRANGED = "arranged"
    WRITTEN_OFF = "written_off"
    SOLD = "sold"
    RECALLED = "recalled"
    DECEASED_WITHOUT_ESTATE = "deceased_without_estate"
    TIME_BARRED = "time_barred"
    ERROR = "error"


class Role(StrEnum):
    """How a party stands to a loan."""

    BORROWER = "borrower"
    CO_BORROWER = "co_borrower"
    GENERAL_GUARANTOR = "general_guarantor"
    JOINT_GUARANTOR = "joint_guarantor"
    LEGAL_REPRESENTATIVE = "legal_representative"
    CONTACT = "contact"
    HEIR = "heir"
    ATTORNEY = "attorney"
    ADVISER = "adviser"


LIABLE_ROLES = frozenset(
    {
        Role.BORROWER,
        Role.CO_BORROWER,
        Role.GENERAL_GUARANTOR,
        Role.JOINT_GUARANTOR,
        Role.LEGAL_REPRESENTATIVE,
    }
)


class PartyKind(StrEnum):
    PERSON = "person"
    SOLE_TRADER = "sole_trader"
    ENTERPRISE = "enterprise"


class Channel(StrEnum):
    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"


class Purpose(StrEnum):
    SERVICE = "service"
    REMINDER = "reminder"
    COLLECTION = "collection"
    STATUTORY_NOTICE = "statutory_notice"
    COURT_SERVICE = "court_service"
    LOCATE = "locate"
    REPLY = "reply"


class Capacity(StrEnum):
    CREDITOR = "creditor"
    AGENCY = "agency"
    DEBT_BUYER = "debt_buyer"


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class HoldKind(StrEnum):
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    HARDSHIP_REVIEW = "hardship_review"
    REPRESENTED = "represented"
    CEASE_REQUEST = "cease_request"
    VULNERABILITY = "vulnerability"
    INCAPACITY = "incapacity"
    BEREAVEMENT = "bereavement"
    DECEASED = "deceased"
    BANKRUPTCY = "bankruptcy"
    BREATHING_SPACE = "breathing_space"
    DISASTER = "disaster"
    BANK_PAUSE = "bank_pause"


class Block(StrEnum):
    """What a hold forbids while it lasts."""

    CONTACT = "contact"
    VISIT = "visit"
    LEGAL = "legal"
    AGENCY = "agency"
    INTEREST = "interest"
    FEES = "fees"


class NoticeStatus(StrEnum):
    """How far a notice came. `deemed` is derived from the day of sending, never reported."""

    ATTEMPTED = "attempted"
    UNDELIVERABLE = "undeliverable"
    SENT = "sent"
    DEEMED = "deemed"
    DELIVERED = "delivered"


class AgreementKind(StrEnum):
    PROMISE = "promise"
    PLAN = "plan"
    SETTLEMENT = "settlement"


class AgreementStatus(StrEnum):
    OFFERED = "offered"
    ACTIVE = "active"
    KEPT = "kept"
    BROKEN = "broken"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class VisitStatus(StrEnum):
    BOOKED = "booked"
    UNDER_WAY = "under_way"
    REPORTED = "reported"
    MISSED = "missed"
    CANCELLED = "cancelled"


class MatterStatus(StrEnum):
    """The milestones of a legal matter, in the order in which it may pass them."""

    AWAITING_APPROVAL = "awaiting_approval"
    REFUSED = "refused"
    OPEN = "open"
    FILED = "filed"
    ACCEPTED = "accepted"
    ORDERED = "ordered"
    ENFORCING = "enforcing"
    ENDED = "ended"


@dataclass(frozen=True)
class Money:
    """Integer minor units with their ISO 4217 currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.minor + other.minor, self.currency)
