"""Amounts in figures and in Chinese numerals, in the tenant's minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.understanding.numerals import amounts, numeral
from services.contact.domain.understanding.spelling import plain

DIGITS = "零一二三四五六七八九"


def minors(text: str, currency: str = "CNY") -> list[int]:
    return [each.minor for each in amounts(plain(text), currency)]


@pytest.mark.parametrize(
    "text, minor",
    [
        ("三千块", 300_000),
        ("三千五", 350_000),
        ("兩萬三", 2_300_000),
        ("一千零五十元", 105_000),
        ("十块", 1_000),
        ("1.5万", 1_500_000),
        ("2千", 200_000),
        ("¥1,234.56", 123_456),
        ("$50", 5_000),
        ("200元", 20_000),
        ("还500", 50_000),
        ("pay 500", 50_000),
        ("１００元", 10_000),
        ("五百", 50_000),
        ("还1万5", 1_500_000),
        ("1万5000", 1_500_000),
        ("1万5千", 1_500_000),
        ("2千5", 250_000),
        ("3千2百元", 320_000),
    ],
)
def test_an_amount_is_read_as_people_write_it(text: str, minor: int) -> None:
    assert minors(text) == [minor]


@pytest.mark.parametrize(
    "text",
    ["15号还", "3点", "10天内", "call 13800138000", "千万别打", "三次", "一千次", "2026", "0元"],
)
def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    assert minors(text) == []


def test_a_currency_without_minor_units_has_none() -> None:
    assert minors("¥5000", "JPY") == [5_000]


def spelled(number: int) -> str:
    """A whole number below a hundred thousand as it is said in full."""
    written, has_gap = "", False
    for unit, name in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            written += ("零" if has_gap and written else "") + DIGITS[digit] + name
        has_gap = not digit
    return written


@given(st.integers(1, 99_999))
def test_a_number_said_in_full_is_read_back(number: int) -> None:
    assert numeral(spelled(number)) == number


@given(st.text(max_size=200))
def test_no_text_gives_an_amount_that_is_not_positive(text: str) -> None:
    assert all(each.minor > 0 for each in amounts(plain(text), "CNY"))
