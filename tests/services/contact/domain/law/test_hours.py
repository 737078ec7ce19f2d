"""Hours, bans and agreements on the clocks of odd zones and nights."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.values import Capacity, Channel, Purpose
from services.contact.domain.law.clocks import next_of, zone_of
from services.contact.domain.law.facts import AgreedKind, Agreement, Ban, DayHours
from services.contact.domain.law.hours import Hours
from services.contact.domain.law.judgement import judge_window
from tests.services.contact.domain.law.givens import CALL, NOON, act, asked, local, pack, plain

ZONES = ["Asia/Shanghai", "America/New_York", "America/Havana", "Europe/London", "Asia/Kathmandu"]
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
spans = st.builds(DayHours, clocks, clocks).filter(lambda span: span.from_time != span.until_time)
instants = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from([local("UTC", 2026, 3, 7), local("UTC", 2026, 10, 31), NOON]),
    st.integers(0, 3 * 24 * 60),
)


def test_a_banned_noon_opens_again_at_two() -> None:
    known = plain(bans=(Ban(Channel.CALL, DayHours(time(12), time(14))),))
    refused = asked("cn-bank", CALL, known)
    assert (refused.rule_id, refused.next_allowed_at) == ("BAN", NOON + timedelta(hours=2))
    assert asked("cn-bank", CALL, known, NOON - timedelta(minutes=1)).is_allowed


def test_a_ban_opens_again_when_it_ends() -> None:
    tomorrow = NOON + timedelta(days=1)
    for hours in (None, DayHours(time(9), time(8))):
        known = plain(bans=(Ban(Channel.CALL, hours, NOON, tomorrow),))
        assert asked("cn-bank", CALL, known, NOON - timedelta(minutes=1)).is_allowed
        refused = asked("cn-bank", CALL, known)
        opens = tomorrow if hours is None else local("Asia/Shanghai", 2026, 3, 3, 8)
        assert (refused.rule_id, refused.next_allowed_at) == ("BAN", opens)
        assert asked("cn-bank", CALL, known, tomorrow).is_allowed


def test_a_ban_that_begins_inside_a_window_forbids_the_window() -> None:
    begins = NOON + timedelta(minutes=20)
    known = plain(bans=(Ban(None, None, begins, begins + timedelta(minutes=5)),))
    whole = judge_window(pack("cn-bank"), CALL, known, NOON, NOON + timedelta(hours=1))
    assert whole.rule_id == "BAN"
    assert judge_window(pack("cn-bank"), CALL, known, NOON, begins).is_allowed


def test_a_ban_prevails_over_what_was_agreed() -> None:
    night = local("Asia/Shanghai", 2026, 3, 2, 22, 30)
    hours = DayHours(time(22), time(23))
    agreed = Agreement(AgreedKind.HOURS, NOON, hours=hours)
    known = plain(agreements=(agreed,), bans=(Ban(None, hours),))
    assert asked("cn-bank", CALL, known, night).rule_id == "BAN"


def test_zones_that_never_share_a_day_leave_no_instant() -> None:
    far = plain(zones=("Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Shanghai"))
    objection = Hours(DayHours(time(9), time(9, 30))).objection(CALL, far, NOON)
    assert objection is not None and objection.until is None


def test_a_short_ban_inside_a_window_forbids_the_window() -> None:
    known = plain(bans=(Ban(None, DayHours(time(12, 5), time(12, 10))),))
    whole = judge_window(pack("cn-bank"), CALL, known, NOON, NOON + timedelta(hours=1))
    assert whole.rule_id == "BAN"
    before = judge_window(pack("cn-bank"), CALL, known, NOON, NOON + timedelta(minutes=5))
    assert before.is_allowed


def test_a_day_whose_clock_skips_the_free_minutes_leaves_the_next_day() -> None:
    """Havana's clock goes from midnight to one on 8 March 2026."""
    ban = Ban(None, DayHours(time(0, 15), time(0)))
    known = plain(
        zones=("America/Havana",),
        bans=(ban,),
        agreements=(
            Agreement(AgreedKind.HOURS, local("UTC", 2020, 1, 1), hours=DayHours(time(0), time(1))),
        ),
    )
    verdict = asked("cn-bank", CALL, known, datetime(2026, 3, 7, 13, tzinfo=UTC))
    assert verdict.next_allowed_at == local("America/Havana", 2026, 3, 9)


def test_where_no_article_names_hours_the_night_is_left_alone() -> None:
    def ruled(name: str, zone: str, hour: int, **changes: object) -> str:
        at = local(zone, 2026, 3, 2, hour)
        return asked(name, act(**changes), plain(zones=(zone,)), at).rule_id

    assert ruled("uk-conc", "Europe/London", 3) == "HOURS"
    assert ruled("uk-conc", "Europe/London", 3, channel=Channel.VISIT) == "HOURS"
    assert ruled("uk-conc", "Europe/London", 3, purpose=Purpose.SERVICE) == "HOURS"
    assert ruled("in-rbi", "Asia/Kolkata", 3, channel=Channel.SMS) == "HOURS"
    assert ruled("us-reg-f", "America/New_York", 21, capacity=Capacity.CREDITOR) == "HOURS"
    for channel, purpose in ((Channel.LETTER, Purpose.COLLECTION), (Channel.SMS, Purpose.REPLY)):
        assert not ruled("uk-conc", "Europe/London", 3, channel=channel, purpose=purpose)
    at = local("Europe/London", 2026, 3, 2, 3)
    refused = asked("uk-conc", CALL, plain(zones=("Europe/London", "Europe/Athens")), at)
    assert refused.next_allowed_at == local("Europe/London", 2026, 3, 2, 8)
    hours = Agreement(AgreedKind.HOURS, local("UTC", 2020, 1, 1), hours=DayHours(time(2), time(4)))
    agreed = plain(zones=("Europe/London",), agreements=(hours,))
    assert asked("uk-conc", CALL, agreed, at).is_allowed


def test_where_an_article_names_hours_they_alone_decide() -> None:
    late = local("Asia/Shanghai", 2026, 3, 2, 21, 30)
    assert asked("cn-bank", CALL, plain(), late).is_allowed
    india = plain(zones=("Asia/Kolkata",))
    evening = asked("in-rbi", CALL, india, local("Asia/Kolkata", 2026, 3, 2, 20))
    assert [each.article.rule_id for each in evening.findings] == ["IN-TIME"]


@settings(max_examples=200, deadline=None)
@given(
    st.sets(st.sampled_from(ZONES), min_size=1, max_size=2),
    st.lists(spans, max_size=2),
    st.lists(spans, max_size=2),
    instants,
)
def test_hours_bans_and_agreements_read_minute_by_minute(
    zones: set[str], agreed: list[DayHours], banned: list[DayHours], at: datetime
) -> None:
    """The next allowed instant is the first minute at which a clock-reader would agree."""
    known = plain(
        zones=tuple(sorted(zones)),
        agreements=tuple(
            Agreement(AgreedKind.HOURS, local("UTC", 2020, 1, 1), hours=span) for span in agreed
        ),
        bans=tuple(Ban(None, span) for span in banned),
    )

    def is_open(instant: datetime) -> bool:
        shown = [instant.astimezone(zone_of(zone)).time() for zone in zones]
        minutes = [clock.hour * 60 + clock.minute for clock in shown]
        open_hours = [(480, 1320), *map(_minutes, agreed)]
        is_day = all(any(_within(m, span) for span in open_hours) for m in minutes)
        return is_day and not any(_within(m, _minutes(s)) for m in minutes for s in banned)

    verdict = asked("cn-bank", CALL, known, at)
    assert verdict.is_allowed == is_open(at)
    if verdict.is_allowed:
        return
    minute = timedelta(minutes=1)
    first = next((at + minute * n for n in range(2 * 24 * 60) if is_open(at + minute * n)), None)
    then = verdict.next_allowed_at
    assert then == first or (first is None and then is not None and then >= at + 2880 * minute)


def _minutes(span: DayHours) -> tuple[int, int]:
    start, end = span.from_time, span.until_time
    return start.hour * 60 + start.minute, end.hour * 60 + end.minute


def _within(minute: int, span: tuple[int, int]) -> bool:
    start, end = span
    return start <= minute < end if start <= end else minute >= start or minute < end


def test_a_clock_time_that_is_skipped_comes_with_the_change_itself() -> None:
    night = local("America/New_York", 2026, 3, 8, 1)
    skipped = next_of([time(2, 30)], "America/New_York", night)
    assert skipped[0] == local("America/New_York", 2026, 3, 8, 3)
