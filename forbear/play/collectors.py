"""The collectors of a play: they work the call queue through its doors, as at a desk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.clock import Clock
from forbear.play import behaviour
from forbear.play.behaviour import CALL, Deed, Intent, Message
from forbear.play.deeds import Stage
from forbear.play.doors import PAGE, NotNow, Refused

LOG = logging.getLogger(__name__)
CALLS_AT_ONCE_MAX = 200
LOOK_SECONDS = 0.3
_LANGUAGES = ("zh-CN", "en")
# What is said in the call itself; what holds the loan they write afterwards.
_SAID_IN_CALL = ("paid", "promise", "circumstances", "question", "wrong_person")
_CODES: Mapping[str, str] = {
    "busy": "busy",
    "out_of_service": "out_of_service",
    "no_answer": "no_answer",
    "voicemail": "voicemail",
    "connected": "hung_up",
    "third_party": "third_party",
}
Record = Callable[[str], str]


@dataclass(frozen=True)
class Answered:
    """What the person called does, loan by loan: how it ends, what they say, what they do later."""

    outcome: str
    said: tuple[str, ...]
    promise_days: int
    later: tuple[tuple[str, Intent], ...]


class Collectors:
    """So many collectors who take turns on `stage`; `record` is the telephone system that keeps
    what was said and answers its reference."""

    def __init__(self, stage: Stage, clock: Clock, seed: str, record: Record, size: int = 4):
        self.stage, self._clock, self._seed, self._record = stage, clock, seed, record
        self._names = [f"collector-{number}" for number in range(1, size + 1)]

    async def run(self, stop: asyncio.Event) -> None:
        """Each works whenever there is something to call about, until told to stop."""
        async with asyncio.TaskGroup() as desks:
            for name in self._names:
                desks.create_task(self._run(name, stop))

    async def _run(self, name: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._calls([name])
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def work(self) -> int:
        """Make every call that may be made now; answers how many were dialled. A door that does not
        open leaves the rest for the next time: leases end by themselves."""
        return await self._calls(self._names)

    async def _calls(self, names: Sequence[str]) -> int:
        dialled = 0
        for turn in range(CALLS_AT_ONCE_MAX):
            name = names[turn % len(names)]
            try:
                call = await self._claim(name)
                if call is None:
                    return dialled
                dialled += await self._make(name, call["call_id"])
            except Refused as refusal:
                LOG.warning("refused: %s", refusal)
            except NotNow as failure:
                LOG.warning("calling stops for now: %s", failure)
                return dialled
        return dialled

    async def _claim(self, name: str) -> Any:
        body = {"collector": name, "languages": list(_LANGUAGES)}
        return (await self.stage.doors.post("contact", "calls/claim", body))["call"]

    async def _make(self, name: str, call_id: str) -> int:
        """1 if the number was dialled, 0 if the gate refused it."""
        dialled = await self._post(call_id, "dial", {"collector": name})
        if not dialled["number"]:
            return 0
        answered = await self._ring(call_id, dialled)
        said: dict[str, object] = {"collector": name, "attempt_id": dialled["attempt_id"]}
        if answered.outcome == "right_party":
            said |= await self._talk(name, call_id, dialled, answered)
        else:
            is_wrong = "wrong_person" in answered.said
            said["code"] = "wrong_number" if is_wrong else _CODES[answered.outcome]
        if answered.outcome in ("connected", "third_party", "right_party"):
            said["recording"] = self._record(dialled["attempt_id"])
        if said["code"]:
            await self._post(call_id, "disposition", said)
        now = self._clock.now()
        promised = said.get("loan_id", "") if said["code"] == "promise" else ""
        for loan_id, intent in answered.later:
            if intent.deed is Deed.PROMISE and loan_id == promised:
                # What was promised in the call reaches negotiation by itself.
                continue
            at = now + timedelta(hours=intent.after_hours)
            self.stage.agenda.plan([(dialled["attempt_id"], at, loan_id, intent)])
        return 1

    async def _ring(self, call_id: str, dialled: dict[str, Any]) -> Answered:
        """The first loan's script decides how it ends; each loan's script what follows."""
        messages = [await self._message(loan_id, dialled) for loan_id in dialled["loan_ids"]]
        reactions = [
            (message, behaviour.at_message(self._script(message), message, self._seed))
            for message in messages
        ]
        outcome = "no_answer"
        for intent in reactions[0][1]:
            if intent.deed is Deed.OUTCOME:
                outcome = str(intent.details["outcome"])
        return answered(outcome, reactions)

    async def _talk(
        self, name: str, call_id: str, dialled: dict[str, Any], answered: Answered
    ) -> dict[str, object]:
        """Ask who is speaking, then find a way with them. A call that ends with the third failed
        check needs no word more, and says so by an empty code."""
        screen = await self._screen(name, call_id)
        facts = [
            {"fact": "name", "value": screen["name"]},
            {"fact": "email", "value": email_known_to(dialled["number"])},
        ]
        checked: dict[str, Any] = {"state": "open"}
        while checked["state"] == "open" and all(fact["value"] for fact in facts):
            check_id = f"check-{dialled['attempt_id'][:16]}-{checked.get('tries_left', 3)}"
            body: dict[str, object] = {"collector": name, "check_id": check_id, "facts": facts}
            checked = await self._post(call_id, "identity", body)
        if checked["state"] == "failed":
            return {"code": ""}
        if checked["state"] == "open":
            return {"code": "not_identified"}
        matter = (await self._screen(name, call_id))["matter"]
        return conversation(answered, matter, self._clock.now().astimezone(self.stage.zone))

    async def _message(self, loan_id: str, dialled: dict[str, Any]) -> Message:
        """The call as the person's script knows it; which step wished for it, the attempt says."""
        path = f"loans/{loan_id}/attempts"
        attempts = (await self.stage.doors.get("contact", path, limit=PAGE))["attempts"]
        made: dict[str, str] = next(
            (a for a in attempts if a["attempt_id"] == dialled["attempt_id"]), {}
        )
        return Message(
            attempt_id=dialled["attempt_id"],
            loan_id=loan_id,
            party_id=made.get("party_id", ""),
            channel=CALL,
            template=made.get("template", ""),
            notice=made.get("notice", ""),
            asks_circumstances=True,
        )

    async def _screen(self, name: str, call_id: str) -> dict[str, Any]:
        path = f"calls/{call_id}/screen"
        return await self.stage.doors.get("contact", path, collector=name)

    async def _post(self, call_id: str, what: str, body: dict[str, object]) -> dict[str, Any]:
        return await self.stage.doors.post("contact", f"calls/{call_id}/{what}", body)

    def _script(self, message: Message) -> Any:
        return self.stage.register.script(message.loan_id)


def answered(outcome: str, reactions: list[tuple[Message, list[Intent]]]) -> Answered:
    """What was said in the call is taken out of what they do later."""
    said: list[str] = []
    later: list[tuple[str, Intent]] = []
    days = 0
    for message, intents in reactions:
        for intent in intents:
            kind = str(intent.details.get("kinds", ""))
            if intent.deed is Deed.OUTCOME:
                continue
            if intent.deed is Deed.REPLY and kind in _SAID_IN_CALL and not intent.once:
                said.append(kind)
                continue
            if intent.deed is Deed.PROMISE:
                days = int(intent.details["days"])
            later.append((message.loan_id, replace(intent, details=dict(intent.details))))
    return Answered(outcome, tuple(dict.fromkeys(said)), days, tuple(later))


def conversation(answered: Answered, matter: Any, now: datetime) -> dict[str, object]:
    """How a call with the right person ends, from what they say and what the screen shows."""
    if "promise" in answered.said and answered.promise_days:
        loan = next((loan for loan in matter["loans"] if loan["may_speak"]), None)
        if loan is not None and loan["overdue_minor"] > 0:
            due_on = now.date() + timedelta(days=answered.promise_days)
            return {
                "code": "promise",
                "loan_id": loan["loan_id"],
                "amount_minor": loan["overdue_minor"],
                "promised_on": due_on.isoformat(),
            }
    for code in ("paid", "circumstances", "question"):
        if code in answered.said:
            return {"code": code}
    return {"code": "no_agreement"}


def email_known_to(number: str) -> str:
    """What the invented people know of themselves: in both bundled portfolios the e-mail address
    carries the last digits of the number. Of others nothing is known, so none is identified."""
    head, _, digits = number.rpartition("-")
    if not digits.isdecimal():
        return ""
    if head == "+86-100-0000":
        return f"p-{digits}@example.test"
    if head == "+886-900":
        return f"holder-{int(digits)}@example.test"
    return ""


def recording_in(directory: Path, tenant: str) -> Record:
    """A telephone system that leaves an empty-worded recording for each call, under its attempt."""

    def record(attempt_id: str) -> str:
        folder = directory / "recordings" / tenant
        folder.mkdir(parents=True, exist_ok=True)
        reference = f"{attempt_id}.wav"
        (folder / reference).write_bytes(b"RIFF\x24\x00\x00\x00WAVE")
        return reference

    return record
