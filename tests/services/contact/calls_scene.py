"""A collector at the contact service's doors, and the files a telephone system would leave."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from interfaces.contact import Touch
from services.contact.commands.calls import queue
from services.contact.commands.calls.queue import CallWanted
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

PHONE_OF = "+86-900-{loan}"
LANGUAGES = ["zh-CN", "en"]


async def wanted(
    scene: Scene, *touches: Touch, key: str = "", until: datetime | None = NOON + timedelta(hours=8)
) -> str:
    """A call for these touches waits in the queue; answers its id."""
    command = CallWanted(
        key=key or touches[0].key,
        tenant=TENANT,
        party_id=touches[0].party_id,
        touches=touches,
        due_at=min(touch.at for touch in touches),
        window_until=until,
    )
    async with scene.database.transaction() as session:
        return (await queue.enqueue(session, scene.desk, command, NOON)).call_id


async def one_call(scene: Scene, loan_id: str = "l1", party_id: str = "b1", **changes: Any) -> str:
    """An overdue loan, and a call to its borrower in the queue."""
    await scene.overdue(loan_id, party_id)
    return await wanted(scene, touch_of(loan_id, party_id, **changes))


class Collector:
    """Says what a collector says, and expects the status it should get."""

    def __init__(self, http: httpx.AsyncClient, name: str = "c-1") -> None:
        self._http, self.name = http, name

    async def claim(self, languages: list[str] | None = None, **more: Any) -> Any:
        body = {"languages": languages or LANGUAGES, **more}
        return (await self.post("calls/claim", body))["call"]

    async def dial(self, call_id: str, status: int = 200) -> Any:
        return await self.post(f"calls/{call_id}/dial", {}, status)

    async def screen(self, call_id: str, status: int = 200, **query: str) -> Any:
        params = {"collector": self.name, **query}
        answer = await self._http.get(f"/v1/demo/calls/{call_id}/screen", params=params)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def identify(
        self, call_id: str, check_id: str = "i-1", status: int = 200, **facts: str
    ) -> Any:
        said = facts or {"name": "王小明", "email": "b1@example.test"}
        body = {
            "check_id": check_id,
            "facts": [{"fact": fact, "value": value} for fact, value in said.items()],
        }
        return await self.post(f"calls/{call_id}/identity", body, status)

    async def dispose(self, call_id: str, code: str, status: int = 200, **more: Any) -> Any:
        body = {"code": code, **more}
        return await self.post(f"calls/{call_id}/disposition", body, status)

    async def get_through(self, call_id: str) -> str:
        """Claim, dial and identify; answers the attempt's id."""
        assert (await self.claim())["call_id"] == call_id
        attempt_id: str = (await self.dial(call_id))["attempt_id"]
        assert (await self.identify(call_id))["state"] == "passed"
        return attempt_id

    async def get(self, path: str, status: int = 200) -> Any:
        answer = await self._http.get(f"/v1/demo/{path}")
        assert answer.status_code == status, answer.text
        return answer.json()

    async def post(self, path: str, body: dict[str, Any], status: int = 200) -> Any:
        answer = await self._http.post(f"/v1/demo/{path}", json={"collector": self.name, **body})
        assert answer.status_code == status, answer.text
        return answer.json()


def record_call(scene: Scene, reference: str) -> str:
    """The telephone system leaves a recording."""
    folder = scene.settings.var / "recordings" / TENANT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / reference).write_bytes(b"RIFF")
    return reference


async def end_leases(scene: Scene) -> None:
    """Every lease ended a moment ago."""
    query = text("UPDATE call SET lease_wall_at = now() - interval '1 second'")
    async with scene.database.transaction() as session:
        await session.execute(query)


async def tend(scene: Scene) -> int:
    """What the background does: takes back all that has lapsed."""
    done = 0
    while True:
        async with scene.database.transaction() as session:
            if not await queue.tend_next(session, scene.desk, scene.context.clock.now()):
                return done
        done += 1
