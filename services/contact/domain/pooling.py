"""Which wishes may share one touch, and how long they wait for each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from interfaces.values import Capacity, Channel, Purpose

POOL_WAIT = timedelta(hours=2)
# A letter or notice of law speaks of one contract and is proof about that one alone.
_SHARED_CHANNELS = frozenset({Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.CALL})
_SHARED_PURPOSES = frozenset({Purpose.REMINDER, Purpose.COLLECTION})


@dataclass(frozen=True)
class Wish:
    """What decides who may share a touch. `others` are the party's other loans that may be acted
    on and so could leave a wish too."""

    party_id: str
    channel: Channel
    purpose: Purpose
    capacity: Capacity
    discloses: bool
    at: datetime
    window_until: datetime | None
    others: Collection[str] = ()

    @property
    def pool(self) -> str:
        """Wishes of one pool fall together."""
        audience = "debtor" if self.discloses else "third party"
        return "/".join((self.party_id, self.channel, self.capacity, audience))


def may_wait(wish: Wish) -> bool:
    """Whether another loan of the party could share this touch; a call waits for a collector."""
    if wish.window_until is None:
        return False
    is_shared = wish.channel in _SHARED_CHANNELS and wish.purpose in _SHARED_PURPOSES
    return wish.channel is Channel.CALL or bool(is_shared and wish.others)


def ripe_at(wish: Wish, waiting: Collection[str]) -> datetime:
    """When the pool is made one touch: at once if every loan that could share it waits already
    (`waiting`), else after a while, but early in the wish's window."""
    if set(wish.others) <= set(waiting):
        return wish.at
    if wish.window_until is None:
        return wish.at + POOL_WAIT
    # Whoever is to act on it needs most of the window.
    share = (wish.window_until - wish.at) / 4
    return wish.at + max(timedelta(0), min(POOL_WAIT, share))
