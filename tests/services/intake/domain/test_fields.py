"""Single fields: what any text, date, amount or instant may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.fields import (
    AMOUNT_MINOR_MAX,
    EARLIEST,
    Field,
    Instant,
    check_field,
    to_instant,
)

TODAY = date(2026, 3, 10)


def code(name: str, value: str | int | Instant) -> str | None:
    refusal = check_field(Field(name, name, value), TODAY)
    return refusal.code if refusal else None


@given(st.dates(EARLIEST, TODAY + timedelta(days=1)))
def test_every_day_up_to_tomorrow_may_be_a_snapshots(day: date) -> None:
    assert code("as_of", day.isoformat()) is None


@given(st.dates(TODAY + timedelta(days=2)))
def test_no_later_day_may_be_a_snapshots(day: date) -> None:
    assert code("as_of", day.isoformat()) == "intake/future_date"


@given(st.text())
def test_a_date_is_a_day_of_the_calendar_or_refused(text: str) -> None:
    if code("as_of", text) is None and text:
        assert EARLIEST <= date.fromisoformat(text) <= TODAY + timedelta(days=1)


@given(st.integers(-(2**63), 2**63 - 1))
def test_amounts_fit_sums_of_thousands_in_64_bits(amount: int) -> None:
    assert (code("balance_minor", amount) is None) == (abs(amount) <= AMOUNT_MINOR_MAX)


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**31), 2**31 - 1))
def test_an_instant_that_passes_is_one(seconds: int, nanos: int) -> None:
    if code("occurred_at", Instant(seconds, nanos)) is None:
        assert to_instant(Instant(seconds, nanos)).date() <= TODAY + timedelta(days=2)


@given(st.integers(0, 76 * 365 * 86_400))
def test_every_real_instant_until_today_passes(seconds_since_1950: int) -> None:
    seconds = int(datetime(1950, 1, 1, tzinfo=UTC).timestamp()) + seconds_since_1950
    assert code("occurred_at", Instant(seconds, 999_999_999)) is None


@given(st.text(max_size=64))
def test_an_identifier_that_passes_can_be_stored_and_read_aloud(text: str) -> None:
    if code("loan_ref", text) is None:
        assert "\0" not in text and text == text.strip()
        text.encode()


def test_card_numbers_are_told_from_other_codes() -> None:
    assert code("branch", "4111-1111-1111-1111") == "intake/card_number"
    assert code("branch", "4111-1111-1111-1112") is None
    assert code("branch", "SH01") is None


def test_a_name_may_hold_what_names_hold() -> None:
    assert code("name", "Śś 林 O’Neil\u200d") is None
