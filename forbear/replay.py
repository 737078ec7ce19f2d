"""`forbear replay`: a portfolio's file becomes the facts that a core bank would have sent."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import Clock
from chassis.settings import Settings
from forbear.portfolio import facts as portfolio
from forbear.stack.clocks import changed, read_clock, tell_open_cases, wall_now, write_clock

BAD_ROWS_SHOWN = 20
_DAY_SECONDS = 86_400


def register(app: typer.Typer) -> None:
    """Add `replay` to the command line."""
    app.command("replay")(replay)


# Typer takes each option as an argument.
def replay(  # noqa: PLR0913
    file: Annotated[Path, typer.Argument(help="A file, or a directory of CSV files.")],
    format: Annotated[portfolio.Format, typer.Option(help="What the file is.")],
    tenant: Annotated[str, typer.Option(help="The tenant of rows that name none.")] = "demo",
    sample: Annotated[int, typer.Option(min=1, help="Play one in so many loans.")] = 1,
    seconds_per_day: Annotated[
        float | None, typer.Option(min=0.01, help="Set the case clock to this pace, and wait.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Send each fact when the clock reaches it.")] = True,
    strict: Annotated[bool, typer.Option(help="Send nothing if any row is bad.")] = False,
) -> None:
    """Send a portfolio to the bank's topics, in time order, at the pace of the case clock."""
    console = Console()
    try:
        loaded = portfolio.load(format, file, sample, tenant)
    except portfolio.PortfolioError as error:
        console.print(f"forbear: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    _report_bad_rows(console, loaded, strict)
    settings = Settings()
    if seconds_per_day is not None:
        asyncio.run(_set_pace(settings, loaded, seconds_per_day))
    clock = Clock(settings) if wait and read_clock(settings) is not None else None
    try:
        sent = asyncio.run(_play(console, loaded, settings, clock))
    except (KafkaError, OSError) as error:
        console.print(
            f"forbear: Kafka at {settings.kafka_bootstrap} does not answer ({error}); start it "
            "with `forbear up`, or set KAFKA_BOOTSTRAP_SERVERS",
            markup=False,
            soft_wrap=True,
        )
        raise typer.Exit(1) from None
    console.print(f"{sent} of {loaded.total} facts sent, {len(loaded.bad_rows)} rows left out")


def _report_bad_rows(console: Console, loaded: portfolio.Portfolio, strict: bool) -> None:
    for row in loaded.bad_rows[:BAD_ROWS_SHOWN]:
        console.print(str(row), markup=False, highlight=False, soft_wrap=True)
    more = len(loaded.bad_rows) - BAD_ROWS_SHOWN
    if more > 0:
        console.print(f"and {more} more bad rows")
    if strict and loaded.bad_rows:
        console.print(f"nothing was sent: {len(loaded.bad_rows)} bad rows; correct them")
        raise typer.Exit(1)


async def _set_pace(
    settings: Settings, loaded: portfolio.Portfolio, seconds_per_day: float
) -> None:
    reading = read_clock(settings)
    # A clock that stands before the portfolio's end goes on; any other starts with the portfolio.
    now = None if reading is None else reading.case_time(wall_now())
    is_within = now is not None and loaded.ends_at is not None and now < loaded.ends_at
    start = None if is_within else loaded.starts_at
    paced = changed(reading, wall_now(), _DAY_SECONDS / seconds_per_day, start)
    write_clock(settings, paced)
    await tell_open_cases(settings, paced)


async def _play(
    console: Console, loaded: portfolio.Portfolio, settings: Settings, clock: Clock | None
) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        bar = bars.add_task("replay", total=loaded.total)

        def show(progress: portfolio.Progress) -> None:
            bars.update(bar, completed=progress.sent, description=f"{progress.at:%Y-%m-%d}")

        return await portfolio.play(loaded.facts, settings.kafka_bootstrap, clock, show, stop)
