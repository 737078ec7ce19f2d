"""Chinese law on acts of a bank and its agencies, checked act by act from its text."""

from __future__ import annotations

from datetime import time, timedelta

from tests.services.contact.law.clocks import (
    Document,
    agreements,
    calls,
    day,
    instant,
    is_agreed_time,
    local,
    now,
    zones,
)
from tests.services.contact.law.terms import (
    ASKS_FOR_MONEY,
    COLLECTS,
    NEVER_ANSWERED,
    SOMEBODY_ANSWERED,
    asks_for_money,
    collects,
    is_outbound,
    is_third_party,
    is_to_the_debtor,
)

CONNECTED_CALLS_A_DAY = 3
UNANSWERED_DIALS_A_DAY = 6


def violations(document: Document) -> list[str]:
    rules = {
        "CN-TIME-1": is_at_night,
        "CN-FREQ-1": is_past_three_connected_calls,
        "CN-FREQ-2": is_past_three_effective_calls,
        "CN-FREQ-3": is_past_six_unanswered_dials,
        "CN-3P-1": bothers_a_third_party,
        "CN-ID-1": enters_a_dwelling_unasked,
        "CN-AGENCY-1": is_by_an_agency_off_the_list,
        "CN-DEATH-1": asks_the_dead,
        "CN-CARD-70": asks_for_more_than_the_plan,
    }
    return [rule for rule, is_broken in rules.items() if is_broken(document)]


def is_at_night(document: Document) -> bool:
    """CBA 2026: from 22:00 to 8:00, by phone, at the door or else, unless the debtor agreed."""
    if not collects(document) or document["act"]["channel"] == "letter":
        return False
    for zone in zones(document):
        clock_time = local(now(document), zone).time()
        is_night = clock_time >= time(22) or clock_time < time(8)
        if is_night and not is_agreed_time(document, zone):
            return True
    return False


def is_past_three_connected_calls(document: Document) -> bool:
    return _is_past(document, (*SOMEBODY_ANSWERED, "planned"))


def is_past_three_effective_calls(document: Document) -> bool:
    return _is_past(document, ("effective", "planned"))


def is_past_six_unanswered_dials(document: Document) -> bool:
    """CBA 2026: not fitting (soft): more than six to one contact point, unless agreed, or unless
    somebody answers for it."""
    act = document["act"]
    if act.get("override"):
        return False
    if not collects(document) or act["channel"] != "call" or agreements(document, "frequency"):
        return False
    for zone in zones(document):
        dials = 0
        for each in calls(document):
            same_day = day(instant(each["from"]), zone) == day(now(document), zone)
            if each["point"] == act["point"] and is_outbound(each) and same_day:
                dials += each["outcome"] in NEVER_ANSWERED and each["purpose"] in COLLECTS
        if dials >= UNANSWERED_DIALS_A_DAY:
            return True
    return False


def bothers_a_third_party(document: Document) -> bool:
    """Contacts only when the debtor cannot be reached, is dead or incapacitated; only to ask for
    the debtor or to leave a message; never a word of the debt; never again once they refuse."""
    party, debtor, act = document["party"], document["debtor"], document["act"]
    if not is_third_party(document) or not collects(document):
        return False
    if party.get("has_refused"):
        return True
    if party.get("is_willing_to_pay"):
        return False
    needs_them = debtor.get("reachability") == "lost"
    needs_them = needs_them or debtor.get("is_dead", False) or debtor.get("is_incapacitated", False)
    return not needs_them or act.get("discloses", False) or act["purpose"] == "collection"


def enters_a_dwelling_unasked(document: Document) -> bool:
    act = document["act"]
    is_visit = collects(document) and act["channel"] == "visit"
    return is_visit and act.get("enters", False) and not act.get("has_consent_to_enter", False)


def is_by_an_agency_off_the_list(document: Document) -> bool:
    """The white list, and an evaluation within the year."""
    agency = document.get("agency")
    if document["act"]["capacity"] != "agency" or not agency or not collects(document):
        return False
    if not agency["is_listed"] or not agency.get("evaluated_on"):
        return True
    evaluated = instant(agency["evaluated_on"] + "T00:00:00+00:00")
    return now(document) - evaluated > timedelta(days=367)  # whatever the zone of the date


def asks_the_dead(document: Document) -> bool:
    is_dead = document["debtor"].get("is_dead", False)
    return asks_for_money(document) and is_to_the_debtor(document) and is_dead


def asks_for_more_than_the_plan(document: Document) -> bool:
    """Art. 70: once the instalment plan is signed collection stops."""
    act = document["act"]
    planned = {each["id"] for each in document["loans"] if each.get("arrangement") == "plan"}
    return act["purpose"] in ("collection", "locate") and bool(planned & {*act["loans"]})


def _is_past(document: Document, outcomes: tuple[str, ...]) -> bool:
    """Three a day for a debtor, whoever called and for whichever loan, unless agreed."""
    act = document["act"]
    if act["channel"] != "call" or not asks_for_money(document) or not is_to_the_debtor(document):
        return False
    agreed = [each["per_day_max"] for each in agreements(document, "frequency")]
    limit = max([CONNECTED_CALLS_A_DAY, *agreed])
    for zone in zones(document):
        count = 0
        for each in calls(document):
            same_day = day(instant(each["from"]), zone) == day(now(document), zone)
            to_them = each["party"] == act["party"] and is_outbound(each)
            asks = each["purpose"] in ASKS_FOR_MONEY
            count += same_day and to_them and asks and each["outcome"] in outcomes
        if count >= limit:
            return True
    return False
