"""Collectors work the real queue through its real doors, and people answer by their scripts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest

from chassis.settings import Settings
from events.v1 import contact_calls_pb2 as calls_pb
from events.v1 import contact_pb2 as pb
from forbear.play.agenda import open_agenda
from forbear.play.behaviour import Deed
from forbear.play.collectors import Collectors, email_known_to, recording_in
from forbear.play.deeds import Stage
from forbear.play.doors import Doors, NotNow, Refused
from forbear.play.register import Register
from forbear.portfolio.script import Behaviour, LoanScript
from interfaces.values import Role
from tests.conftest import NewDatabase
from tests.services.contact.calls_scene import wanted
from tests.services.contact.conftest import MIGRATIONS
from tests.services.contact.scene import Scene, touch_of

NUMBER, EMAIL = "+86-100-0000-0001", "p-0001@example.test"


@pytest.fixture
async def scene(new_database: NewDatabase, settings: Settings) -> Scene:
    return Scene(await new_database(MIGRATIONS), settings)


class OpenDoors:
    """The contact service's own app in this process, behind what `Doors` promises."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.is_shut = False

    async def get(self, service: str, path: str, **query: Any) -> Any:
        return self._answer(await self._http.get(f"/v1/demo/{path}", params=query))

    async def post(self, service: str, path: str, body: Mapping[str, object], key: str = "") -> Any:
        return self._answer(await self._http.post(f"/v1/demo/{path}", json=body))

    def _answer(self, answer: httpx.Response) -> Any:
        if self.is_shut:
            raise NotNow("shut")
        if answer.status_code >= 400:
            raise Refused(answer.text)
        return answer.json()


class Scripts:
    """Knows the script of one loan."""

    def __init__(self, behaviour: Behaviour, **parameters: int) -> None:
        self._script = LoanScript("CL-1", behaviour, "cured", parameters=parameters)

    def script(self, loan_id: str) -> LoanScript | None:
        return self._script


def collectors(scene: Scene, doors: OpenDoors, register: Scripts, folder: Path) -> Collectors:
    stage = Stage(
        doors=cast(Doors, doors),
        register=cast(Register, register),
        agenda=open_agenda(folder / "demo.json"),
        till=None,
        zone=ZoneInfo("Asia/Shanghai"),
    )
    record = recording_in(scene.settings.var, "demo")
    return Collectors(stage, scene.context.clock, "1", record)


async def queue_one(scene: Scene) -> str:
    await scene.person("b1", ("phone", NUMBER), ("email", EMAIL), ("postal", "1 Sample Road"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    return await wanted(scene, touch_of("l1", "b1"), until=None)


@pytest.mark.database
@pytest.mark.parametrize(
    "behaviour, parameters, code, outcome",
    [
        (Behaviour.PROMISES_AND_KEEPS, {"days": 3}, "promise", "effective"),
        (Behaviour.PAYS_AFTER_CALL, {"days": 1}, "paid", "effective"),
        (Behaviour.SILENT, {}, "no_answer", "no_answer"),
        (Behaviour.SILENT_UNTIL_COURT_PAYS, {}, "voicemail", "voicemail"),
        (Behaviour.WRONG_NUMBER, {}, "wrong_number", "third_party"),
        (Behaviour.HARDSHIP, {"days": 5}, "no_agreement", "effective"),
    ],
)
async def test_people_answer_a_call_by_their_script(
    scene: Scene,
    tmp_path: Path,
    behaviour: Behaviour,
    parameters: dict[str, int],
    code: str,
    outcome: str,
) -> None:
    await queue_one(scene)
    async with scene.app() as http:
        played = collectors(scene, OpenDoors(http), Scripts(behaviour, **parameters), tmp_path)
        assert await played.work() == 1
        assert await played.work() == 0
        missing = (await http.get("/v1/demo/calls/recordings/missing")).json()
    [told] = await scene.told("l1", calls_pb.CallDisposed)
    assert (told.code, told.outcome) == (code, outcome)
    assert missing["dispositions"] == []
    planned = {entry.deed for entry in played.stage.agenda.entries.values()}
    assert not {Deed.OUTCOME, Deed.PROMISE} & planned
    assert (Deed.PAY_OVERDUE in planned) == ("days" in parameters and code != "no_agreement")
    replies = [list(reply.kinds) for reply in await scene.told("l1", pb.ReplyReceived)]
    assert replies == [[said] for said in (code,) if code in ("promise", "paid")] + (
        [["wrong_person"]] if code == "wrong_number" else []
    )


@pytest.mark.database
async def test_a_shut_door_stops_the_work_and_nothing_is_lost(scene: Scene, tmp_path: Path) -> None:
    await queue_one(scene)
    async with scene.app() as http:
        doors = OpenDoors(http)
        played = collectors(scene, doors, Scripts(Behaviour.SILENT), tmp_path)
        doors.is_shut = True
        assert await played.work() == 0
        doors.is_shut = False
        assert await played.work() == 1


@pytest.mark.database
async def test_who_cannot_be_identified_is_told_nothing(scene: Scene, tmp_path: Path) -> None:
    await scene.overdue("l1", "b1")
    await wanted(scene, touch_of("l1", "b1"), until=None)
    async with scene.app() as http:
        script = Scripts(Behaviour.PAYS_AFTER_CALL, days=1)
        assert await collectors(scene, OpenDoors(http), script, tmp_path).work() == 1
    [told] = await scene.told("l1", calls_pb.CallDisposed)
    assert told.code == "not_identified"


def test_the_invented_people_know_their_own_address_and_strangers_know_none() -> None:
    assert email_known_to(NUMBER) == EMAIL
    assert email_known_to("+886-900-000123") == "holder-123@example.test"
    assert email_known_to("+86-139-0000-0001") == ""
