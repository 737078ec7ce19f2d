"""What operations teams see of a case in the Temporal UI: search attributes and a details page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from interfaces import case
from interfaces.values import AgreementStatus, Block, Stage
from workflows.acts import Close, Decision, MoveOpenMatter, OpenMatterAgainst, Wait
from workflows.state import CaseState
from workflows.strategy import blocking, holds

MINOR_PER_MAJOR = 100
QUEUE_OF = {Stage.FIELD_VISIT: "field", Stage.LEGAL: "legal"}


@dataclass(frozen=True)
class Shown:
    """What lists filter on; no personal data."""

    stage: str
    queue: str
    balance_minor: int
    delinquent_since: datetime | None
    next_action_on: datetime | None
    promise_due_at: datetime | None
    flags: tuple[str, ...]
    closing_reason: str


def shown(state: CaseState, decision: Decision) -> Shown:
    oldest = state.position.oldest_due_on
    agreement = state.facts.agreement
    is_active = agreement is not None and agreement.status is AgreementStatus.ACTIVE
    return Shown(
        stage="closed" if isinstance(decision, Close) else state.reached,
        queue=_queue(state, decision),
        balance_minor=state.position.balance_minor,
        delinquent_since=datetime.combine(oldest, time(), tzinfo=UTC) if oldest else None,
        next_action_on=_day(decision.until) if isinstance(decision, Wait) else None,
        promise_due_at=agreement.judge_at if agreement and is_active else None,
        flags=tuple(sorted({hold.kind for hold in holds(state)})),
        closing_reason=decision.reason if isinstance(decision, Close) else "",
    )


def _day(instant: datetime) -> datetime:
    """The day of the next action: an exact instant would cost an event at every wait."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def _queue(state: CaseState, decision: Decision) -> str:
    if isinstance(decision, Close):
        return "closed"
    is_paused = state.paused_until is not None and state.paused_until > state.now
    if is_paused or blocking(state, state.now, Block.CONTACT, None):
        return "hold"
    if isinstance(decision, OpenMatterAgainst | MoveOpenMatter):
        return "legal"
    return QUEUE_OF.get(state.reached, "robot")


def attributes(shown: Shown) -> list[SearchAttributeUpdate[Any]]:
    pairs: list[SearchAttributeUpdate[Any]] = [
        case.CASE_STAGE.value_set(shown.stage),
        case.CASE_QUEUE.value_set(shown.queue),
        case.BALANCE.value_set(float(Decimal(shown.balance_minor) / MINOR_PER_MAJOR)),
        case.CASE_FLAGS.value_set(list(shown.flags)),
        _or_unset(case.DELINQUENT_SINCE, shown.delinquent_since),
        _or_unset(case.NEXT_ACTION_AT, shown.next_action_on),
        _or_unset(case.PROMISE_DUE_AT, shown.promise_due_at),
    ]
    if shown.closing_reason:
        pairs.append(case.CLOSING_REASON.value_set(shown.closing_reason))
    return pairs


def _or_unset(
    key: SearchAttributeKey[datetime], value: datetime | None
) -> SearchAttributeUpdate[datetime]:
    return key.value_unset() if value is None else key.value_set(value)


def details(state: CaseState, decision: Decision) -> str:
    """The case page in Markdown: where the case stands, why, and what a person can do now."""
    position = state.position
    rows = [
        ("Stage", f"{state.reached} since {_instant(state.stage_since)}"),
        ("Next", _next(decision)),
        ("Case time", _instant(state.now)),
        ("Overdue", f"{_amount(position.overdue.total_minor)} {position.currency}"),
        ("Balance", f"{_amount(position.balance_minor)} {position.currency}"),
        ("Oldest unpaid due date", str(position.oldest_due_on or "none")),
        ("Agreement", _agreement(state)),
        ("Legal matter", state.facts.matter.status if state.facts.matter else "none"),
        ("Holds", ", ".join(sorted({hold.kind for hold in holds(state)})) or "none"),
        ("Strategy", f"{state.strategy.strategy_id} version {state.strategy.version}"),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return (
        f"**Loan {state.loan_id}, episode {state.episode}**\n\n| | |\n|---|---|\n{table}\n\n"
        "Updates: `pause_case {until, reason, by}`, `resume_case {reason, by}`, "
        "`close_case {reason, by}`"
    )


def _next(decision: Decision) -> str:
    if isinstance(decision, Wait):
        return f"{decision.because}, at {_instant(decision.until)}"
    if isinstance(decision, Close):
        return f"closed as {decision.reason}: {decision.because}"
    return type(decision).__name__


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _amount(minor: int) -> str:
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // MINOR_PER_MAJOR}.{abs(minor) % MINOR_PER_MAJOR:02d}"


def _agreement(state: CaseState) -> str:
    agreement = state.facts.agreement
    return f"{agreement.kind}, {agreement.status}" if agreement else "none"
