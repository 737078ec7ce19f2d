"""What waits for a person at the desk, how urgent it is, and by when somebody should look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import Understanding
from services.contact.domain.understanding.lexicon import Topic

LEASE_MAX = timedelta(hours=8)
# Below this a label is acted on, and a person looks whether it was right.
SURE_PERCENT = 70
_OPENING = time(9, 0)
# Why a person does what would have been written.
UNREADABLE = "what is kept of the party cannot be read"


class TaskKind(StrEnum):
    SELF_HARM = "self_harm"
    BEREAVEMENT = "bereavement"
    UNKNOWN_SENDER = "unknown_sender"
    CALLBACK = "callback"
    PROMISE = "promise"
    QUESTION = "question"
    CALL_UNREPORTED = "call_unreported"
    GRIEVANCE_OVERDUE = "grievance_overdue"
    REVIEW_DUE = "review_due"
    OWED_ACT = "owed_act"
    UNCLEAR = "unclear"
    ABUSE = "abuse"


@dataclass(frozen=True)
class Urgency:
    """Priority 1 comes first; `within` is how soon somebody should look."""

    priority: int
    within: timedelta


URGENCY: dict[TaskKind, Urgency] = {
    TaskKind.SELF_HARM: Urgency(1, timedelta(minutes=15)),
    TaskKind.BEREAVEMENT: Urgency(2, timedelta(hours=4)),
    TaskKind.UNKNOWN_SENDER: Urgency(3, timedelta(hours=8)),
    TaskKind.CALLBACK: Urgency(4, timedelta(hours=4)),
    TaskKind.PROMISE: Urgency(5, timedelta(hours=8)),
    TaskKind.QUESTION: Urgency(5, timedelta(hours=8)),
    TaskKind.CALL_UNREPORTED: Urgency(5, timedelta(hours=8)),
    TaskKind.GRIEVANCE_OVERDUE: Urgency(3, timedelta(hours=4)),
    TaskKind.REVIEW_DUE: Urgency(5, timedelta(hours=24)),
    TaskKind.OWED_ACT: Urgency(5, timedelta(hours=24)),
    TaskKind.UNCLEAR: Urgency(6, timedelta(hours=24)),
    TaskKind.ABUSE: Urgency(7, timedelta(hours=72)),
}
# Somebody in danger or in mourning hears a person first, whatever else was asked.
PERSON_FIRST = frozenset({TaskKind.SELF_HARM, TaskKind.BEREAVEMENT})
_ALWAYS = {
    ReplyKind.SELF_HARM: TaskKind.SELF_HARM,
    ReplyKind.BEREAVEMENT: TaskKind.BEREAVEMENT,
    ReplyKind.CALLBACK: TaskKind.CALLBACK,
}
_UNREAD = {ReplyKind.UNCLEAR: TaskKind.UNCLEAR, ReplyKind.ABUSE: TaskKind.ABUSE}


def tasks_for(
    said: Understanding,
    *,
    is_by_person: bool,
    unanswered: Collection[Topic],
    asks_promise: bool = False,
) -> tuple[TaskKind, ...]:
    """What a reply leaves for people. A person who said what it is has read it already: then only
    what must be done remains. A person in danger or in mourning is never handled by halves, nor is
    who may be in danger; whom word lists take for a stranger, a person looks at too.
    `asks_promise`: a promise was given that cannot be taken as it is."""
    kinds = set(said.kinds)
    wanted = {_ALWAYS[kind] for kind in kinds if kind in _ALWAYS}
    wanted |= {TaskKind.PROMISE} if asks_promise else set()
    if not is_by_person:
        wanted |= {_UNREAD[kind] for kind in kinds if kind in _UNREAD}
        wanted |= {TaskKind.QUESTION for _ in unanswered}
        is_sure = all(each.confidence_percent >= SURE_PERCENT for each in said.labels)
        if not (is_sure and said.is_whole) or ReplyKind.WRONG_PERSON in kinds:
            wanted.add(TaskKind.UNCLEAR)
        if said.is_alarming:
            wanted = wanted - {TaskKind.UNCLEAR} | {TaskKind.SELF_HARM}
    return tuple(kind for kind in TaskKind if kind in wanted)


def due_at(kind: TaskKind, now: datetime, wished_at: datetime | None) -> datetime:
    """A call back is due when it was asked for."""
    if kind is TaskKind.CALLBACK and wished_at is not None:
        return wished_at
    return now + URGENCY[kind].within


def wished_at(said: Understanding, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The next instant that fits what was asked; none if neither a day nor an hour was said."""
    if said.wished is None or said.wished == type(said.wished)(None, None):
        return None
    local = now.astimezone(zone)
    on: date = said.wished.on or local.date()
    wish = datetime.combine(on, said.wished.hour or _OPENING, zone)
    return wish + timedelta(days=1) if wish <= local and said.wished.on is None else wish
