"""The whole service on one screen: `python -m services.intake [all|api|consumer|relay]`."""

from __future__ import annotations

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from services.intake.api import router
from services.intake.consumers import consumers
from services.intake.settings import ACCEPTED_TOPIC


def main() -> int:
    service = Service(
        name="intake",
        settings=Settings(),
        routers=[router],
        consumers=consumers,
        topic=ACCEPTED_TOPIC,
    )
    return run(service, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
