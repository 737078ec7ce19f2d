"""A supervisor in a process of its own, for the tests that stop and kill it: real servers, and
one idle process in the place of the services."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from chassis.settings import settings_from
from forbear.stack.commands import supervise
from forbear.stack.parts import Part, Plan, plan
from forbear.stack.process import Command
from forbear.stack.supervisor import Supervisor


def main(var: Path, port_base: int) -> None:
    settings = settings_from(var=var, port_base=port_base)
    argv = (sys.executable, "-c", "import time; time.sleep(600)")
    idle = Command("idle", argv, var, var / "logs" / "idle.log")
    processes = (Part("idle", "", lambda: idle, lambda child: child.is_alive()),)
    stack = Plan(plan(settings).servers, processes)

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    asyncio.run(supervise(Supervisor(settings, stack=stack, say=say), say))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
