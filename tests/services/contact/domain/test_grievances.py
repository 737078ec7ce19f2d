"""Due dates of answers, beside the numbers the sources give."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.configuration import read_documents
from interfaces.calendar import Calendar, DayKind, Delay
from services.contact.domain.grievances import (
    DueRule,
    GrievanceKind,
    allowed_extension,
    due,
    extended,
    parse_rules,
    rule_for,
)

RULES = [
    rule for raw in read_documents(Path("config/grievances")).values() for rule in parse_rules(raw)
]
SHANGHAI = Calendar("cn", "test", "Asia/Shanghai", holidays=(date(2026, 3, 9),))
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def rule(jurisdiction: str, kind: GrievanceKind = GrievanceKind.COMPLAINT) -> DueRule:
    found = rule_for(RULES, jurisdiction, kind, date(2026, 3, 2))
    assert found is not None
    return found


def working(days: int) -> DueRule:
    delay = Delay(days, DayKind.WORKING)
    since = date(2020, 1, 1)
    return DueRule("cn", "1", since, GrievanceKind.DISPUTE, delay, (), "desk", "test", "policy")


def test_a_complaint_in_china_is_due_after_fifteen_days_at_the_end_of_the_banks_day() -> None:
    answer = due(rule("cn"), SHANGHAI, NOON)
    assert answer.on == date(2026, 3, 17)
    assert answer.at == datetime(2026, 3, 17, 16, tzinfo=UTC)


def test_a_complex_complaint_in_china_may_take_thirty_and_then_sixty_days() -> None:
    answer, extensions = due(rule("cn"), SHANGHAI, NOON), rule("cn").extensions
    first = extended(answer, SHANGHAI, allowed_extension(extensions, 0))
    second = extended(first, SHANGHAI, allowed_extension(extensions, 1))
    assert (first.on, second.on) == (date(2026, 4, 1), date(2026, 5, 1))
    assert allowed_extension(extensions, 2) == 0


def test_a_complaint_in_the_united_kingdom_is_due_after_eight_weeks() -> None:
    assert due(rule("uk"), SHANGHAI, NOON).on == date(2026, 3, 2) + timedelta(weeks=8)


def test_working_days_leave_out_weekends_and_holidays() -> None:
    assert due(working(5), SHANGHAI, NOON).on == date(2026, 3, 10)


def test_the_evening_before_belongs_to_the_banks_next_day() -> None:
    late = datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert due(rule("cn"), SHANGHAI, late).on == date(2026, 3, 17)


def test_the_newest_rule_in_force_on_the_day_counts_and_none_before_the_first() -> None:
    assert rule_for(RULES, "cn", GrievanceKind.COMPLAINT, date(2019, 1, 1)) is None
    assert rule_for(RULES, "zz", GrievanceKind.COMPLAINT, date(2026, 1, 1)) is None


@pytest.mark.parametrize("jurisdiction", ["cn", "uk", "us", "in"])
def test_every_rule_says_where_it_comes_from_and_how_sure_that_is(jurisdiction: str) -> None:
    for kind in GrievanceKind:
        found = rule(jurisdiction, kind)
        assert found.source and found.owner
        # A number that no source names is never shown as law.
        assert ("policy" in found.source) == (found.confidence in {"policy", "unverified"})


@given(st.integers(1, 90), st.integers(0, 100_000))
def test_an_answer_is_never_due_sooner_than_its_days(days: int, hour: int) -> None:
    opened_at = NOON + timedelta(hours=hour)
    assert due(working(days), SHANGHAI, opened_at).at >= opened_at + timedelta(days=days)
