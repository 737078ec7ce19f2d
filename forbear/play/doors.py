"""The services' HTTP doors, as the people of the play knock at them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx

from chassis.settings import Settings

PAGE = 1_000


class NotNow(Exception):
    """The door did not open: try again later."""


class Refused(Exception):
    """The service said no, for a reason that trying again does not change."""


class Doors:
    """One connection pool to all services of one tenant."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self._settings, self._tenant = settings, tenant
        self._http = httpx.AsyncClient(timeout=20)

    async def close(self) -> None:
        await self._http.aclose()

    async def get(self, service: str, path: str, **query: object) -> dict[str, Any]:
        return await self._ask("GET", service, path, params=query)

    async def post(
        self, service: str, path: str, body: Mapping[str, object], key: str = ""
    ) -> dict[str, Any]:
        """`key` is sent as Idempotency-Key to the doors that want one."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._ask("POST", service, path, json=body, headers=headers)

    async def pages(self, service: str, path: str, **query: object) -> AsyncIterator[Any]:
        """Every item of a list paged by `after`."""
        after: object = None
        while True:
            cursor = {"after": after} if after else {}
            page = await self.get(service, path, limit=PAGE, **query, **cursor)
            for item in next(value for value in page.values() if isinstance(value, list)):
                yield item
            after = page.get("next") or page.get("next_after") or page.get("after")
            if not after:
                return

    async def _ask(self, method: str, service: str, path: str, **more: Any) -> dict[str, Any]:
        base = f"http://{self._settings.host}:{self._settings.port(service)}"
        try:
            answer = await self._http.request(method, f"{base}/v1/{self._tenant}/{path}", **more)
        except httpx.TransportError as failure:
            raise NotNow(f"{service} does not answer: {type(failure).__name__}") from failure
        if answer.status_code >= 500 or answer.status_code == 429:
            raise NotNow(f"{service} answers {answer.status_code}")
        if answer.status_code >= 400:
            raise Refused(f"{service} {method} {path}: {answer.status_code} {answer.text[:300]}")
        content: dict[str, Any] = answer.json()
        return content
