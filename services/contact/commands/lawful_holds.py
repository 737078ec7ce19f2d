"""A hold whose kind a law speaks of keeps away at least what that law keeps away."""

from __future__ import annotations

from datetime import datetime

from chassis.errors import Invalid
from interfaces.values import Block, HoldKind
from services.contact.commands.desk import Desk
from services.contact.commands.holds import PlaceHold

_REACHING = frozenset({Block.CONTACT, Block.VISIT})
# Nobody reaches the dead, nor who cannot understand what is said, whatever the land.
_EVERYWHERE = frozenset({HoldKind.DECEASED, HoldKind.INCAPACITY})


def check_blocks(desk: Desk, command: PlaceHold, now: datetime) -> None:
    """Raises `contact/hold_is_wrong` where it would block less than a pack of the tenant says."""
    packs = [desk.law.find(name, now) for name in desk.tenants.get(command.tenant).law]
    by_law = _EVERYWHERE.union(*(pack.held_kinds for pack in packs))
    if command.blocks is None or command.kind not in by_law or {*command.blocks} >= _REACHING:
        return
    raise Invalid(
        "contact/hold_is_wrong",
        f"Hold {command.hold_id!r}: by law {command.kind.value} blocks contact and visit at least; "
        "add them, or leave blocks out for the kind's own.",
    )
