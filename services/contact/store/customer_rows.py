"""The rows of what a customer said, agreed to, needs and objects to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.contact.store.tables import Row


def _instant(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


class PointWordRow(Row, table=True):
    __tablename__: ClassVar[str] = "point_word"
    tenant: str = Field(primary_key=True)
    word_id: str = Field(primary_key=True)
    party_id: str
    point_id: str
    channel: str
    kind: str
    value: str
    evidence: str
    said_by: str
    at: datetime = _instant()


class AgreedRow(Row, table=True):
    __tablename__: ClassVar[str] = "agreed"
    tenant: str = Field(primary_key=True)
    agreed_id: str = Field(primary_key=True)
    party_id: str
    kind: str
    channel: str
    hours_from: str
    hours_until: str
    per_day_max: int | None = None
    language: str
    from_at: datetime = _instant()
    until_at: datetime | None = _instant(nullable=True)
    evidence: str
    agreed_by: str
    agreed_at: datetime = _instant()
    revoked_at: datetime | None = _instant(nullable=True)
    revoked_by: str | None = None
    revoke_reason: str | None = None


class VulnerabilityRow(Row, table=True):
    """Category and evidence lie under the person's key, and only if the person agreed to it;
    `raised_at` is when it was told that its review is due."""

    __tablename__: ClassVar[str] = "vulnerability"
    tenant: str = Field(primary_key=True)
    record_id: str = Field(primary_key=True)
    party_id: str
    category: bytes | None = None
    evidence: bytes | None = None
    may_keep: bool
    review_at: datetime = _instant()
    raised_at: datetime | None = _instant(nullable=True)
    reviewed_at: datetime | None = _instant(nullable=True)
    reviewed_by: str = ""
    treatment: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    recorded_by: str
    recorded_at: datetime = _instant()
    ended_at: datetime | None = _instant(nullable=True)
    ended_by: str | None = None
    end_reason: str | None = None


class ReachabilityRow(Row, table=True):
    __tablename__: ClassVar[str] = "reachability"
    party_id: str = Field(primary_key=True)
    tenant: str
    state: str
    failures: int
    because: str
    since: datetime | None = _instant(nullable=True)
    changed_at: datetime = _instant()


class GrievanceRow(Row, table=True):
    """`rule` names the version of the due date's rule; `extensions` what it may still be given;
    `further_holds` are those of later replies about the same; `is_taken_up`: a person saw to it;
    `raised_at` is when its being overdue was told."""

    __tablename__: ClassVar[str] = "grievance"
    tenant: str = Field(primary_key=True)
    grievance_id: str = Field(primary_key=True)
    kind: str
    party_id: str
    loan_id: str | None = None
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    owner: str
    opened_by: str
    reply_id: str
    evidence: str
    hold_id: str
    further_holds: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False)
    )
    rule: str
    extensions: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    due_on: date
    due_at: datetime = _instant()
    opened_at: datetime = _instant()
    outcome: str = ""
    answer_evidence: str = ""
    answered_by: str | None = None
    answered_at: datetime | None = _instant(nullable=True)
    is_taken_up: bool = False
    raised_at: datetime | None = _instant(nullable=True)


class ExtensionRow(Row, table=True):
    __tablename__: ClassVar[str] = "grievance_extension"
    tenant: str = Field(primary_key=True)
    extension_id: str = Field(primary_key=True)
    grievance_id: str
    days: int
    reason: str
    asked_by: str
    asked_at: datetime = _instant()
    is_approved: bool | None = None
    decided_by: str | None = None
    decided_at: datetime | None = _instant(nullable=True)
