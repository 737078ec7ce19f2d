"""The legal service on one screen."""

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from interfaces.legal import TASK_QUEUE
from services.legal.activities import Activities
from services.legal.api import router
from services.legal.consumers import consumers
from services.legal.settings import TOPIC

SERVICE = Service(
    name="legal",
    settings=Settings(),
    routers=[router],
    activities=lambda context: [Activities(context)],
    task_queue=TASK_QUEUE,
    consumers=consumers,
    topic=TOPIC,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
