"""The command line's root: settings once, failures in words, one list of command modules."""

from __future__ import annotations

import sys
from types import ModuleType

import typer
from pydantic import ValidationError

from chassis.errors import Rejected
from forbear import audit, documents, law, replay, replies, retention, templates
from forbear.demo import command as demo
from forbear.stack import commands as stack_commands
from forbear.stack.failures import StackError

# Every module here has `register(app: typer.Typer)`; a new command is one line.
COMMANDS: tuple[ModuleType, ...] = (
    stack_commands,
    audit,
    demo,
    replay,
    replies,
    documents,
    law,
    retention,
    templates,
)

app = typer.Typer(
    name="forbear",
    help="Durable loan collections: the local stack, the demo, replay, audits and retention.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in COMMANDS:
    module.register(app)


def main() -> None:
    """Run the command line; an expected failure is one sentence and status 1."""
    try:
        app()
    except (StackError, Rejected) as failure:
        _fail(str(failure))
    except ValidationError as refusal:
        _fail("; ".join(_reasons(refusal)))


def _reasons(refusal: ValidationError) -> list[str]:
    """The settings' own sentences; what merely follows from a refused value is left out."""
    causes = [e for e in refusal.errors() if e["type"] != "default_factory_not_called"]
    return [
        error["msg"].removeprefix("Value error, ")
        if error["type"] == "value_error"
        else f"the setting {'.'.join(map(str, error['loc']))}={error['input']!r}: {error['msg']}"
        for error in causes
    ]


def _fail(message: str) -> None:
    print(f"forbear: {message}", file=sys.stderr)
    sys.exit(1)
