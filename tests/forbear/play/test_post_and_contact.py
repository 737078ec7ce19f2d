"""Contact sends through the play's post office, and its people's outcomes come back signed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

import services.contact
from chassis.http import create_app
from chassis.settings import PORT_OFFSETS, Settings, settings_from
from forbear.play.doors import Doors
from forbear.play.mailbox import arrived
from interfaces.contact import TouchStatus
from interfaces.values import Channel
from services.contact.api import router
from services.contact.commands.judging import attempt_id_of
from tests.conftest import NewDatabase, free_port
from tests.forbear.play.test_post_office import eventually, office
from tests.services.contact.post import SECRET
from tests.services.contact.providers import configured, through
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
MIGRATIONS = Path(services.contact.__file__).parent / "migrations"


@pytest.fixture
async def scene(new_database: NewDatabase, settings: Settings) -> Scene:
    return Scene(await new_database(MIGRATIONS), settings)


@asynccontextmanager
async def listening(scene: Scene, port: int) -> AsyncIterator[httpx.AsyncClient]:
    """Contact's own door, on a port as in the stack."""
    app = create_app("contact", scene.settings, scene.database, [router])
    app.state.context = scene.context
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off")
    )
    serving = asyncio.create_task(server._serve())
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

            async def is_up() -> bool:
                try:
                    return (await http.get("/healthz")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_up)
            yield http
    finally:
        server.should_exit = True
        await serving


async def test_what_arrives_is_reported_and_what_comes_back_is_undeliverable(
    scene: Scene, tmp_path: Path
) -> None:
    base = free_port() - PORT_OFFSETS["contact"]
    gateway = f"http://127.0.0.1:{base + PORT_OFFSETS['post_office']}"
    mail = f"smtp://127.0.0.1:{base + PORT_OFFSETS['post_office_smtp']}"
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b2")
    await scene.person("b2", ("email", "nobody@bank.invalid"), sequence=2)
    sms = touch_of("l1", "b1", "l1/1/sms", channel=Channel.SMS)
    letter = touch_of("l1", "b1", "l1/1/letter", channel=Channel.LETTER, template="written_demand")
    lost = touch_of("l2", "b2", "l2/1/mail", channel=Channel.EMAIL)
    async with (
        listening(scene, base + PORT_OFFSETS["contact"]) as http,
        office(tmp_path, base) as post,
    ):
        with configured(sms=gateway, letter=gateway, email=mail, secret=SECRET):
            for touch in (sms, letter, lost):
                outcome = await scene.attempt(touch, through(scene))
                assert outcome.status is TouchStatus.CONFIRMED
            doors = Doors(settings_from(port_base=base), TENANT)
            came = await arrived(doors, 0)
            await doors.close()
            assert [attempt["key"] for _, attempt in came] == [sms.key, letter.key, lost.key]
            await post.post(f"/v1/demo/arrived/{_id(sms.key)}/outcome", json=DELIVERED)

            async def both_known() -> bool:
                shown = [await _outcome(http, key) for key in (sms.key, lost.key)]
                return shown == ["delivered", "undeliverable"]

            await eventually(both_known)
    assert await scene.gateway.messages(TENANT, 0, 10) == []


DELIVERED = {"outcome": "delivered"}


def _id(key: str) -> str:
    return attempt_id_of(TENANT, key)


async def _outcome(http: httpx.AsyncClient, key: str) -> str:
    return str((await http.get(f"/v1/demo/attempts/{_id(key)}")).json()["outcome"])
