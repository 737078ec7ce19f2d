"""Whatever stands where an id should, a door says that it is wrong or unknown; it never breaks."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from chassis.http import create_app
from services.contact.api import router
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database
STRANGE = {
    "null byte": "%00",
    "null byte inside": "l1%00",
    "ten kilobytes": "x" * 10_000,
    "slashes": "..%2F..%2Fl1",
    "unicode": "%E8%B4%B7%E6%AC%BE",
    "no unicode": "%FF%FE",
    "line break": "l1%0A",
    "space": "%20",
    "quotes": "%27%22%3B--",
    "percent": "%25%30%30",
}


def doors(scene: Scene) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and parameters of every door that the service documents."""
    app = create_app("contact", scene.settings, scene.database, [router])
    return [
        (method, path, door)
        for path, methods in app.openapi()["paths"].items()
        for method, door in methods.items()
    ]


def filled(path: str, name: str, value: str) -> str:
    given = path.replace(f"{{{name}}}", value).replace("{tenant}", "demo")
    return re.sub(r"\{\w+\}", "l1", given)


async def asked(http: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    body: dict[str, object] | None = {} if method in ("post", "put", "patch") else None
    return await http.request(method, path, json=body)


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_strange_id_in_a_path_is_unknown_or_wrong(scene: Scene, kind: str) -> None:
    value, tried = STRANGE[kind], 0
    async with scene.app() as http:
        for method, path, _ in doors(scene):
            for name in re.findall(r"\{(\w+)\}", path):
                answer = await asked(http, method, filled(path, name, value))
                assert answer.status_code < 500, (method, path, name, answer.text)
                is_plain = kind in ("quotes", "percent")
                assert is_plain or answer.status_code in (404, 405, 422), (method, path, name)
                tried += 1
    assert tried > 100


@pytest.mark.parametrize("kind", STRANGE)
async def test_a_strange_id_in_a_query_breaks_nothing(scene: Scene, kind: str) -> None:
    tried = 0
    async with scene.app() as http:
        for method, path, door in doors(scene):
            for parameter in door.get("parameters", ()):
                if parameter["in"] != "query":
                    continue
                url = f"{filled(path, '', '')}?{parameter['name']}={STRANGE[kind]}"
                answer = await asked(http, method, url)
                assert answer.status_code < 500, (method, url[:200], answer.text)
                tried += 1
    assert tried > 20
