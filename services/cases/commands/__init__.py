"""The use cases of the service, one function each, inside the door's transaction."""

TOPIC = "collect.case.v1"
