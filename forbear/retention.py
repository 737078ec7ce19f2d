"""`forbear retention due`: what may be deleted by a day, what not yet, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import httpx
import typer

from chassis.settings import Settings
from forbear.stack.failures import StackError

PAGE = 500
_SECONDS_MAX = 60.0
retention = typer.Typer(help="How long records are kept.", no_args_is_help=True)


class Kind(StrEnum):
    RECORDING = "recording"
    REPLY = "reply"
    ATTEMPT = "attempt"
    VERDICT = "verdict"


def register(app: typer.Typer) -> None:
    app.add_typer(retention, name="retention")


@retention.callback()
def _retention() -> None:
    """How long records are kept."""


@retention.command()
def due(  # noqa: PLR0913 — the options of one command
    at: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day to judge by.")],
    years: Annotated[
        int | None,
        typer.Option(min=1, help="Years to keep beyond what the tenant's packs ask for."),
    ] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Default: every kind.")] = None,
    from_last_activity: Annotated[
        bool, typer.Option(help="Count those years from the loan's last collection activity.")
    ] = False,
    tenant: Annotated[str, typer.Option(help="The bank whose records are listed.")] = "demo",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List records with the first day each may be deleted, or what it waits for."""
    asked: dict[str, str | int] = {"at": f"{at:%Y-%m-%d}", "limit": PAGE}
    if years is not None:
        asked["years"] = years
    asked["counts_from_last_activity"] = str(from_last_activity).lower()
    free = kept = 0
    for each in kind or list(Kind):
        for record in records(Settings(), tenant, {**asked, "kind": each.value}):
            free, kept = free + record["may_be_deleted"], kept + (not record["may_be_deleted"])
            typer.echo(json.dumps(record, ensure_ascii=False) if as_json else _line(record))
    typer.echo(f"{free} may be deleted, {kept} may not yet", err=as_json)


def records(
    settings: Settings, tenant: str, asked: dict[str, str | int]
) -> Iterator[dict[str, Any]]:
    """Contact's answer, page by page; raises StackError where it cannot be had."""
    url = f"http://{settings.host}:{settings.port('contact')}/v1/{tenant}/retention"
    after = ""
    with httpx.Client(timeout=_SECONDS_MAX) as client:
        while True:
            page = _page(client, url, {**asked, "after": after})
            yield from page
            if not page:
                return
            after = page[-1]["record_id"]


def _page(client: httpx.Client, url: str, asked: dict[str, str | int]) -> list[dict[str, Any]]:
    try:
        answer = client.get(url, params=asked)
    except httpx.HTTPError as failure:
        raise StackError(f"contact does not answer at {url}; start it: forbear up") from failure
    if answer.is_error:
        raise StackError(f"contact refused: {answer.json().get('detail', answer.text)}")
    page: list[dict[str, Any]] = answer.json()["records"]
    return page


def _line(record: dict[str, Any]) -> str:
    if record["may_be_deleted"]:
        return f"{record['kind']} {record['record_id']}: may be deleted ({record['because']})"
    until = record["kept_until"] or "further notice"
    return f"{record['kind']} {record['record_id']}: kept until {until} ({record['because']})"
