"""How each deed is done: one function per deed, each repeatable under the entry's own id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from forbear.play.agenda import Agenda, Entry
from forbear.play.behaviour import Deed
from forbear.play.doors import Doors, NotNow, Refused
from forbear.play.mailbox import BY_POST
from forbear.play.register import Register
from forbear.play.till import Till

_CLERK = "clerk-1"
_OFFICER = "officer-1"
_PAYING_HOUR = time(10, 0)


@dataclass(frozen=True)
class Stage:
    """What the people act on; `till` is None where the file alone tells of payments. Without a
    post office every message is read at the sandbox."""

    doors: Doors
    register: Register
    agenda: Agenda
    till: Till | None
    zone: ZoneInfo
    has_post_office: bool = False


async def do(stage: Stage, entry: Entry, now: datetime) -> None:
    """Raises NotNow and Refused."""
    await DEEDS[entry.deed](stage, entry, now)


async def _outcome(stage: Stage, entry: Entry, now: datetime) -> None:
    attempt_id, body = entry.details["attempt_id"], {"outcome": entry.details["outcome"]}
    if entry.details.get("via") == BY_POST:
        # Of real messages the provider tells, not the people.
        await stage.doors.post(BY_POST, f"arrived/{attempt_id}/outcome", body)
        return
    await stage.doors.post("contact", f"attempts/{attempt_id}/outcome", body)


async def _reply(stage: Stage, entry: Entry, now: datetime) -> None:
    body = {
        "reply_id": _own_id(entry),
        "party_id": entry.details["party_id"],
        "loan_id": entry.loan_id,
        "channel": entry.details["channel"],
        "kinds": [entry.details["kinds"]],
    }
    await stage.doors.post("contact", "replies", body)


async def _promise(stage: Stage, entry: Entry, now: datetime) -> None:
    till = _till(stage)
    amount = till.overdue_minor(stage.register.ref(entry.loan_id), now)
    if amount <= 0:
        return
    due_on = now.astimezone(stage.zone).date() + timedelta(days=int(entry.details["days"]))
    body = {
        "promise_id": _own_id(entry),
        "party_id": stage.register.borrower(entry.loan_id),
        "amount_minor": amount,
        "currency": till.currency(stage.register.ref(entry.loan_id)),
        "due_on": due_on.isoformat(),
    }
    await stage.doors.post("negotiation", f"loans/{entry.loan_id}/promises", body)


async def _accept(stage: Stage, entry: Entry, now: datetime) -> None:
    offer = await _open_offer(stage, entry)
    body: dict[str, object] = {"option": entry.details["option"], "party_id": offer["party_id"]}
    if "months" in entry.details:
        body["instalments"] = entry.details["months"]
    path = f"offers/{offer['agreement_id']}/accept"
    agreed = (await stage.doors.post("negotiation", path, body))["schedule"]
    for place, part in enumerate(agreed, start=1):
        due_on = date.fromisoformat(part["due_on"])
        stage.agenda.add(
            Entry(
                f"{offer['agreement_id']}/pay-{place}",
                entry.loan_id,
                Deed.PAY_AGREED,
                datetime.combine(due_on - timedelta(days=1), _PAYING_HOUR, tzinfo=stage.zone),
                {"amount_minor": part["amount_minor"], "settles": place == len(agreed)},
                is_once=True,
            )
        )


async def _decline(stage: Stage, entry: Entry, now: datetime) -> None:
    offer = await _open_offer(stage, entry)
    body = {"party_id": offer["party_id"], "reason": "cannot"}
    await stage.doors.post("negotiation", f"offers/{offer['agreement_id']}/decline", body)


async def _open_offer(stage: Stage, entry: Entry) -> Any:
    path = f"loans/{entry.loan_id}/agreements"
    found = (await stage.doors.get("negotiation", path))["agreements"]
    offers = [agreement for agreement in found if agreement["status"] == "offered"]
    if not offers:
        raise NotNow(f"no offer is open for loan {entry.loan_id}")
    return offers[0]


async def _pay_overdue(stage: Stage, entry: Entry, now: datetime) -> None:
    await _till(stage).pay_overdue(stage.register.ref(entry.loan_id), now)


async def _pay_balance(stage: Stage, entry: Entry, now: datetime) -> None:
    await _till(stage).pay_balance(stage.register.ref(entry.loan_id), now)


async def _pay_agreed(stage: Stage, entry: Entry, now: datetime) -> None:
    amount, settles = int(entry.details["amount_minor"]), bool(entry.details["settles"])
    await _till(stage).pay_agreed(stage.register.ref(entry.loan_id), amount, now, settles)


async def _hold(stage: Stage, entry: Entry, now: datetime) -> None:
    body: dict[str, object] = {
        "hold_id": _own_id(entry),
        "kind": entry.details["kind"],
        "evidence": f"file/{entry.details['kind']}",
        "by": _CLERK,
    }
    if entry.details.get("of_party"):
        body["party_id"] = stage.register.borrower(entry.loan_id)
    else:
        body["loan_id"] = entry.loan_id
    days = int(entry.details.get("days", 0))
    if days:
        # A repeated request must say the same, so the hold counts from when it was planned.
        body["from_at"] = entry.at.isoformat()
        body["until_at"] = (entry.at + timedelta(days=days)).isoformat()
    if entry.details.get("has_no_estate"):
        body["has_no_estate"] = True
    try:
        await stage.doors.post("contact", "holds", body)
    except Refused as refusal:
        # Where no rule pack grants a cease, contact records an opt-out instead and says so.
        if "contact/cease_not_granted" not in str(refusal):
            raise


async def _end_hold(stage: Stage, entry: Entry, now: datetime) -> None:
    hold_id = f"reply/{_id(entry.loan_id, str(entry.details['reply']))}/{entry.details['hold']}"
    body = {"reason": "reviewed", "by": _CLERK}
    await stage.doors.post("contact", f"holds/{hold_id}/end", body)


async def _close_case(stage: Stage, entry: Entry, now: datetime) -> None:
    body = {"reason": "opened by mistake", "by": _OFFICER}
    await stage.doors.post("cases", f"cases/{entry.loan_id}/close", body, key=_own_id(entry))


async def _report_visit(stage: Stage, entry: Entry, now: datetime) -> None:
    body = {
        "report_id": _own_id(entry),
        "outcome": entry.details["outcome"],
        "agent_ids": str(entry.details["agent_ids"]).split(","),
    }
    await stage.doors.post("field_visit", f"visits/{entry.details['visit_id']}/report", body)


async def _approve(stage: Stage, entry: Entry, now: datetime) -> None:
    path = f"matters/{entry.details['matter_id']}/approve"
    await stage.doors.post("legal", path, {"by": _OFFICER})


async def _milestone(stage: Stage, entry: Entry, now: datetime) -> None:
    status = entry.details["status"]
    body = {"milestone_id": _own_id(entry), "status": status, "court_reference": _court(entry)}
    await stage.doors.post("legal", f"matters/{entry.details['matter_id']}/milestones", body)


def _court(entry: Entry) -> str:
    return f"court/{str(entry.details['matter_id'])[:8]}"


def _till(stage: Stage) -> Till:
    if stage.till is None:
        raise ValueError("nobody pays in a play without a script")
    return stage.till


def _own_id(entry: Entry) -> str:
    return _id(*entry.entry_id.split("/"))


def _id(*parts: str) -> str:
    """Within the 100 printable characters the doors take."""
    return "-".join(parts)[-100:]


DEEDS: Mapping[Deed, Callable[[Stage, Entry, datetime], Awaitable[None]]] = {
    Deed.OUTCOME: _outcome,
    Deed.REPLY: _reply,
    Deed.PROMISE: _promise,
    Deed.ACCEPT: _accept,
    Deed.DECLINE: _decline,
    Deed.PAY_OVERDUE: _pay_overdue,
    Deed.PAY_BALANCE: _pay_balance,
    Deed.PAY_AGREED: _pay_agreed,
    Deed.HOLD: _hold,
    Deed.END_HOLD: _end_hold,
    Deed.CLOSE_CASE: _close_case,
    Deed.REPORT_VISIT: _report_visit,
    Deed.APPROVE: _approve,
    Deed.MILESTONE: _milestone,
}
