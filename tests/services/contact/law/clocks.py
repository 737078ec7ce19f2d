"""Clocks, days and intervals of a facts document, read the plainest way there is."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

Document = dict[str, Any]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def day(at: datetime, zone: str) -> date:
    return local(at, zone).date()


def now(document: Document) -> datetime:
    return instant(document["at"])


def zones(document: Document) -> list[str]:
    """Every zone the person may be in."""
    return list(document["party"].get("zones", ["UTC"]))


def is_in(clock_time: time, hours: list[str]) -> bool:
    """From the first minute up to, not including, the last; they may pass midnight."""
    begins, ends = clock(hours[0]), clock(hours[1])
    if begins < ends:
        return begins <= clock_time < ends
    return clock_time >= begins or clock_time < ends


def is_running(interval: Document, at: datetime) -> bool:
    if interval.get("from") and at < instant(interval["from"]):
        return False
    return not interval.get("until") or at < instant(interval["until"])


def agreements(document: Document, kind: str) -> list[Document]:
    """The agreements of a kind that run now and are about the act's channel."""
    channel = document["act"]["channel"]
    return [
        each
        for each in document.get("agreements", [])
        if each["kind"] == kind
        and each.get("channel", "") in ("", channel)
        and is_running(each, now(document))
    ]


def is_agreed_time(document: Document, zone: str) -> bool:
    clock_time = local(now(document), zone).time()
    return any(is_in(clock_time, each["hours"]) for each in agreements(document, "hours"))


def calls(document: Document) -> list[Document]:
    return [each for each in document.get("attempts", []) if each["channel"] == "call"]
