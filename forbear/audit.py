"""`forbear audit verify`: the ledger proves its histories, or the first broken link is named."""

from __future__ import annotations

from typing import Annotated, Any

import httpx
import typer

from chassis.settings import Settings
from forbear.stack.failures import StackError

_SECONDS_MAX = 600.0
audit = typer.Typer(help="Proof of the case histories.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(audit, name="audit")


@audit.callback()
def _audit() -> None:
    """Proof of the case histories."""


@audit.command()
def verify(
    tenant: Annotated[str, typer.Option(help="The bank whose histories are verified.")] = "demo",
) -> None:
    """Verify every loan's hash chain and the gap-free versions of its sources."""
    verdict = ask(Settings(), tenant)
    typer.echo(f"{verdict['verified']} of {verdict['loans']} histories verified")
    broken, gaps = verdict.get("first_broken"), verdict.get("gaps") or []
    if broken:
        typer.echo(
            f"first broken link: loan {broken['loan_id']}, record {broken['seq']}: "
            f"{broken['reason']}"
        )
    for gap in gaps[:10]:
        typer.echo(
            f"gap: loan {gap['loan_id']}, {gap['source']}: expected version {gap['expected']}, "
            f"found {gap['found']}"
        )
    if broken or gaps:
        raise typer.Exit(1)


def ask(settings: Settings, tenant: str) -> dict[str, Any]:
    """The ledger's verdict; raises StackError where it cannot be had."""
    url = f"http://{settings.host}:{settings.port('ledger')}/v1/{tenant}/audit/verify"
    try:
        answer = httpx.post(url, timeout=_SECONDS_MAX)
    except httpx.HTTPError as failure:
        raise StackError(f"the ledger does not answer at {url}; start it: forbear up") from failure
    if answer.is_error:
        raise StackError(f"the ledger refused: {answer.json().get('detail', answer.text)}")
    verdict: dict[str, Any] = answer.json()
    return verdict
