"""A number says in which land somebody may be, and so on which clocks it must be day."""

from __future__ import annotations

import pytest

from services.contact.domain.calling_codes import ZONES_OF_CODE
from services.contact.domain.zones import is_zone, plausible_zones

HOME = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("phone", "zones"),
    [
        ("+61 2 9999 1234", {"Australia/Hobart", "Australia/Perth"}),
        ("+49 30 901820", {"Europe/Berlin"}),
        ("+7 495 000 00 00", {"Europe/Moscow", "Asia/Kamchatka"}),
        ("+1 671 555 0100", {"Pacific/Guam"}),
        ("+1 212 555 0100", {"America/New_York", "Pacific/Honolulu", "America/Puerto_Rico"}),
        ("+852 2810 2222", {"Asia/Hong_Kong"}),
        ("+86 138 0013 8000", {HOME}),
    ],
)
def test_a_foreign_number_brings_the_clocks_of_its_land(phone: str, zones: set[str]) -> None:
    found = plausible_zones("", HOME, [phone])
    assert {*zones, HOME} <= {*found}


@pytest.mark.parametrize("phone", ["13800138000", "10086", "", "+", "+999 1"])
def test_a_number_without_a_land_leaves_the_tenants_clock(phone: str) -> None:
    assert plausible_zones("", HOME, [phone]) == (HOME,)


def test_the_longest_code_decides() -> None:
    assert "America/New_York" not in plausible_zones("", HOME, ["+1 671 555 0100"])
    assert "Europe/Moscow" not in plausible_zones("", HOME, ["+994 12 000 00 00"])


def test_every_named_zone_exists() -> None:
    named = {zone for zones in ZONES_OF_CODE.values() for zone in zones}
    assert [zone for zone in sorted(named) if not is_zone(zone)] == []
