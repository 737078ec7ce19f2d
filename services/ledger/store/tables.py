"""The tables as rows, for reading; the hot paths write whole batches in `loans` and `chains`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Row(SQLModel, registry=registry()):
    """A registry of its own: other services have tables of the same names."""


class LoanRow(Row, table=True):
    """A loan's position now, and what of it was last published under `version`."""

    __tablename__ = "loan"

    loan_id: str = Field(primary_key=True)
    tenant: str
    costs_minor: int
    interest_minor: int
    principal_minor: int
    suspense_minor: int
    journals: int
    judged_at: datetime = Field(sa_type=DateTime(timezone=True))
    grace_ends_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    version: int
    position: bytes
    published: bytes


class JournalRow(Row, table=True):
    __tablename__ = "journal"

    loan_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    tenant: str
    key: str
    kind: str
    fact_id: str
    effective_on: date
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    reverses: str | None


class EntryRow(Row, table=True):
    __tablename__ = "entry"

    loan_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    account: str = Field(primary_key=True)
    tenant: str
    currency: str
    amount_minor: int


class ChainRow(Row, table=True):
    """Where a loan's history ends."""

    __tablename__ = "chain"

    loan_id: str = Field(primary_key=True)
    tenant: str
    seq: int
    digest: bytes


class RecordRow(Row, table=True):
    __tablename__ = "record"

    loan_id: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    source: str
    version: int
    envelope: bytes
    value: bytes
    digest: bytes
