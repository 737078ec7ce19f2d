"""What a person watches while a portfolio plays, and the table at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from chassis.settings import Settings
from forbear.stack.parts import SERVICES
from forbear.stack.temporal import ui_url

_PLAIN_EVERY = 10


@dataclass
class Scene:
    """The latest of everything shown."""

    at: str = ""
    sent: int = 0
    total: int = 0
    counts: Mapping[str, Any] = field(default_factory=dict)
    cases: Mapping[str, Any] = field(default_factory=dict)
    contacts: Mapping[str, Any] = field(default_factory=dict)
    lag: str = ""
    waiting: int = 0
    seconds_per_day: float = 0.0
    pss_mib: int = 0
    phase: str = ""


class View:
    """A table that redraws itself in a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True)
        self._looks = 0

    def __enter__(self) -> View:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def show(self, scene: Scene) -> None:
        if self._console.is_terminal:
            self._live.update(_table(scene))
        elif self._looks % _PLAIN_EVERY == 0:
            self._console.print(_line(scene), markup=False, highlight=False, soft_wrap=True)
        self._looks += 1


def _table(scene: Scene) -> Table:
    table = Table(title=f"Forbear: {scene.phase}", show_header=False, min_width=78)
    for name, value in _rows(scene).items():
        table.add_row(name, value)
    return table


def _line(scene: Scene) -> str:
    return "; ".join(f"{name}: {value}" for name, value in _rows(scene).items())


def _rows(scene: Scene) -> dict[str, str]:
    disposed = ", ".join(
        f"{name} {scene.counts[name]}"
        for name in ("applied", "duplicate", "stale", "quarantined", "dead_lettered")
        if name in scene.counts
    )
    reasons = _pairs(scene.cases.get("by_reason", {}))
    return {
        "case time": f"{scene.at} ({scene.seconds_per_day:.2f} s a day)",
        "facts": f"{scene.sent} of {scene.total} sent; {disposed}",
        "cases": f"{scene.cases.get('open', 0)} open of {scene.cases.get('opened', 0)}",
        "furthest": _pairs(scene.cases.get("by_stage", {})),
        "ended": reasons or "none yet",
        "touches": (
            f"{scene.contacts.get('made', 0)} made; refused "
            f"{sum(scene.contacts.get('refused_by_rule', {}).values())}"
        ),
        "lag": scene.lag,
        "memory": f"{scene.pss_mib} MiB",
    }


def _pairs(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())


def show_report(console: Console, report: Mapping[str, Any], failures: list[str]) -> None:
    """The summary as a table, every check with its answer, and what lies behind a failed one."""
    table = Table(title="Summary", show_header=False)
    for name, value in report.items():
        if name != "checks":
            table.add_row(name, str(value))
    console.print(table)
    checks = Table("check", "held", title="Checks")
    for name, held in report["checks"].items():
        checks.add_row(name, "[green]true" if held else "[red]false")
    console.print(checks)
    for text in failures:
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def show_addresses(console: Console, settings: Settings) -> None:
    """Where to look while the stack is up."""
    console.print(f"Temporal UI   {ui_url(settings.port('temporal_ui'))}", highlight=False)
    for name in SERVICES:
        address = f"http://{settings.host}:{settings.port(name)}/docs"
        console.print(f"{name:13} {address}", highlight=False)
