"""Which of a party's contact points a touch should use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from interfaces.values import Channel
from services.contact.domain.numbers import e164


class PointKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    POSTAL = "postal"
    PUSH = "push"


KIND_OF_CHANNEL: dict[Channel, PointKind] = {
    Channel.SMS: PointKind.PHONE,
    Channel.CALL: PointKind.PHONE,
    Channel.EMAIL: PointKind.EMAIL,
    Channel.PUSH: PointKind.PUSH,
    Channel.LETTER: PointKind.POSTAL,
    Channel.VISIT: PointKind.POSTAL,
}


@dataclass(frozen=True)
class Point:
    """A contact point without its value. `failures` counts the tries in a row that did not reach
    it; `ordinal` is its place in the bank's list."""

    point_id: str
    kind: PointKind
    is_verified: bool = False
    is_reserved: bool = False
    is_invalid: bool = False
    failures: int = 0
    ordinal: int = 0


@dataclass(frozen=True)
class OptOut:
    """No point means every point of the channel."""

    channel: Channel
    point_id: str = ""


def closed_by_stop(channel: Channel, point_id: str) -> tuple[OptOut, ...]:
    """A stop closes the point it came from on every channel that uses it: who writes STOP from a
    number is not called there either."""
    kind = KIND_OF_CHANNEL[channel]
    alike = [each for each in Channel if KIND_OF_CHANNEL[each] is kind]
    return tuple(OptOut(each, point_id) for each in alike)


@dataclass(frozen=True)
class Choice:
    """No point and no opt-out: there is simply none that could be used."""

    point_id: str
    is_opted_out: bool


def choose(
    points: Iterable[Point], opt_outs: Iterable[OptOut], channel: Channel, *, for_notice: bool
) -> Choice:
    """The best usable point of the channel. Notices prefer the address that the holder left in the
    contract for them (银行卡规定 2021 art. 3); otherwise what has not failed and is verified."""
    usable = [p for p in points if p.kind is KIND_OF_CHANNEL[channel] and not p.is_invalid]
    if not usable:
        return Choice("", False)
    out = {opted.point_id for opted in opt_outs if opted.channel is channel}
    free = [point for point in usable if "" not in out and point.point_id not in out]

    def order(point: Point) -> tuple[bool, int, bool, int]:
        is_left = for_notice and point.is_reserved
        return not is_left, point.failures, not point.is_verified, point.ordinal

    return Choice(min(free or usable, key=order).point_id, is_opted_out=not free)


def normalised(kind: PointKind, value: str, jurisdiction: str = "") -> str:
    """The form in which two spellings of one address are the same point. Where no jurisdiction
    says what a number without its country means, it is the number as dialled."""
    if kind is PointKind.PHONE:
        return e164(value, jurisdiction)
    return " ".join(value.split()).casefold()
