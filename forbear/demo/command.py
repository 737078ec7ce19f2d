"""`forbear demo`: set up a fresh stack, play a portfolio on it, and say whether all held."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis.settings import Settings, settings_from
from forbear.demo.pace import Pace
from forbear.demo.post import address_gateways
from forbear.demo.show import Show, play_show
from forbear.portfolio import facts as portfolio
from forbear.portfolio.planned import PortfolioError
from forbear.portfolio.sample import DIRECTORY as SAMPLE
from forbear.stack.failures import StackError
from forbear.stack.state import is_supervised

# 136 days of the bundled sample in less than four minutes: slower while much waits.
_SAMPLE_SECONDS_PER_DAY = 0.6
_PORTFOLIO_SECONDS_PER_DAY = 6.0
_SLOWEST_SECONDS_PER_DAY = 120.0
_SAMPLE_WAITING_MAX = 250
_WAITING_MAX = 3_000


def register(app: typer.Typer) -> None:
    """Add `demo` to the command line."""
    app.command("demo")(demo)


# Typer takes each option as an argument.
def demo(  # noqa: PLR0913
    portfolio_path: Annotated[
        Path | None, typer.Option("--portfolio", help="A file; the bundled sample if left out.")
    ] = None,
    format: Annotated[
        portfolio.Format, typer.Option(help="What the file is.")
    ] = portfolio.Format.FORBEAR_CSV,
    sample: Annotated[int, typer.Option(min=1, help="Play one in so many loans.")] = 1,
    tenant: Annotated[str | None, typer.Option(help="Whose loans these are.")] = None,
    seconds_per_day: Annotated[
        float | None, typer.Option(min=0.1, help="Wall seconds for a day of the cases.")
    ] = None,
    exit: Annotated[
        bool, typer.Option("--exit", help="End by itself: 1 if a check fails.")
    ] = False,
) -> None:
    """Play a portfolio on a fresh stack with a live view, and print a summary with its checks."""
    settings = stack_settings(Settings())
    path = portfolio_path or SAMPLE
    owner = tenant or ("uci" if format is portfolio.Format.UCI_CREDIT_CARD else "demo")
    try:
        loaded = portfolio.load(format, path, sample, owner)
    except PortfolioError as error:
        raise StackError(str(error)) from error
    address_gateways(settings, owner)
    script = path / "script.yaml"
    _clear(settings)
    show = Show(
        settings=settings,
        portfolio=loaded,
        tenant=owner,
        directory=path if script.exists() else None,
        pace=_pace(seconds_per_day, is_bundled=script.exists(), is_sampled=sample > 1),
        exits=exit,
    )
    raise typer.Exit(asyncio.run(play_show(show, Console())))


def stack_settings(settings: Settings) -> Settings:
    """A demo has a stack of its own, from zero each time. What reads the environment later on,
    in this process or below it, must see the same one."""
    directory = settings.var.resolve() / "demo" / "stack"
    os.environ["FORBEAR_VAR"] = str(directory)
    return settings_from(var=directory)


def _clear(settings: Settings) -> None:
    if is_supervised(settings.var / "run"):
        raise StackError(f"a demo is running in {settings.var}; stop it with Ctrl-C first")
    shutil.rmtree(settings.var, ignore_errors=True)
    settings.var.mkdir(parents=True, exist_ok=True)


def _pace(seconds_per_day: float | None, *, is_bundled: bool, is_sampled: bool) -> Pace:
    if is_bundled:
        wished = seconds_per_day or _SAMPLE_SECONDS_PER_DAY
        return Pace(wished, 5 * wished, _SAMPLE_WAITING_MAX)
    wished = seconds_per_day or _PORTFOLIO_SECONDS_PER_DAY
    slowest = wished if is_sampled else _SLOWEST_SECONDS_PER_DAY
    return Pace(wished, slowest, _WAITING_MAX)
