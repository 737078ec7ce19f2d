"""`forbear templates lint`: says of every text whether it may be sent, without any server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chassis.configuration import Misconfigured, read_documents
from chassis.settings import Settings
from services.contact.commands.library import faults, parse_template

templates = typer.Typer(help="The texts that people get.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `templates` to the command line."""
    app.add_typer(templates, name="templates")


@templates.callback()
def _group() -> None:
    """The texts that people get."""


@templates.command("lint")
def lint(
    directory: Annotated[
        Path | None, typer.Argument(help="A folder of templates; config/templates if left out.")
    ] = None,
) -> None:
    """Refuse threats, impersonation, shaming, disclosure to third parties, and missing parts."""
    folder = directory or Settings().config / "templates"
    try:
        texts = {path: parse_template(raw) for path, raw in read_documents(folder).items()}
    except Misconfigured as wrong:
        print(wrong)
        raise typer.Exit(1) from None
    found = [f"{path}: {fault}" for path, text in texts.items() for fault in faults(text)]
    for line in found:
        print(line)
    print(f"{len(texts)} templates, {len(found)} faults")
    raise typer.Exit(1 if found or not texts else 0)
