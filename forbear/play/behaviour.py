"""What people do about what reaches them: a pure function of script, seed, party and attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256

from forbear.portfolio.script import Behaviour, LoanScript

Detail = str | int | bool


class Deed(StrEnum):
    """What can be done, each by its own door."""

    OUTCOME = "outcome"
    REPLY = "reply"
    PROMISE = "promise"
    ACCEPT = "accept"
    DECLINE = "decline"
    PAY_OVERDUE = "pay_overdue"
    PAY_BALANCE = "pay_balance"
    PAY_AGREED = "pay_agreed"
    HOLD = "hold"
    END_HOLD = "end_hold"
    CLOSE_CASE = "close_case"
    REPORT_VISIT = "report_visit"
    APPROVE = "approve"
    MILESTONE = "milestone"


@dataclass(frozen=True)
class Message:
    """A message of the sandbox; calls are messages handed to the dialler."""

    attempt_id: str
    loan_id: str
    party_id: str
    channel: str
    template: str
    notice: str
    asks_circumstances: bool


@dataclass(frozen=True)
class Intent:
    """A deed so many hours from now. `once` names what is done at most once per loan."""

    deed: Deed
    after_hours: int
    details: Mapping[str, Detail] = field(default_factory=dict)
    once: str = ""


Reaction = Callable[[Message, LoanScript], list[Intent]]

CALL, LETTER = "call", "letter"
DAY = 24
_QUICKLY = 3
_NOTICES = ("overdue_notice", "demand_letter")

# How a call to them ends; who is not named here picks up the phone.
CALL_ENDS: Mapping[Behaviour, str] = {
    Behaviour.SILENT: "no_answer",
    Behaviour.SILENT_UNTIL_COURT_PAYS: "voicemail",
    Behaviour.STOPS: "no_answer",
    Behaviour.WRONG_NUMBER: "connected",
    Behaviour.CURES_BY_BANK: "no_answer",
    Behaviour.ACCEPTS_SETTLEMENT: "voicemail",
}


def at_message(script: LoanScript | None, message: Message, seed: str) -> list[Intent]:
    """What follows from a message or a call; `script` is None for who is not scripted."""
    if script is None:
        return _unscripted(message, seed)
    arrival = _arrival(script.behaviour, message, seed)
    reaction = REACTIONS.get(script.behaviour)
    return [*arrival, *(reaction(message, script) if reaction else [])]


def at_start(script: LoanScript) -> list[tuple[date, Intent]]:
    """What is known of a loan before it was ever overdue: holds placed on a day."""
    starts_on = script.parameters.get("starts_on")
    kind = _HELD_FROM_START.get(script.behaviour) or script.parameters.get("kind")
    if starts_on is None or kind is None:
        return []
    days = _days(script, "days" if "days" in script.parameters else "resolved_after_days")
    details: dict[str, Detail] = {"kind": kind, "days": days, "of_party": kind in _OF_A_PARTY}
    return [(date.fromisoformat(str(starts_on)), Intent(Deed.HOLD, 0, details, f"hold-{kind}"))]


def at_visit(script: LoanScript | None, visit_id: str, seed: str) -> list[Intent]:
    """The agents report; the visited may pay."""
    if script is not None and script.behaviour is Behaviour.DECLINES_THEN_VISIT_PAYS:
        return [
            Intent(Deed.REPORT_VISIT, _QUICKLY, {"outcome": "met_debtor"}),
            Intent(Deed.PAY_OVERDUE, 2 * DAY),
        ]
    outcomes = ("nobody_home", "met_other", "nobody_home", "moved")
    return [
        Intent(Deed.REPORT_VISIT, _QUICKLY, {"outcome": outcomes[percent(seed, visit_id) // 25]})
    ]


def at_matter(script: LoanScript | None, status: str) -> list[Intent]:
    """The legal officer and the court, and who pays only then."""
    pays = script is not None and script.behaviour is Behaviour.SILENT_UNTIL_COURT_PAYS
    if pays and status in ("ordered", "enforcing"):
        return [Intent(Deed.PAY_BALANCE, 4 * DAY, once="court-pays")]
    return list(_COURT.get(status, ()))


def percent(seed: str, *of: str) -> int:
    """0 to 99, always the same for the same seed and names."""
    digest = sha256("/".join((seed, *of)).encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100


def _arrival(behaviour: Behaviour, message: Message, seed: str) -> list[Intent]:
    if message.channel == CALL:
        return [_outcome(CALL_ENDS.get(behaviour, "right_party"))]
    if behaviour is Behaviour.WRONG_NUMBER and message.channel == "sms":
        return [_outcome("undeliverable")]
    return [_outcome("delivered")] if percent(seed, message.attempt_id) < 60 else []


def _unscripted(message: Message, seed: str) -> list[Intent]:
    chance = percent(seed, message.party_id, message.attempt_id)
    if message.channel == CALL:
        ends = ("right_party", "no_answer", "voicemail", "connected", "no_answer")[chance // 20]
        intents, was_reached = [_outcome(ends)], ends == "right_party"
    else:
        was_reached = chance < 50
        intents = [_outcome("delivered")] if was_reached else []
    answers = percent(seed, message.party_id, message.attempt_id, "answers") < 40
    if was_reached and answers and message.asks_circumstances:
        intents.append(_reply(message, "circumstances", 2 * _QUICKLY))
    return intents


def _outcome(outcome: str) -> Intent:
    return Intent(Deed.OUTCOME, 1 if outcome != "delivered" else 6, {"outcome": outcome})


def _reply(message: Message, kind: str, after_hours: int, once: str = "") -> Intent:
    details: dict[str, Detail] = {
        "kinds": kind,
        "channel": message.channel,
        "party_id": message.party_id,
    }
    return Intent(Deed.REPLY, after_hours, details, once)


def _pays(message: Message, script: LoanScript) -> list[Intent]:
    return [Intent(Deed.PAY_OVERDUE, DAY * _days(script, "days"))]


def _pays_after_call(message: Message, script: LoanScript) -> list[Intent]:
    if message.channel != CALL:
        return []
    return [_reply(message, "paid", _QUICKLY), *_pays(message, script)]


def _pays_after_demand(message: Message, script: LoanScript) -> list[Intent]:
    return _pays(message, script) if message.notice == "demand_letter" else []


def _promises_and_keeps(message: Message, script: LoanScript) -> list[Intent]:
    if message.channel != CALL:
        return []
    days = _days(script, "days")
    promise = Intent(Deed.PROMISE, _QUICKLY, {"days": days}, "promise")
    return [_reply(message, "promise", 2), promise, Intent(Deed.PAY_OVERDUE, DAY * days)]


def _promises_and_breaks(message: Message, script: LoanScript) -> list[Intent]:
    if message.channel != CALL:
        return []
    return [_reply(message, "promise", 2), Intent(Deed.PROMISE, _QUICKLY, {"days": 4})]


def _accepts_plan(message: Message, script: LoanScript) -> list[Intent]:
    if not _is_about_an_offer(message):
        return []
    details: dict[str, Detail] = {"option": "plan", "months": _days(script, "months")}
    return [Intent(Deed.ACCEPT, DAY, details, "accept")]


def _accepts_settlement(message: Message, script: LoanScript) -> list[Intent]:
    if not _is_about_an_offer(message):
        return []
    return [Intent(Deed.ACCEPT, DAY, {"option": "settlement"}, "accept")]


def _declines(message: Message, script: LoanScript) -> list[Intent]:
    if not _is_about_an_offer(message):
        return []
    return [Intent(Deed.DECLINE, DAY, {}, "decline")]


def _stops(message: Message, script: LoanScript) -> list[Intent]:
    return [_reply(message, "stop", _QUICKLY, "stop")] if message.channel != LETTER else []


def _wrong_number(message: Message, script: LoanScript) -> list[Intent]:
    return [_reply(message, "wrong_person", _QUICKLY)] if message.channel == CALL else []


def _holds_by_reply(kind: str, hold: str) -> Reaction:
    """They say why they must be left alone; a person of the bank looks, and later ends it."""

    def react(message: Message, script: LoanScript) -> list[Intent]:
        if "starts_on" in script.parameters or not _is_pressing(message):
            return []
        days = _days(script, "resolved_after_days") or _days(script, "days")
        ended: dict[str, Detail] = {"hold": hold, "reply": kind}
        return [
            _reply(message, kind, _QUICKLY, kind),
            Intent(Deed.END_HOLD, _QUICKLY + DAY * days, ended, f"end-{kind}"),
        ]

    return react


def _bereaved(message: Message, script: LoanScript) -> list[Intent]:
    if not _is_pressing(message):
        return []
    details: dict[str, Detail] = {
        "kind": "deceased",
        "of_party": True,
        "has_no_estate": bool(script.parameters.get("no_estate")),
    }
    return [
        _reply(message, "bereavement", _QUICKLY, "bereavement"),
        Intent(Deed.HOLD, 5 * DAY, details, "hold-deceased"),
    ]


def _bankrupt(message: Message, script: LoanScript) -> list[Intent]:
    return [Intent(Deed.HOLD, DAY, {"kind": "bankruptcy", "of_party": False}, "hold-bankruptcy")]


def _operator_closes(message: Message, script: LoanScript) -> list[Intent]:
    return [Intent(Deed.CLOSE_CASE, DAY * _days(script, "after_days"), {}, "close")]


def _is_pressing(message: Message) -> bool:
    return message.channel == CALL or message.notice in _NOTICES


def _is_about_an_offer(message: Message) -> bool:
    return message.notice == "offer_letter" or message.template == "negotiate"


def _days(script: LoanScript, name: str) -> int:
    return int(script.parameters.get(name, 0))


_OF_A_PARTY = ("cease_request", "vulnerability", "incapacity", "deceased")
_HELD_FROM_START: Mapping[Behaviour, str] = {
    Behaviour.BANK_PAUSE: "bank_pause",
    Behaviour.DISPUTES: "dispute",
}
_COURT: Mapping[str, tuple[Intent, ...]] = {
    "awaiting_approval": (Intent(Deed.APPROVE, 2 * DAY),),
    "open": (Intent(Deed.MILESTONE, 2 * DAY, {"status": "filed"}),),
    "filed": (Intent(Deed.MILESTONE, 4 * DAY, {"status": "accepted"}),),
    "accepted": (Intent(Deed.MILESTONE, 10 * DAY, {"status": "ordered"}),),
    "ordered": (Intent(Deed.MILESTONE, 31 * DAY, {"status": "enforcing"}),),
}
REACTIONS: Mapping[Behaviour, Reaction] = {
    Behaviour.PAYS_AFTER_REMINDER: _pays,
    Behaviour.PAYS_AFTER_CALL: _pays_after_call,
    Behaviour.PAYS_AFTER_DEMAND: _pays_after_demand,
    Behaviour.PROMISES_AND_KEEPS: _promises_and_keeps,
    Behaviour.PROMISES_AND_BREAKS: _promises_and_breaks,
    Behaviour.ACCEPTS_PLAN: _accepts_plan,
    Behaviour.ACCEPTS_SETTLEMENT: _accepts_settlement,
    Behaviour.DECLINES_THEN_VISIT_PAYS: _declines,
    Behaviour.STOPS: _stops,
    Behaviour.WRONG_NUMBER: _wrong_number,
    Behaviour.DISPUTES: _holds_by_reply("dispute", "dispute"),
    Behaviour.HARDSHIP: _holds_by_reply("hardship", "hardship_review"),
    Behaviour.REPRESENTED: _holds_by_reply("represented", "represented"),
    Behaviour.COMPLAINS: _holds_by_reply("complaint", "complaint"),
    Behaviour.BEREAVEMENT: _bereaved,
    Behaviour.BANKRUPTCY: _bankrupt,
    Behaviour.OPERATOR_CLOSES: _operator_closes,
}
