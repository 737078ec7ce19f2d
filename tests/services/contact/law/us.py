"""Regulation F on acts of agencies and debt buyers, checked act by act from its text."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.services.contact.law.anyone import holds
from tests.services.contact.law.clocks import (
    Document,
    calls,
    day,
    instant,
    is_agreed_time,
    is_in,
    is_running,
    local,
    now,
    zones,
)
from tests.services.contact.law.terms import (
    NEVER_REACHED_THE_NUMBER,
    OWES,
    SOMEBODY_ANSWERED,
    asks_for_money,
    collects,
    is_outbound,
    is_third_party,
    shares_a_loan,
)

COLLECTORS = ("agency", "debt_buyer")
CALLS_IN_SEVEN_DAYS = 7


def violations(document: Document) -> list[str]:
    if document["act"]["capacity"] not in COLLECTORS:
        return []
    rules = {
        "US-TIME": is_at_an_inconvenient_time,
        "US-7IN7-A": is_the_eighth_call_in_seven_days,
        "US-7IN7-B": is_within_seven_days_of_a_conversation,
        "US-ATTY": is_past_the_attorney,
        "US-CEASE": is_after_a_written_cease,
        "US-DISPUTE": is_while_disputed,
        "US-MEDIUM": is_by_a_banned_medium,
        "US-3P": bothers_a_third_party,
        "US-TIMEBAR": threatens_on_a_barred_debt,
    }
    return [rule for rule, is_broken in rules.items() if is_broken(document)]


def is_at_an_inconvenient_time(document: Document) -> bool:
    """1006.6(b)(1): before 8:00 or after 21:00 where the consumer is; letters have no hour."""
    act = document["act"]
    if not asks_for_money(document) or act["role"] not in OWES or act["channel"] == "letter":
        return False
    for zone in zones(document):
        clock_time = local(now(document), zone).time()
        is_inconvenient = clock_time < time(8) or clock_time > time(21)
        if is_inconvenient and not is_agreed_time(document, zone):
            return True
    return False


def is_the_eighth_call_in_seven_days(document: Document) -> bool:
    """1006.14(b)(2)(i)(A): more than seven within seven days, to a person about a debt."""
    if not _is_presumed_to_harass(document) or _is_called_for(document, now(document)):
        return False
    counted = [each for each in _calls_about(document) if _counts_to_seven(document, each)]
    for zone in zones(document):
        today = day(now(document), zone)
        dates = [day(instant(each["from"]), zone) for each in counted]
        if any(
            _in_week(dates, today - timedelta(days=back)) >= CALLS_IN_SEVEN_DAYS
            for back in range(7)
        ):
            return True
    return False


def is_within_seven_days_of_a_conversation(document: Document) -> bool:
    """1006.14(b)(2)(i)(B): the day of the conversation is the first of the seven. It asks for a
    telephone conversation with the person, in connection with the collection of the debt; not that
    the debt was spoken of."""
    if not _is_presumed_to_harass(document) or _is_called_for(document, now(document)):
        return False
    for each in _calls_about(document):
        began = instant(each["from"])
        if each["outcome"] not in ("right_party", "effective") or began > now(document):
            continue
        for zone in zones(document):
            if day(now(document), zone) < day(began, zone) + timedelta(days=7):
                return True
    return False


def is_past_the_attorney(document: Document) -> bool:
    return _asks_the_consumer(document) and bool(holds(document, "represented"))


def is_after_a_written_cease(document: Document) -> bool:
    if document["act"].get("is_cease_notice"):
        return False
    return _asks_the_consumer(document) and bool(holds(document, "cease_request"))


def is_while_disputed(document: Document) -> bool:
    return _asks_the_consumer(document) and bool(holds(document, "dispute"))


def is_by_a_banned_medium(document: Document) -> bool:
    """1006.14(h), and 1006.6(b)(1) for the times a person named."""
    if not _asks_the_consumer(document):
        return False
    for each in document.get("bans", []):
        if each.get("channel", "") not in ("", document["act"]["channel"]):
            continue
        if not each.get("hours"):
            return True
        for zone in zones(document):
            if is_in(local(now(document), zone).time(), each["hours"]):
                return True
    return False


def bothers_a_third_party(document: Document) -> bool:
    """1006.10: only to find the consumer, never a word of the debt, once per person."""
    act = document["act"]
    if not is_third_party(document) or not collects(document):
        return False
    if act["purpose"] != "locate" or act.get("discloses"):
        return True
    for each in document.get("attempts", []):
        to_them = each["party"] == act["party"] and each["debtor"] == act["debtor"]
        was_location = to_them and is_outbound(each) and each["purpose"] == "locate"
        if was_location and each["capacity"] in COLLECTORS and _reached(each):
            return True
    return False


def threatens_on_a_barred_debt(document: Document) -> bool:
    act = document["act"]
    if not act.get("threatens_suit") or not is_outbound(act):
        return False
    for loan in document.get("loans", []):
        last_day = loan.get("limitation_expires_on")
        if loan["id"] in act["loans"] and last_day and zones(document):
            today = min(day(now(document), zone) for zone in zones(document))
            if date.fromisoformat(last_day) < today:
                return True
    return False


def _asks_the_consumer(document: Document) -> bool:
    return asks_for_money(document) and document["act"]["role"] in OWES


def _is_presumed_to_harass(document: Document) -> bool:
    """A call that asks for money. The law presumes, so somebody may answer for an exception."""
    act = document["act"]
    return act["channel"] == "call" and _asks_the_consumer(document) and not act.get("override")


def _calls_about(document: Document) -> list[Document]:
    """Collectors' calls with this person about one of these debts."""
    act = document["act"]
    return [
        each
        for each in calls(document)
        if each["party"] == act["party"]
        and shares_a_loan(each, act)
        and each["capacity"] in COLLECTORS
        and each["purpose"] in ("collection", "reminder", "reply")
    ]


def _counts_to_seven(document: Document, call: Document) -> bool:
    """1006.14(b)(3): placed calls, save those never connected to the number or asked for."""
    if not is_outbound(call) or call["outcome"] in NEVER_REACHED_THE_NUMBER:
        return False
    return call["purpose"] != "reply" and not _is_called_for(document, instant(call["from"]))


def _is_called_for(document: Document, at: datetime) -> bool:
    """Whether the person consented to calls, directly, within the seven days before."""
    for each in document.get("agreements", []):
        if each["kind"] == "call" and each.get("channel", "") in ("", "call"):
            given = instant(each["from"])
            if is_running(each, at) and at - given < timedelta(days=8):
                return True
    return False


def _in_week(dates: list[date], first: date) -> int:
    return sum(first <= each <= first + timedelta(days=6) for each in dates)


def _reached(attempt: Document) -> bool:
    return attempt["outcome"] in SOMEBODY_ANSWERED or attempt["outcome"] == "delivered"
