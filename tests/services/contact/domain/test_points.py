"""A touch uses the best point its party has not forbidden."""

from __future__ import annotations

import pytest

from interfaces.values import Channel
from services.contact.domain.points import Choice, OptOut, Point, PointKind, choose, normalised
from services.contact.domain.zones import plausible_zones

FIRST = Point("a", PointKind.PHONE, ordinal=0)
VERIFIED = Point("b", PointKind.PHONE, is_verified=True, ordinal=1)
RESERVED = Point("c", PointKind.PHONE, is_reserved=True, failures=1, ordinal=2)


def test_a_verified_point_goes_before_the_banks_first() -> None:
    assert choose([FIRST, VERIFIED], [], Channel.CALL, for_notice=False) == Choice("b", False)


def test_a_notice_goes_to_the_address_left_in_the_contract_for_it() -> None:
    points = [FIRST, VERIFIED, RESERVED]
    assert choose(points, [], Channel.SMS, for_notice=True).point_id == "c"
    assert choose(points, [], Channel.SMS, for_notice=False).point_id == "b"


def test_an_opted_out_point_is_passed_over_while_another_is_free() -> None:
    stop = [OptOut(Channel.SMS, "b")]
    assert choose([FIRST, VERIFIED], stop, Channel.SMS, for_notice=False) == Choice("a", False)
    assert choose([VERIFIED], stop, Channel.SMS, for_notice=False) == Choice("b", True)
    assert choose([VERIFIED], stop, Channel.CALL, for_notice=False) == Choice("b", False)


def test_an_opt_out_without_a_point_covers_the_whole_channel() -> None:
    stop = [OptOut(Channel.SMS)]
    assert choose([FIRST, VERIFIED], stop, Channel.SMS, for_notice=False).is_opted_out


def test_a_disowned_point_is_no_point() -> None:
    wrong = Point("a", PointKind.PHONE, is_invalid=True)
    assert choose([wrong], [], Channel.CALL, for_notice=False) == Choice("", False)


@pytest.mark.parametrize(
    "kind, one, other",
    [
        (PointKind.PHONE, "+86 139-0000 0001", "+8613900000001"),
        (PointKind.EMAIL, "Wang@Example.Test ", "wang@example.test"),
    ],
)
def test_two_spellings_of_one_address_are_one_point(kind: PointKind, one: str, other: str) -> None:
    assert normalised(kind, one) == normalised(kind, other)


def test_a_stated_zone_stands_alone_and_an_unknown_one_leaves_all_that_are_plausible() -> None:
    assert plausible_zones("Asia/Urumqi", "Asia/Shanghai", ["+1 212"]) == ("Asia/Urumqi",)
    unsure = plausible_zones("Mars/Base", "Asia/Shanghai", ["+886-900-000000", "+1 212 555"])
    assert {"Asia/Shanghai", "Asia/Taipei", "Pacific/Honolulu"} <= set(unsure)
