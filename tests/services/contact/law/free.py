"""Acts that no rule touches: a gate that refuses one of these refuses too much."""

from __future__ import annotations

from datetime import time, timedelta

from tests.services.contact.law.checker import packs
from tests.services.contact.law.clocks import (
    Document,
    calls,
    day,
    instant,
    is_in,
    is_running,
    local,
    now,
    zones,
)
from tests.services.contact.law.terms import NEVER_ANSWERED

# The hours no text forbids, by pack; where no text gives hours, an office's.
HOURS = {
    "cn-bank": (time(8), time(22)),
    "us-reg-f": (time(8), time(21)),
    "uk-conc": (time(9), time(18)),
    "in-rbi": (time(8), time(19)),
}
CONVERSATIONS = ("connected", "right_party", "effective", "planned")
MEMORY = timedelta(days=16)


def may_be_made(document: Document) -> bool:
    """True only where every text is clear; false says nothing."""
    clear = (_is_plain, _is_by_day, _is_unencumbered, _point_is_good, _collector_is_good)
    if not all(is_clear(document) for is_clear in clear):
        return False
    if document["act"]["channel"] != "call":
        return not _same_channel_lately(document)
    within = {
        "cn-bank": _is_within_three_a_day,
        "us-reg-f": _is_within_seven_in_seven,
        "uk-conc": _is_within_three_a_day,
        "in-rbi": _is_within_three_a_day,
    }
    return all(within[pack](document) for pack in packs(document))


def _is_plain(document: Document) -> bool:
    act, debtor = document["act"], document["debtor"]
    is_own = act["role"] == "borrower" and act["party"] == act["debtor"]
    is_asked = act["direction"] == "outbound" and act["purpose"] == "collection"
    is_known = debtor["is_liable"] and debtor["reachability"] == "reachable"
    is_well = not debtor["is_dead"] and not debtor["is_incapacitated"]
    is_mild = not act["threatens_suit"] and not act["is_cease_notice"]
    is_remote = act["channel"] in ("call", "sms", "email")
    return is_own and is_asked and is_known and is_well and is_mild and is_remote


def _is_by_day(document: Document) -> bool:
    for zone in zones(document):
        for pack in packs(document):
            first, last = HOURS[pack]
            if not first <= local(now(document), zone).time() < last:
                return False
    return bool(zones(document))


def _is_unencumbered(document: Document) -> bool:
    """No stop, ban or hold on this act at this instant, and no trouble with the loans. Those of
    another number, channel, hour, party, loan or time are none; agreed hours only add hours."""
    if any(_stops(each, document) for each in document["opt_outs"]):
        return False
    if any(_forbids(each, document) for each in document["bans"]):
        return False
    if any(_is_on(each, document) for each in document["holds"]):
        return False
    if any(each["kind"] == "frequency" for each in document["agreements"]):
        return False
    loans = [each for each in document["loans"] if each["id"] in document["act"]["loans"]]
    is_clean = all(
        not each["is_settled"]
        and not each["limitation_expires_on"]
        and not each["first_communication_at"]
        and not each.get("arrangement")
        for each in loans
    )
    return is_clean and len(loans) == len(document["act"]["loans"])


def _stops(opt_out: Document, document: Document) -> bool:
    act = document["act"]
    return opt_out["channel"] == act["channel"] and opt_out["point"] in ("", act["point"])


def _forbids(ban: Document, document: Document) -> bool:
    if ban["channel"] not in ("", document["act"]["channel"]):
        return False
    clocks = [local(now(document), zone).time() for zone in zones(document)]
    return not ban.get("hours") or any(is_in(each, ban["hours"]) for each in clocks)


def _is_on(hold: Document, document: Document) -> bool:
    act = document["act"]
    concerns = hold["party"] in ("", act["party"]) and hold["loan"] in ("", *act["loans"])
    return concerns and is_running(hold, now(document))


def _point_is_good(document: Document) -> bool:
    for each in document["points"]:
        if each["id"] == document["act"]["point"]:
            is_safe = each["has_consent"] and each["is_verified"] and each["is_reserved"]
            return is_safe and each["provenance"] == "consumer" and not each["is_invalid"]
    return False


def _collector_is_good(document: Document) -> bool:
    capacity, agency = document["act"]["capacity"], document.get("agency")
    if capacity == "creditor":
        return True
    if capacity != "agency" or not agency or agency["name"] != document["act"]["agency"]:
        return False
    if not agency["is_listed"] or not agency["agents_certified"] or "in-rbi" in packs(document):
        return False
    age = now(document) - instant(agency["evaluated_on"] + "T00:00:00+00:00")
    left = instant(agency["contract_until"] + "T00:00:00+00:00") - now(document)
    return timedelta(days=2) < age < timedelta(days=363) and left > timedelta(days=2)


def _same_channel_lately(document: Document) -> bool:
    act = document["act"]
    return any(
        each["channel"] == act["channel"] and abs(instant(each["from"]) - now(document)) < MEMORY
        for each in document["attempts"]
    )


def _is_within_three_a_day(document: Document) -> bool:
    """Two that were or may have been answered, and five to the number, leave room for one more."""
    for zone in zones(document):
        answered = dialled = 0
        for each in calls(document):
            if day(instant(each["from"]), zone) != day(now(document), zone):
                continue
            answered += each["outcome"] not in NEVER_ANSWERED
            dialled += each["point"] == document["act"]["point"]
        if answered > 2 or dialled > 5:
            return False
    return True


def _is_within_seven_in_seven(document: Document) -> bool:
    """Six calls around it, of any kind, and no conversation since seven days, leave room."""
    for zone in zones(document):
        today = day(now(document), zone)
        around = 0
        for each in calls(document):
            first = day(instant(each["from"]), zone)
            last = day(instant(each["until"]), zone)
            around += abs(first - today) < timedelta(days=7)
            is_later = first - today >= timedelta(days=7)
            talked = each["outcome"] in CONVERSATIONS
            if talked and not is_later and today < last + timedelta(days=7):
                return False
        if around > 6:
            return False
    return True
