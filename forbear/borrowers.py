"""The people of a play as a process of their own: `python -m forbear.borrowers`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from chassis import telemetry
from chassis.clock import Clock
from chassis.settings import Settings, load
from forbear.play.agenda import open_agenda
from forbear.play.deeds import Stage
from forbear.play.doors import Doors
from forbear.play.people import People
from forbear.play.register import Register
from forbear.play.till import open_till
from forbear.portfolio.script import read_script
from services.contact.gateways.addresses import GatewaySettings


async def play(settings: Settings, tenant: str, script: Path | None, seed: str) -> None:
    """Answer as the people of the tenant's loans until a signal comes; `script` is a file beside
    the books of its portfolio, and without one nobody pays: the portfolio's file tells of that."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    zone = zone_of(settings, tenant)
    agenda = open_agenda(settings.var / "borrowers" / f"{tenant}.json")
    agenda.file.parent.mkdir(parents=True, exist_ok=True)
    doors = Doors(settings, tenant)
    register = Register(doors, read_script(script) if script else {})
    bootstrap = settings.kafka_bootstrap
    till = await open_till(script.parent, agenda, bootstrap, zone) if script else None
    try:
        has_post_office = bool(GatewaySettings().of(tenant).secret)
        stage = Stage(doors, register, agenda, till, zone, has_post_office)
        await People(stage, Clock(settings), seed).run(stop)
    finally:
        agenda.save()
        await doors.close()
        if till is not None:
            await till.close()


def zone_of(settings: Settings, tenant: str) -> ZoneInfo:
    content = yaml.safe_load((settings.config / "tenants" / f"{tenant}.yaml").read_text("utf-8"))
    return ZoneInfo(content["zone"])


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m forbear.borrowers", description=__doc__)
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--script", type=Path, help="a script.yaml beside the portfolio's files")
    parser.add_argument("--seed", default="1", help="what the answers of the unscripted hang on")
    asked = parser.parse_args(argv)
    telemetry.configure("borrowers")
    asyncio.run(play(load(Settings), asked.tenant, asked.script, asked.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
