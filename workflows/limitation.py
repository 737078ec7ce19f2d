"""When the claim becomes time-barred, as far as the case itself can know.

Civil Code arts. 188, 189: three years (the product's years) from the last instalment's due date;
arts. 194, 195 and Interpretation 2008-11: a demand that arrived, a promise or a part payment
starts it anew."""

from __future__ import annotations

from datetime import date, datetime

from interfaces.values import AgreementStatus, NoticeStatus
from workflows.state import CaseState

INTERRUPTING = (AgreementStatus.ACTIVE, AgreementStatus.KEPT, AgreementStatus.BROKEN)
LEAP_DAY = (2, 29)


def limitation_expires_on(state: CaseState) -> date | None:
    """The last day on which the claim may be brought; None when nothing is overdue."""
    position = state.position
    start = position.last_instalment_due_on or position.oldest_due_on
    if start is None:
        return None
    latest = max([start, *_interruptions(state)])
    own = _years_after(latest, state.strategy.limitation_years)
    # Legal hears of part payments too, and tells with the matter what they restarted.
    told = state.facts.matter.limitation_expires_on if state.facts.matter else None
    return own if told is None else max(own, told)


def _interruptions(state: CaseState) -> list[date]:
    local = state.calendar.local_date
    instants: list[datetime] = []
    taken_over = state.position.taken_over
    days = [] if taken_over is None else [taken_over.limitation_restarted_on]
    for notice in state.facts.contact.notices if state.facts.contact else ():
        if notice.status is NoticeStatus.DELIVERED and notice.delivered_at:
            instants.append(notice.delivered_at)
    agreement = state.facts.agreement
    if agreement is not None and agreement.status in INTERRUPTING:
        instants.append(agreement.at)
    return [day for day in days if day is not None] + [local(instant) for instant in instants]


def _years_after(day: date, years: int) -> date:
    if (day.month, day.day) == LEAP_DAY:
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)
