"""The contact service on one screen; roles: all, api, worker, consumer, relay."""

from __future__ import annotations

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from interfaces.contact import TASK_QUEUE
from services.contact.activities import Activities, Bell, answer, collect, do_owed, watch
from services.contact.activities import run as meet_pools
from services.contact.activities import tend as tend_calls
from services.contact.api import LARGER_BODIES, router
from services.contact.consumers import consumers
from services.contact.settings import NAME, TOPIC


def service(settings: Settings) -> Service:
    bell = Bell()
    return Service(
        name=NAME,
        settings=settings,
        routers=(router,),
        activities=lambda context: (Activities(context, bell=bell),),
        background=lambda context: (
            meet_pools(context, bell),
            watch(context),
            tend_calls(context),
            answer(context),
            do_owed(context),
            collect(context),
        ),
        task_queue=TASK_QUEUE,
        consumers=consumers,
        topic=TOPIC,
        larger_bodies=LARGER_BODIES,
    )


SERVICE = service(Settings())

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
