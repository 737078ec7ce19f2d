"""The negotiation service on one screen."""

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from interfaces.negotiation import TASK_QUEUE
from services.negotiation.activities import Activities
from services.negotiation.api import router
from services.negotiation.consumers import consumers
from services.negotiation.settings import TOPIC

SERVICE = Service(
    name="negotiation",
    settings=Settings(),
    routers=[router],
    activities=lambda context: [Activities(context)],
    task_queue=TASK_QUEUE,
    consumers=consumers,
    topic=TOPIC,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
