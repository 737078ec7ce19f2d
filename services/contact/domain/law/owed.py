"""Acts that the law owes by a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from interfaces.values import Capacity
from services.contact.domain.law.clocks import DAY, day_start
from services.contact.domain.law.facts import Facts, KnownLoan, KnownNotice, NoticeKind
from services.contact.domain.law.judgement import Article

_CYCLE = timedelta(days=31)


class Since(StrEnum):
    """What the days of a duty are counted from."""

    DUE_DAY = "due_day"
    FIRST_COMMUNICATION = "first_communication"
    TWO_MISSED = "two_missed"
    ASSIGNMENT = "assignment"
    AGENTS_CONTACT = "agents_contact"


@dataclass(frozen=True)
class DutyRule:
    """A notice owed so many days after something happened, and again every few months; given at
    the earliest `lead_days` before its date, where the pack says so."""

    article: Article
    notice: NoticeKind
    since: Since
    days: int = 0
    every_months: int = 0
    lead_days: int = 0


@dataclass(frozen=True)
class Duty:
    """`counts_from`: a notice given before did something else; none where any does it."""

    rule_id: str
    kind: NoticeKind
    loan: str
    party: str
    owed_by: datetime
    is_missed: bool
    lead_days: int = 0
    counts_from: datetime | None = None


def duties(rules: Iterable[DutyRule], facts: Facts, now: datetime) -> tuple[Duty, ...]:
    """The notices owed to the act's party about its loans and not given yet. A reminder before the
    due day is owed whether or not anything is overdue: it opens no case."""
    found = []
    for rule in rules:
        for loan in facts.known.loans:
            owed_by = _owed_by(rule, facts, loan, now)
            if owed_by is not None:
                found.append(
                    Duty(
                        rule.article.rule_id,
                        rule.notice,
                        loan.loan_id,
                        facts.act.party_id,
                        owed_by,
                        now > owed_by,
                        rule.lead_days or rule.days,
                        _counts_from(rule, facts, loan, now),
                    )
                )
    return tuple(sorted(found, key=lambda duty: (duty.owed_by, duty.rule_id, duty.loan)))


def _owed_by(rule: DutyRule, facts: Facts, loan: KnownLoan, now: datetime) -> datetime | None:
    begun_at = _since(rule, facts, loan, now)
    if begun_at is None:
        return None
    given = [each.sent_at for each in _given(rule, facts, loan)]
    if rule.since is Since.DUE_DAY:
        is_given = any(begun_at - _CYCLE <= sent < begun_at for sent in given)
        return None if is_given else begun_at
    given = [sent for sent in given if rule.every_months == 0 or sent >= begun_at]
    if not given:
        return begun_at + DAY * rule.days
    if rule.every_months == 0:
        return None
    return _months_later(max(given), rule.every_months)


def _counts_from(rule: DutyRule, facts: Facts, loan: KnownLoan, now: datetime) -> datetime | None:
    """What is owed again and again is owed of what has begun."""
    return _since(rule, facts, loan, now) if rule.every_months else None


def _since(rule: DutyRule, facts: Facts, loan: KnownLoan, now: datetime) -> datetime | None:
    match rule.since:
        case Since.DUE_DAY:
            return _first_start(facts, loan.next_due_on) if loan.next_due_on else None
        case Since.FIRST_COMMUNICATION:
            return loan.first_communication_at
        case Since.TWO_MISSED:
            missed = loan.payments_missed_two_on
            return _first_start(facts, missed + DAY) if missed else None
        case Since.ASSIGNMENT:
            return loan.assigned_at
        case Since.AGENTS_CONTACT:
            return facts.at if facts.act.capacity is Capacity.AGENCY else None


def _first_start(facts: Facts, day: date) -> datetime:
    """When a day begins for the party, in the first of the places where it may be."""
    return min(day_start(day, zone) for zone in facts.known.zones)


def _given(rule: DutyRule, facts: Facts, loan: KnownLoan) -> Iterator[KnownNotice]:
    for notice in facts.known.notices:
        is_same = notice.kind is rule.notice and notice.loan_id == loan.loan_id
        if is_same and notice.party_id == facts.act.party_id:
            yield notice


def _months_later(at: datetime, months: int) -> datetime:
    """The same day so many months later, or the last of a shorter month."""
    years, month = divmod(at.month - 1 + months, 12)
    first_of_next = date(at.year + years + month // 11, (month + 1) % 12 + 1, 1)
    last = (first_of_next - DAY).day
    return at.replace(year=at.year + years, month=month + 1, day=min(at.day, last))
