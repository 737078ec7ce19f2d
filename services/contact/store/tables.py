"""Contact's rows; the migrations hold their constraints and indexes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    """A registry of its own: other services have tables of the same names."""


def _instant(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class PartyRow(Row, table=True):
    __tablename__: ClassVar[str] = "party"
    party_id: str = Field(primary_key=True)
    tenant: str
    language: str = ""
    kind: str = ""
    time_zone: str = ""
    sequence: int = Field(default=-1, sa_type=BigInteger)
    subject_key: bytes | None = None
    name: bytes | None = None


class PointRow(Row, table=True):
    __tablename__: ClassVar[str] = "contact_point"
    party_id: str = Field(primary_key=True)
    point_id: str = Field(primary_key=True)
    kind: str
    value: bytes
    provenance: str
    is_verified: bool
    is_reserved: bool
    has_consent: bool
    ordinal: int
    is_current: bool = True
    failures: int = 0
    invalid_at: datetime | None = _instant(nullable=True)
    source: str = ""
    owner: str = "party"
    time_zone: str = ""
    verified_at: datetime | None = _instant(nullable=True)
    said_consent: bool | None = None
    reassigned_checked_on: date | None = None
    is_by_hand: bool = False
    is_normal: bool = True


class StandingRow(Row, table=True):
    __tablename__: ClassVar[str] = "standing"
    loan_id: str = Field(primary_key=True)
    tenant: str
    position_version: int = Field(sa_type=BigInteger)
    disposition: str
    episode: int
    closed_episode: int
    closing_reason: str
    currency: str
    overdue_minor: int = Field(sa_type=BigInteger)
    disputed_minor: int = Field(sa_type=BigInteger)
    balance_minor: int = Field(sa_type=BigInteger)
    minimum_due_minor: int = Field(sa_type=BigInteger)
    oldest_due_on: date | None
    as_of: date | None
    product: str
    changed_at: datetime = _instant()
    limitation_expires_on: date | None = None
    matter_version: int = Field(default=0, sa_type=BigInteger)
    arrangement: str = ""
    agreement_version: int = Field(default=0, sa_type=BigInteger)


class HoldRow(Row, table=True):
    __tablename__: ClassVar[str] = "hold"
    tenant: str = Field(primary_key=True)
    hold_id: str = Field(primary_key=True)
    kind: str
    loan_id: str | None = None
    party_id: str | None = None
    blocks: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    from_at: datetime = _instant()
    until_at: datetime | None = _instant(nullable=True)
    review_at: datetime | None = _instant(nullable=True)
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    has_no_estate: bool = False
    evidence: str
    placed_by: str
    placed_at: datetime = _instant()
    ended_by: str | None = None
    end_reason: str | None = None
    ended_at: datetime | None = _instant(nullable=True)
    variant: str = ""


class AttemptRow(Row, table=True):
    __tablename__: ClassVar[str] = "attempt"
    attempt_id: str = Field(primary_key=True)
    tenant: str
    key: str
    loan_id: str
    party_id: str
    debtor_id: str
    role: str
    channel: str
    direction: str
    purpose: str
    capacity: str
    agency: str = ""
    point_id: str
    template: str = ""
    notice: str = ""
    asks_circumstances: bool = False
    people: int | None = None
    enters: bool | None = None
    episode: int
    position_version: int = Field(sa_type=BigInteger)
    loan_ids: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    touches: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False)
    )
    status: str
    outcome: str = ""
    is_sending_fault: bool | None = None
    from_at: datetime = _instant()
    until_at: datetime = _instant()
    expires_wall_at: datetime | None = _instant(nullable=True)
    confirmed_at: datetime | None = _instant(nullable=True)


class VerdictRow(Row, table=True):
    __tablename__: ClassVar[str] = "verdict"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    tenant: str
    key: str
    loan_id: str
    party_id: str
    at: datetime = _instant()
    is_allowed: bool
    rule_id: str
    because: str
    rule_pack: str
    strength: str = ""
    next_allowed_at: datetime | None = _instant(nullable=True)
    episode: int = 0
    position_version: int = Field(default=0, sa_type=BigInteger)
    facts: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    findings: list[dict[str, object]] = Field(sa_column=Column(JSONB, nullable=False))


class EvidenceRow(Row, table=True):
    __tablename__: ClassVar[str] = "evidence"
    tenant: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    loan_id: str
    episode: int
    party_id: str
    channel: str
    notice: str
    asks_circumstances: bool
    status: str
    tried_at: datetime = _instant()
    delivered_at: datetime | None = _instant(nullable=True)
    proof: str = ""


class ReplyRow(Row, table=True):
    __tablename__: ClassVar[str] = "reply"
    tenant: str = Field(primary_key=True)
    reply_id: str = Field(primary_key=True)
    party_id: str
    loan_id: str
    channel: str
    kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    words: bytes | None = None
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    at: datetime = _instant()
