"""Waiting for what must come true in other processes, with a bound and a word on what it was."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

Found = TypeVar("Found")

_PAUSE_SECONDS = 0.2


async def eventually(
    look: Callable[[], Awaitable[Found]], within: float = 60.0, what: str = ""
) -> Found:
    """The first thing found that counts as true; fails with the last one found at the bound.

    A door that is closed for the moment (its process was killed, or is still starting) is looked at
    again.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            found = await look()
            if found:
                return found
            last = found
        except (httpx.HTTPError, OSError) as closed:
            last = closed
        if time.monotonic() > deadline:
            raise AssertionError(
                f"not within {within:.0f} s: {what or look.__name__}; last: {last!r}"
            )
        await asyncio.sleep(_PAUSE_SECONDS)
