"""The kinds of rules that a pack may state, each built from the pack's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any

from interfaces.values import Channel, Direction, HoldKind
from services.contact.domain.law.conduct import (
    CertifiedAgents,
    ConsentToEnter,
    ListedAgency,
    NoSuitWhenBarred,
    NotArranged,
    VisitPeople,
)
from services.contact.domain.law.counts import CallsInDays, DaysAfterConversation, Per, PerDay
from services.contact.domain.law.facts import DayHours, NoticeKind, Result
from services.contact.domain.law.hours import Hours, NoBan
from services.contact.domain.law.judgement import Kind
from services.contact.domain.law.noticed import NoticeBefore
from services.contact.domain.law.stops import (
    LocateOnce,
    NoHold,
    NoOptOut,
    NotPlaced,
    RightParty,
    ThirdParty,
    UsablePoint,
)
from services.contact.domain.law.treating import NoAutomatedVoice, Pace

Parameters = Mapping[str, Any]


def build(kind: str, stated: Parameters) -> Kind:
    return JUDGED[kind](stated)


def _hours(stated: Parameters) -> Kind:
    span = DayHours(time.fromisoformat(stated["from"]), time.fromisoformat(stated["until"]))
    return Hours(span)


def _hold(stated: Parameters) -> Kind:
    return NoHold(frozenset(map(HoldKind, stated.get("kinds", HoldKind))))


def _per_day(stated: Parameters) -> Kind:
    return PerDay(
        per_day_max=stated["max"],
        per=Per(stated["per"]),
        channel=Channel(stated["counts_channel"]),
        results=tuple(map(Result, stated["counts"])),
        directions=tuple(map(Direction, stated["directions"])),
        what=stated["what"],
    )


def _calls_in_days(stated: Parameters) -> Kind:
    left_out = tuple(map(Result, stated["not_counted"]))
    return CallsInDays(stated["max"], stated["days"], left_out)


JUDGED: Mapping[str, Callable[[Parameters], Kind]] = {
    "right_party": lambda _: RightParty(),
    "hold": _hold,
    "opt_out": lambda _: NoOptOut(),
    "point": lambda _: UsablePoint(),
    "ban": lambda _: NoBan(),
    "hours": _hours,
    "per_day": _per_day,
    "calls_in_days": _calls_in_days,
    "days_after_conversation": lambda stated: DaysAfterConversation(stated["days"]),
    "placed": lambda _: NotPlaced(),
    "pace": lambda _: Pace(),
    "automated_voice": lambda _: NoAutomatedVoice(),
    "third_party": lambda _: ThirdParty(),
    "locate_once": lambda _: LocateOnce(),
    "visit_people": lambda stated: VisitPeople(stated["min"]),
    "consent_to_enter": lambda _: ConsentToEnter(),
    "listed_agency": lambda stated: ListedAgency(stated["evaluated_days_max"]),
    "certified_agents": lambda _: CertifiedAgents(),
    "arranged": lambda stated: NotArranged(frozenset(stated["kinds"])),
    "no_suit_when_barred": lambda _: NoSuitWhenBarred(),
    "notice_before": lambda stated: NoticeBefore(NoticeKind(stated["notice"]), stated["days"]),
}
