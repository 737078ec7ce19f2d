"""The name, ids, signals, updates and search attributes of the one workflow per overdue loan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from temporalio.common import SearchAttributeKey

from interfaces.clock import ClockReading

WORKFLOW_TYPE = "LoanCase"
TASK_QUEUE = "case"

POSITION_CHANGED = "position_changed"
HOLDS_CHANGED = "holds_changed"
CONTACT_PROGRESSED = "contact_progressed"
AGREEMENT_CHANGED = "agreement_changed"
VISIT_CHANGED = "visit_changed"
MATTER_CHANGED = "matter_changed"
CLOCK_CHANGED = "clock_changed"

PAUSE_CASE = "pause_case"
RESUME_CASE = "resume_case"
CLOSE_CASE = "close_case"

CASE_STAGE = SearchAttributeKey.for_keyword("CaseStage")
CASE_QUEUE = SearchAttributeKey.for_keyword("CaseQueue")
BUCKET = SearchAttributeKey.for_keyword("Bucket")
TENANT = SearchAttributeKey.for_keyword("Tenant")
PRODUCT = SearchAttributeKey.for_keyword("Product")
CLOSING_REASON = SearchAttributeKey.for_keyword("ClosingReason")
DELINQUENT_SINCE = SearchAttributeKey.for_datetime("DelinquentSince")
NEXT_ACTION_AT = SearchAttributeKey.for_datetime("NextActionAt")
PROMISE_DUE_AT = SearchAttributeKey.for_datetime("PromiseDueAt")
BALANCE = SearchAttributeKey.for_float("Balance")
CASE_FLAGS = SearchAttributeKey.for_keyword_list("CaseFlags")


def workflow_id(tenant: str, loan_id: str) -> str:
    """The id under which a loan's case runs; both parts are opaque and free of personal data."""
    return f"case-{tenant}-{loan_id}"


@dataclass(frozen=True)
class CaseStart:
    """The input of a run. `carried` is the state a run hands to its continuation."""

    tenant: str
    loan_id: str
    clock: ClockReading
    carried: dict[str, object] | None = None


@dataclass(frozen=True)
class PauseCase:
    """A person's wish that nothing be done before `until`; the reason goes into the history."""

    until: datetime
    reason: str
    by: str


@dataclass(frozen=True)
class ResumeCase:
    reason: str
    by: str


@dataclass(frozen=True)
class CloseCase:
    """A person's order to close a case that should never have been opened."""

    reason: str
    by: str


@dataclass(frozen=True)
class CaseOutcome:
    """What a finished run returns; `reason` is empty for a run that found the episode claimed."""

    episode: int
    reason: str
    furthest_stage: str
