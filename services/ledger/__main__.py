"""The ledger on one screen: `python -m services.ledger [all|api|consumer|relay]`."""

from __future__ import annotations

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from services.ledger import api
from services.ledger.consumers import Doors
from services.ledger.settings import TOPIC, load_tenants


def service(settings: Settings) -> Service:
    tenants = load_tenants(settings.config)
    doors = Doors(tenants)
    return Service(
        name="ledger",
        settings=settings,
        routers=[api.router(tenants)],
        consumers=doors.consumers,
        background=doors.background,
        topic=TOPIC,
    )


SERVICE = service(Settings())

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
