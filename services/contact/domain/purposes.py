"""Service is what serves the person: what asks for money is collection, whatever it is called."""

from __future__ import annotations

from interfaces.values import LIABLE_ROLES, Capacity, Channel, Purpose, Role
from services.contact.domain.templates import Template

_SERVING = frozenset({Purpose.SERVICE, Purpose.REPLY})
# Nobody can say beforehand what is spoken; a call's script asks for money.
_SPOKEN = frozenset({Channel.CALL, Channel.VISIT})


def purpose_of(
    stated: Purpose, text: Template, channel: Channel, role: Role, capacity: Capacity
) -> Purpose:
    """What a touch is for, as its text shows. Service and replies pass opt-outs and most holds and
    count in no budget, so nothing else may travel under their name."""
    if stated not in _SERVING:
        return stated
    if capacity is Capacity.AGENCY:
        return Purpose.COLLECTION if stated is Purpose.SERVICE else stated
    is_spoken = channel in _SPOKEN and role in LIABLE_ROLES
    return stated if stated in text.purposes and not is_spoken else Purpose.COLLECTION
