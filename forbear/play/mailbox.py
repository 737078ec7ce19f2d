"""What arrived for the people of a play: real messages at the post office, calls at the sandbox."""

from __future__ import annotations

import asyncio
from typing import Any

from forbear.play.doors import Doors

ARRIVED_PAGE = 50
BY_POST = "post_office"


async def arrived(doors: Doors, after: int) -> list[tuple[int, dict[str, Any]]]:
    """The next messages that reached somebody, with what contact says each one is about."""
    found = await doors.get(BY_POST, "arrived", after=after, limit=ARRIVED_PAGE)
    page = found["arrived"]
    told = await asyncio.gather(
        *(doors.get("contact", f"attempts/{each['attempt_id']}") for each in page)
    )
    return [(each["seq"], attempt) for each, attempt in zip(page, told, strict=True)]
