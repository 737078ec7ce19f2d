"""Verdicts judged by a checker that was written from the rules' text and shares no code."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.facts import HoldInterval
from interfaces.values import Block, Channel, Direction, HoldKind, Purpose
from services.contact.domain.law.facts import Known, PastAttempt, Proposal, Result
from services.contact.domain.law.judgement import Pack, judge, judge_window
from services.contact.domain.points import OptOut
from tests.services.contact.domain.law import givens

PACK = givens.pack("cn-bank")
PACKS = [PACK, *map(givens.pack, ("cn-enterprise", "us-reg-f", "uk-conc", "in-rbi"))]
ZONES = ["Asia/Shanghai", "America/New_York", "Europe/London", "America/Havana", "Asia/Kathmandu"]
# Clock changes of New York, London and Havana in 2026 lie in these weeks.
STARTS = [datetime(2026, 3, 6, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC)]
STARTS += [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 30, tzinfo=UTC)]

instants = st.builds(
    lambda start, minutes: start + timedelta(minutes=minutes),
    st.sampled_from(STARTS),
    st.integers(0, 5 * 24 * 60),
)
collecting = [Purpose.REMINDER, Purpose.COLLECTION, Purpose.LOCATE]
uncounted = {
    Purpose.SERVICE,
    Purpose.REPLY,
    Purpose.STATUTORY_NOTICE,
    Purpose.COURT_SERVICE,
}


unanswered = {"busy", "out_of_service", "no_answer", "voicemail", "undeliverable"}
unknown = {"planned", "sent", "delivered"}
elsewhere = {"busy", "out_of_service", "voicemail"}  # of calls alone


@st.composite
def holds(draw: st.DrawFn) -> HoldInterval:
    begins = draw(instants)
    lasts = draw(st.one_of(st.none(), st.integers(1, 5_000)))
    return HoldInterval(
        hold_id=str(draw(st.integers(0, 99))),
        kind=draw(st.sampled_from(list(HoldKind))),
        party_id=draw(st.sampled_from([None, "p", "other"])),
        blocks=tuple(draw(st.sets(st.sampled_from(list(Block)), min_size=1))),
        from_at=begins,
        until_at=None if lasts is None else begins + timedelta(minutes=lasts),
        review_at=None,
    )


@st.composite
def attempts(draw: st.DrawFn) -> PastAttempt:
    begins = draw(instants)
    return givens.past(
        begins,
        draw(st.sampled_from(list(Result))),
        channel=draw(st.sampled_from([Channel.CALL, Channel.CALL, Channel.SMS, Channel.VISIT])),
        direction=draw(st.sampled_from(list(Direction))),
        purpose=draw(st.sampled_from(list(Purpose))),
        point_id=draw(st.sampled_from(["a", "b"])),
        until_at=begins + timedelta(minutes=draw(st.sampled_from([0, 0, 120]))),
    )


@st.composite
def acts(draw: st.DrawFn) -> Proposal:
    return givens.act(
        channel=draw(st.sampled_from(list(Channel))),
        purpose=draw(st.sampled_from(list(Purpose))),
        point_id=draw(st.sampled_from(["a", "a", "b", ""])),
    )


@st.composite
def facts(draw: st.DrawFn) -> Known:
    is_out = draw(st.booleans())
    return givens.plain(
        zones=tuple(draw(st.sets(st.sampled_from(ZONES), min_size=1, max_size=2))),
        opt_outs=tuple(OptOut(channel) for channel in Channel if is_out),
        holds=tuple(draw(st.lists(holds(), max_size=3))),
        attempts=tuple(draw(st.lists(attempts(), max_size=14))),
    )


def violations(act: Proposal, known: Known, at: datetime) -> set[str]:
    """What the rules' text says against an act at an instant."""
    found: set[str] = set()
    for zone in known.zones:
        local = at.astimezone(ZoneInfo(zone))
        by_letter, is_answer = act.channel == "letter", act.purpose == "reply"
        if not (8 <= local.hour < 22) and not by_letter and not is_answer:
            found.add("CN-TIME-1")
        if act.purpose not in uncounted:
            same_day = [past for past in known.attempts if is_on(past, local.date(), zone)]
            calls = [past for past in same_day if past.channel == "call"]
            talks = [past for past in calls if past.result not in unanswered]
            talks = [past for past in talks if past.direction == "inbound" or counts(past)]
            if act.channel == "call" and len(talks) >= 3:
                found.add("CN-FREQ-1")
            out = [past for past in calls if past.direction == "outbound" and counts(past)]
            dials = [past for past in out if past.result in unanswered | unknown]
            dials = [past for past in dials if past.point_id == act.point_id]
            if act.channel == "call" and len(dials) >= 6:
                found.add("CN-FREQ-3")
            visits = [past for past in same_day if past.channel == "visit" and counts(past)]
            visits = [past for past in visits if past.direction == "outbound"]
            visits = [past for past in visits if past.result not in elsewhere]
            if act.channel == "visit" and visits:
                found.add("CN-FIELD-1")
    for hold in known.holds:
        blocked = "visit" if act.channel == "visit" else "contact"
        lasts = hold.from_at <= at and (hold.until_at is None or at < hold.until_at)
        if lasts and blocked in hold.blocks and hold.party_id in (None, "p"):
            found.add(f"HOLD {hold.kind}")
    return found


def counts(past: PastAttempt) -> bool:
    return past.purpose not in uncounted


def is_on(past: PastAttempt, day: date, zone: str) -> bool:
    first = past.from_at.astimezone(ZoneInfo(zone)).date()
    return first <= day <= past.until_at.astimezone(ZoneInfo(zone)).date()


def passes(kind: str, purpose: Purpose) -> bool:
    """Which holds let which purposes through, stated the other way round than in the code."""
    answerable = {"dispute", "complaint", "hardship_review", "cease_request"}
    answerable |= {"vulnerability", "disaster", "bank_pause"}
    if purpose in ("service", "reply", "court_service"):
        return kind in answerable
    return purpose == "statutory_notice" and kind == "cease_request"


def forbidden(act: Proposal, known: Known, at: datetime) -> set[str]:
    found = violations(act, known, at)
    return {f for f in found if not (f[:4] == "HOLD" and passes(f[5:], act.purpose))}


@settings(max_examples=200, deadline=None)
@given(acts(), facts(), instants)
def test_an_allowed_act_violates_nothing_and_a_refused_one_does(
    act: Proposal, known: Known, at: datetime
) -> None:
    verdict = judge(PACK, act, known, at)
    found = forbidden(act, known, at)
    if known.opt_outs and act.point_id and act.purpose not in uncounted:
        found.add("OPT-OUT")
    if not act.point_id:
        found.add("NO-POINT")
    assert verdict.is_allowed == (not found)
    if not verdict.is_allowed:
        assert verdict.rule_id in {rule.split()[0] for rule in found}
        assert verdict.because


@settings(max_examples=100, deadline=None)
@given(acts(), facts(), instants)
def test_the_next_allowed_instant_is_allowed_and_no_earlier_one_is(
    act: Proposal, known: Known, at: datetime
) -> None:
    verdict = judge(PACK, act, known, at)
    if verdict.is_allowed or verdict.next_allowed_at is None:
        return
    then = verdict.next_allowed_at
    assert then > at
    assert judge(PACK, act, known, then).is_allowed
    for part in range(1, 12):
        between = at + (then - at) * part / 12
        if between < then:
            assert not judge(PACK, act, known, between).is_allowed


@settings(max_examples=100, deadline=None)
@given(acts(), facts(), instants, st.integers(1, 600))
def test_a_window_is_allowed_only_if_every_minute_of_it_is(
    act: Proposal, known: Known, at: datetime, minutes: int
) -> None:
    until = at + timedelta(minutes=minutes)
    if judge_window(PACK, act, known, at, until).is_allowed:
        for minute in range(0, minutes, 7):
            assert judge(PACK, act, known, at + timedelta(minutes=minute)).is_allowed


@settings(max_examples=200, deadline=None)
@given(acts(), facts(), instants, instants)
def test_a_rule_that_looks_at_no_time_says_at_any_instant_what_it_says_at_another(
    act: Proposal, known: Known, one: datetime, other: datetime
) -> None:
    timeless = [rule for pack in PACKS for rule in pack.rules if rule.is_timeless]
    assert timeless
    for rule in timeless:
        assert rule.objection(act, known, one) == rule.objection(act, known, other)


@settings(max_examples=100, deadline=None)
@given(acts(), facts(), instants, st.integers(1, 600))
def test_a_window_is_judged_as_if_every_rule_were_asked_at_every_instant(
    act: Proposal, known: Known, at: datetime, minutes: int
) -> None:
    until = at + timedelta(minutes=minutes)
    untold = Pack(PACK.label, tuple(replace(rule, is_timeless=False) for rule in PACK.rules))
    assert judge_window(PACK, act, known, at, until) == judge_window(untold, act, known, at, until)
