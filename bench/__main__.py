"""`make bench [ONLY=name]`: measures, prints a table and writes var/bench/report.json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop

from bench import contact_gate, ladder, relay, report, stack

REPORT = Path("var/bench/report.json")
BENCHES: dict[str, Callable[[], Awaitable[list[report.Figure]]]] = {
    "contact_gate": contact_gate.figures,
    "ladder": ladder.measure,
    "relay": relay.figures,
    "stack": stack.measure,
}


async def run(names: list[str]) -> list[report.Figure]:
    figures: list[report.Figure] = []
    for name in names:
        figures += await BENCHES[name]()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(BENCHES), help="measure one thing alone")
    only = parser.parse_args().only
    figures = uvloop.run(run([only] if only else list(BENCHES)))
    for figure in figures:
        verdict = "met" if figure.is_met else "MISSED"
        print(
            f"{figure.name:24} {figure.value:>12,.1f} {figure.unit:5} "
            f"limit {figure.limit:>12,.1f}  target {figure.target:>10,.1f}  {verdict}"
        )
    report.write(figures, REPORT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
