"""In which zones a person may be living, so that no hour is judged by the wrong clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.contact.domain.calling_codes import CODE_DIGITS_MAX, ZONES_OF_CODE


def plausible_zones(stated: str, tenant_zone: str, phones: Iterable[str]) -> tuple[str, ...]:
    """The stated zone alone if it exists; otherwise the tenant's and those of the phones."""
    if stated and is_zone(stated):
        return (stated,)
    found = {tenant_zone}
    for phone in phones:
        found.update(_zones_of_phone(phone))
    return tuple(sorted(found))


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day; where a clock change skips midnight, the first after."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def day_bounds(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The local day around an instant, end excluded."""
    day = local_date(at, zone)
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def _zones_of_phone(phone: str) -> tuple[str, ...]:
    """By the longest calling code that the number begins with."""
    if not phone.startswith("+"):
        return ()
    digits = "".join(filter(str.isdecimal, phone))
    for length in range(CODE_DIGITS_MAX, 0, -1):
        zones = ZONES_OF_CODE.get(digits[:length])
        if zones is not None:
            return tuple(filter(is_zone, zones))
    return ()
