"""Windows are local, on working days, and never earlier than asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import VisitStatus
from services.field_visit.domain import (
    REPORT_DUE,
    TRANSITIONS,
    agents,
    area_of,
    capacities,
    is_missed,
    may_become,
    windows,
)

ZONE = "Asia/Shanghai"
FRIDAY_EVENING = datetime(2026, 3, 6, 10, 0, tzinfo=UTC)


def test_a_friday_evening_waits_for_monday_morning() -> None:
    first = next(windows(FRIDAY_EVENING, ZONE, 12))
    assert first.opens_at == datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
    assert first.closes_at == datetime(2026, 3, 9, 4, 0, tzinfo=UTC)


def test_an_area_with_one_visit_a_day_has_it_in_the_longer_afternoon() -> None:
    assert capacities(1) == (0, 1)
    assert next(windows(FRIDAY_EVENING, ZONE, 1)).slot.name == "afternoon"


def test_loans_without_a_branch_share_an_area() -> None:
    assert area_of(" Pudong ") == "pudong" and area_of("") == area_of("  ") == "unassigned"


@given(
    st.integers(-11_000_000, 2_000_000).map(lambda n: FRIDAY_EVENING + timedelta(minutes=n)),
    st.sampled_from(["Asia/Shanghai", "Asia/Taipei", "Europe/Berlin", "America/New_York"]),
    st.integers(1, 200),
)
def test_windows_open_in_order_by_day_on_weekdays_and_share_the_days_capacity(
    earliest: datetime, zone: str, visits_max: int
) -> None:
    found = list(windows(earliest, zone, visits_max))
    assert found
    assert [each.opens_at for each in found] == sorted(each.opens_at for each in found)
    for each in found:
        local = each.opens_at.astimezone(ZoneInfo(zone))
        assert each.opens_at >= earliest and local.weekday() < 5 and local.date() == each.day
        assert (local.hour, each.closes_at.astimezone(ZoneInfo(zone)).hour) in ((10, 12), (14, 17))
        same_day = [other.capacity for other in found if other.day == each.day]
        assert sum(same_day) <= visits_max


@given(st.integers(0, 300))
def test_every_visit_has_two_agents_and_a_pair_at_most_three_visits_a_window(number: int) -> None:
    assert len(set(agents("pudong", number))) == 2
    same_pair = [n for n in range(310) if agents("pudong", n) == agents("pudong", number)]
    assert len(same_pair) <= 3 or number > 300


@pytest.mark.parametrize("status", list(VisitStatus))
def test_a_visit_is_given_up_three_days_after_its_window_and_only_if_it_was_open(
    status: VisitStatus,
) -> None:
    is_open = status in (VisitStatus.BOOKED, VisitStatus.UNDER_WAY)
    assert is_missed(status, FRIDAY_EVENING, FRIDAY_EVENING + REPORT_DUE) == is_open
    assert not is_missed(status, FRIDAY_EVENING, FRIDAY_EVENING + REPORT_DUE - timedelta(seconds=1))


def test_nothing_follows_a_report_or_a_cancellation() -> None:
    assert set(TRANSITIONS) == set(VisitStatus)
    for final in (VisitStatus.REPORTED, VisitStatus.CANCELLED):
        assert not any(may_become(final, status) for status in VisitStatus)
