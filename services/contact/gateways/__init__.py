"""The ways out to people: a sandbox for every channel, and real providers where one is configured.

Every provider is handed the attempt's id as idempotency key: the same id twice is one message.
"""

from services.contact.gateways.messages import (
    Gateway,
    HandoverInDoubt,
    Letter,
    Message,
    NotHandedOver,
    Provider,
    Receipt,
    RefusedForGood,
    SentMessage,
)
from services.contact.gateways.sandbox import SandboxGateway

__all__ = [
    "Gateway",
    "HandoverInDoubt",
    "Letter",
    "Message",
    "NotHandedOver",
    "Provider",
    "Receipt",
    "RefusedForGood",
    "SandboxGateway",
    "SentMessage",
]
