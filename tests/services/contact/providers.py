"""Scene helpers for real providers: which gateways a tenant has, and the way out to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from services.contact.activities import Activities
from services.contact.activities.ways_out import ways_out
from services.contact.gateways import Gateway
from services.contact.store import handovers
from tests.services.contact.post import SECRET
from tests.services.contact.scene import Scene

SENDER = "collections@bank.example"
PUBLIC = "http://127.0.0.1"


@contextmanager
def configured(**providers: str) -> Iterator[None]:
    """FORBEAR_GATEWAYS for the demo tenant while the block lasts."""
    given = {"secret": SECRET, "sender": SENDER, "public_url": PUBLIC, **providers}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORBEAR_GATEWAYS", json.dumps({"demo": given}))
        yield


def way_out(scene: Scene) -> Gateway:
    return ways_out(scene.context)


def through(scene: Scene) -> Activities:
    return scene.with_gateway(way_out(scene))


async def state_of(scene: Scene, attempt_id: str) -> str:
    async with scene.database.transaction() as session:
        row = await handovers.find(session, attempt_id)
    return row.state if row else ""
