"""The cases service on one screen: `python -m services.cases [all|api|worker|consumer|relay]`."""

from __future__ import annotations

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from interfaces.cases import TASK_QUEUE
from services.cases import api
from services.cases.activities import Activities
from services.cases.commands import TOPIC, rulebook
from services.cases.consumers import consumers


def service() -> Service:
    """Reads the configuration first: a wrong file is a reason not to start."""
    settings = Settings()
    rulebook.load(settings.config)
    return Service(
        name="cases",
        settings=settings,
        routers=[api.router],
        activities=lambda context: [Activities(context)],
        task_queue=TASK_QUEUE,
        consumers=consumers,
        topic=TOPIC,
    )


if __name__ == "__main__":
    try:
        mounted = service()
    except ValueError as refusal:
        sys.exit(f"cases cannot start: {refusal}")
    sys.exit(run(mounted, sys.argv[1:]))
