"""A number is found under every usual spelling, and never under another's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.points import PointKind, normalised
from services.contact.domain.senders import spellings

NUMBERS = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(
    NUMBERS, st.sampled_from(("{}", "+86{}", "0086{}", "86{}")), st.sampled_from(("{}", "+86 {}"))
)
def test_a_number_kept_one_way_is_found_when_it_writes_another_way(
    number: str, written: str, kept: str
) -> None:
    found = spellings(PointKind.PHONE, written.format(number), "cn")
    assert normalised(PointKind.PHONE, kept.format(number)) in found


@given(NUMBERS, NUMBERS)
def test_two_numbers_share_no_spelling(one: str, other: str) -> None:
    shared = {*spellings(PointKind.PHONE, one, "cn")} & {*spellings(PointKind.PHONE, other, "cn")}
    assert bool(shared) == (one == other)


def test_a_mail_address_has_one_spelling() -> None:
    assert spellings(PointKind.EMAIL, " Ann@Example.TEST ", "cn") == ("ann@example.test",)
