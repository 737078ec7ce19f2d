"""Acts owed by a date: what kinds there are, and how far one has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class DutyKind(StrEnum):
    """Those that a notice does are named like the notice."""

    PRE_DUE = "pre_due"
    VALIDATION = "validation"
    ARREARS = "arrears"
    ASSIGNMENT = "assignment"
    AGENT_INTIMATION = "agent_intimation"
    DATA_RETURN = "data_return"


class DutyState(StrEnum):
    """`late` was done, but after its date."""

    OWED = "owed"
    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    DROPPED = "dropped"


DONE_BY_NOTICE = frozenset(DutyKind) - {DutyKind.DATA_RETURN}


def state_of(
    owed_by: datetime, done_at: datetime | None, dropped_at: datetime | None, at: datetime
) -> DutyState:
    """How a duty stands at an instant; one that is due this very instant may still be done."""
    if done_at is not None and done_at <= at:
        return DutyState.DONE if done_at <= owed_by else DutyState.LATE
    if dropped_at is not None and dropped_at <= at:
        return DutyState.DROPPED
    return DutyState.MISSED if owed_by < at else DutyState.OWED
