"""Facts documents from a file or from a running contact service, checked against their schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema

from chassis.settings import Settings
from forbear.stack.failures import StackError
from services.contact.domain.law.document import parse
from services.contact.domain.law.facts import Facts

PAGE = 1_000
_SECONDS_MAX = 30


def one_document(path: Path) -> Facts:
    """A file with one facts document; raises `StackError` in words."""
    return _facts(_decoded(_read(path), str(path)), str(path))


def lines(path: Path) -> Iterator[Facts]:
    """A file with one facts document a line."""
    for number, line in enumerate(_read(path).splitlines(), start=1):
        if line.strip():
            place = f"{path}:{number}"
            yield _facts(_decoded(line, place), place)


def recorded(tenant: str) -> Iterator[Facts]:
    """The facts of every verdict that the local contact service recorded."""
    settings = Settings()
    url = f"http://{settings.host}:{settings.port('contact')}/v1/{tenant}/law/acts"
    after: int | None = 0
    while after is not None:
        page = _page(url, after)
        for raw in page["acts"]:
            yield _facts(raw, f"{url}?after={after}")
        after = page["next"]


def _page(url: str, after: int) -> Mapping[str, Any]:
    try:
        answer = httpx.get(url, params={"after": after, "limit": PAGE}, timeout=_SECONDS_MAX)
    except httpx.HTTPError as failure:
        raise StackError(
            f"contact does not answer at {url} ({type(failure).__name__}); "
            "start it with `make up`, or give recorded acts with --acts"
        ) from failure
    if answer.is_error:
        raise StackError(f"contact answered {answer.status_code} at {url}: {answer.text[:200]}")
    page: Mapping[str, Any] = answer.json()
    return page


def _facts(raw: Mapping[str, Any], place: str) -> Facts:
    for fault in _validator(Settings().config / "law" / "facts.schema.json").iter_errors(raw):
        where = "/".join(map(str, fault.path)) or "the document"
        raise StackError(f"{place}: {where}: {fault.message}; see docs/law-facts.md")
    try:
        return parse(raw)
    except ValueError as failure:
        raise StackError(f"{place}: {failure}; see docs/law-facts.md") from failure


@lru_cache(maxsize=4)
def _validator(path: Path) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _decoded(text: str, place: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as failure:
        raise StackError(f"{place} is not JSON: {failure}") from failure
    if not isinstance(found, dict):
        raise StackError(f"{place} is no JSON object; docs/law-facts.md shows the format")
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise StackError(f"{path} cannot be read: {failure}") from failure
