"""The whole service on one screen: `python -m services.intake [all|api|consumer|relay]`."""

from __future__ import annotations

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from services.intake.api import router
from services.intake.consumers import consumers
from services.intake.settings import ACCEPTED_TOPIC, load_tenants


def service() -> Service:
    """Reads the tenants first: a wrong file is a reason not to start."""
    settings = Settings()
    load_tenants(settings.config)
    return Service(
        name="intake",
        settings=settings,
        routers=[router],
        consumers=consumers,
        topic=ACCEPTED_TOPIC,
    )


if __name__ == "__main__":
    try:
        mounted = service()
    except (ValueError, OSError) as refusal:
        sys.exit(f"intake cannot start: {refusal}")
    sys.exit(run(mounted, sys.argv[1:]))
