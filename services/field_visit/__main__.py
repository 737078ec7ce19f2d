"""The field-visit service on one screen."""

import sys

from chassis.service import Service, run
from chassis.settings import Settings
from interfaces.field_visit import TASK_QUEUE
from services.field_visit.activities import Activities
from services.field_visit.api import router
from services.field_visit.settings import TOPIC

SERVICE = Service(
    name="field_visit",
    settings=Settings(),
    routers=[router],
    activities=lambda context: [Activities(context)],
    task_queue=TASK_QUEUE,
    topic=TOPIC,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
