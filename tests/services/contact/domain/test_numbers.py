"""One number has one form, however it is written; two numbers never share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.numbers import PLANS, e164
from services.contact.domain.points import PointKind, normalised

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
WAYS = ["{}", "+86{}", "0086{}", "86{}", "+86 {}", "(+86) {}", "0{}", "+86 (0){}", "tel:+86-{}"]


def wide(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


@given(MOBILES, st.sampled_from(WAYS), st.booleans())
def test_every_way_to_write_a_number_is_one_number(number: str, way: str, is_wide: bool) -> None:
    written = way.format(number)
    assert e164(wide(written) if is_wide else written, "cn") == f"+86{number}"


@given(MOBILES, MOBILES, st.sampled_from(WAYS), st.sampled_from(WAYS))
def test_two_numbers_never_become_one(one: str, other: str, way: str, another: str) -> None:
    same = e164(way.format(one), "cn") == e164(another.format(other), "cn")
    assert same == (one == other)


@given(MOBILES, st.sampled_from(WAYS), st.sampled_from(sorted(PLANS)))
def test_the_form_of_a_form_is_itself(number: str, way: str, jurisdiction: str) -> None:
    once = e164(way.format(number), jurisdiction)
    assert e164(once, jurisdiction) == once


@pytest.mark.parametrize(
    "written, jurisdiction, form",
    [
        ("010-6655 4433", "cn", "+861066554433"),
        ("86-10-66554433", "cn", "+861066554433"),
        ("(212) 555-0142", "us", "+12125550142"),
        ("1 212 555 0142", "us", "+12125550142"),
        ("011 44 20 7946 0958", "us", "+442079460958"),
        ("020 7946 0958", "uk", "+442079460958"),
        ("+44 (0)20 7946 0958", "uk", "+442079460958"),
        ("098765 43210", "in", "+919876543210"),
        ("+1 212 555 0142", "cn", "+12125550142"),
        ("95588", "cn", "95588"),
        ("86123456", "cn", "+8686123456"),
        ("138 0013 8000", "nowhere", "13800138000"),
        ("no number", "cn", ""),
    ],
)
def test_numbers_are_read_as_people_write_them_there(
    written: str, jurisdiction: str, form: str
) -> None:
    assert e164(written, jurisdiction) == form


def test_a_mailbox_is_no_number() -> None:
    assert normalised(PointKind.EMAIL, " Ann@Example.TEST ", "cn") == "ann@example.test"
