"""Acts owed by a date: what kinds there are, how far one has come, and how contact does it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from interfaces.values import Channel, Disposition, Purpose, Role


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


@dataclass(frozen=True)
class Doing:
    """How contact does an owed act itself: for which purpose, with which text, by which channels
    in turn, and of which loans it may speak. Without such a text a person does it."""

    purpose: Purpose
    template: str
    channels: tuple[Channel, ...]
    about: frozenset[Disposition]
    is_notice: bool = True


_ON_PAPER = (Channel.LETTER, Channel.EMAIL)
# The validation notice is the agency's own act, the return of data no touch at all.
DOING: Mapping[DutyKind, Doing] = {
    # It is no notice of arrears, and is never about a loan that is overdue.
    DutyKind.PRE_DUE: Doing(
        Purpose.REMINDER,
        "pre_due",
        (Channel.SMS, Channel.EMAIL, Channel.PUSH),
        frozenset({Disposition.CURRENT}),
        is_notice=False,
    ),
    DutyKind.ARREARS: Doing(
        Purpose.STATUTORY_NOTICE, "arrears_notice", _ON_PAPER, frozenset({Disposition.OVERDUE})
    ),
    DutyKind.ASSIGNMENT: Doing(
        Purpose.STATUTORY_NOTICE, "assignment_notice", _ON_PAPER, frozenset({Disposition.SOLD})
    ),
    DutyKind.AGENT_INTIMATION: Doing(
        Purpose.STATUTORY_NOTICE,
        "agent_intimation",
        _ON_PAPER,
        frozenset({Disposition.OVERDUE, Disposition.COVERED}),
    ),
}
# A notice of law speaks of one contract and is proof about that one alone; reminders of several
# loans are one message. More than so many are told in several.
SHARED = frozenset(kind for kind, doing in DOING.items() if not doing.is_notice)
TOGETHER_MAX = 20
# Who owes the instalments; guarantors are not reminded of what is another's to pay.
OWING_INSTALMENTS = frozenset({Role.BORROWER, Role.CO_BORROWER})
# What a person said against a channel, where time alone changes nothing about it.
_OWN_WORD, _NO_POINT = frozenset({"OPT-OUT", "BAN"}), "NO-POINT"
_DAY, _WEEK_DAYS = timedelta(days=1), 7
_MORNING, _SPREAD_SECONDS = timedelta(hours=9), 7_200


def state_of(
    owed_by: datetime, done_at: datetime | None, dropped_at: datetime | None, at: datetime
) -> DutyState:
    """How a duty stands at an instant; one that is due this very instant may still be done."""
    if done_at is not None and done_at <= at:
        return DutyState.DONE if done_at <= owed_by else DutyState.LATE
    if dropped_at is not None and dropped_at <= at:
        return DutyState.DROPPED
    return DutyState.MISSED if owed_by < at else DutyState.OWED


def planned_at(owed_by: datetime, lead_days: int, now: datetime, name: str) -> datetime:
    """When contact means to do it: in the morning so many days before, each name at an instant of
    its own, or at once. The gate judges the instant; this only keeps many from falling together."""
    if not lead_days:
        return now
    spread = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % _SPREAD_SECONDS
    morning = owed_by - _DAY * lead_days + _MORNING + timedelta(seconds=spread)
    return max(now, morning)


def tried_again_at(
    kind: DutyKind, owed_by: datetime, allowed: Collection[datetime], now: datetime, rounds: int
) -> datetime | None:
    """When to try again what every channel refused: at the first instant at which one is allowed,
    or days later; never, where a reminder would come after what it reminds of."""
    later = now + _DAY * min(rounds, _WEEK_DAYS)
    again = max(min(allowed, default=later), now + timedelta(minutes=1))
    return None if kind is DutyKind.PRE_DUE and again >= owed_by else again


def is_unwanted(purpose: Purpose, rule_ids: Collection[str]) -> bool:
    """Whether the person's own word stands against every channel by which it can be reached: then
    no reminder is owed. A statutory notice is owed all the same."""
    said = _OWN_WORD & set(rule_ids)
    return purpose is Purpose.REMINDER and bool(said) and set(rule_ids) <= said | {_NO_POINT}
