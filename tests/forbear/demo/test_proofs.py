"""The judgements over histories, each shown a history that must fail it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.contact_pb2 import HoldInterval, HoldsChanged, StandingChanged, TouchConfirmed
from events.v1.ledger_pb2 import PositionChanged
from forbear.demo import proofs
from forbear.demo.histories import Recorded
from interfaces.clock import ClockReading


def stream(*bodies: Message, loan: str = "l1") -> list[Recorded]:
    return [Recorded(loan, version, body) for version, body in enumerate(bodies, start=1)]


def position(disposition: str, due: str = "2026-03-01", wall: int = 0) -> PositionChanged:
    accepted = Timestamp(seconds=wall)
    return PositionChanged(disposition=disposition, oldest_due_on=due, accepted_wall_at=accepted)


def opened(episode: int, on: int) -> EpisodeOpened:
    return EpisodeOpened(episode=episode, position_version=on)


def closed(episode: int, on: int, reason: str = "cured") -> EpisodeClosed:
    return EpisodeClosed(episode=episode, position_version=on, reason=reason)


STOPPED, GOING, TOUCH = StandingChanged(is_stopped=True), StandingChanged(), TouchConfirmed()
CURED_ONCE = stream(position("current"), position("overdue"), position("current", wall=60))
TWICE = stream(position("overdue"), position("current", wall=60), position("overdue", wall=90))


def test_a_touch_after_the_stopping_standing_is_counted() -> None:
    assert proofs.acts_after_end(stream(GOING, TOUCH, STOPPED, TOUCH)) == 1


def test_a_touch_before_the_end_or_after_going_on_is_not_counted() -> None:
    assert proofs.acts_after_end(stream(GOING, TOUCH, STOPPED, GOING, TOUCH)) == 0


def test_a_reminder_is_of_a_loan_without_a_case_and_a_notice_of_either() -> None:
    reminder = TouchConfirmed(key="duty/l1/b1/pre_due/instalment-1/0/sms", template="pre_due")
    notice = TouchConfirmed(key="duty/l1/b1/assignment/2026-03-02/0/letter")
    assert proofs.acts_after_end(stream(reminder, GOING, notice, STOPPED, reminder, notice)) == 0
    assert proofs.acts_after_end(stream(GOING, reminder)) == 1


def test_what_was_owed_without_a_case_is_counted_by_its_text() -> None:
    reminder = TouchConfirmed(key="duty/l1/b1/pre_due/instalment-1/0/sms", template="pre_due")
    case = TouchConfirmed(key="l1/1/k", template="pre_due")
    assert proofs.owed_acts(stream(reminder, case, reminder)) == {"pre_due": 2}


def test_the_standing_of_one_loan_stops_no_other() -> None:
    history = [*stream(STOPPED), *stream(GOING, TOUCH, loan="l2")]
    assert proofs.acts_after_end(history) == 0


def test_one_episode_per_delinquency_is_right() -> None:
    found = proofs.judge_episodes(stream(opened(1, 2), closed(1, 3)), CURED_ONCE)
    assert (found.opened, found.wrong) == (1, [])
    again = stream(opened(1, 1), closed(1, 2), opened(2, 3))
    assert proofs.judge_episodes(again, TWICE).wrong == []


def test_an_overdue_run_without_an_episode_is_wrong() -> None:
    assert "without an episode" in proofs.judge_episodes([], CURED_ONCE).wrong[0]
    once = stream(opened(1, 1), closed(1, 2))
    assert proofs.judge_episodes(once, TWICE).wrong == [
        "l1: overdue on positions 3 to 3 without an episode"
    ]


def test_a_run_that_the_bank_ended_within_seconds_needs_an_episode_too() -> None:
    for ledger in (
        stream(position("overdue"), position("current", wall=5)),
        stream(position("current"), position("overdue", wall=5)),
    ):
        assert proofs.judge_episodes([], ledger).wrong


def test_a_second_episode_beside_an_open_one_is_wrong() -> None:
    found = proofs.judge_episodes(stream(opened(1, 1), opened(2, 3)), TWICE)
    assert "before 1 was closed" in found.wrong[0]


def test_an_episode_on_a_position_that_is_not_overdue_is_wrong() -> None:
    found = proofs.judge_episodes(stream(opened(1, 1), closed(1, 3)), CURED_ONCE)
    assert "not overdue" in found.wrong[0]


def test_the_same_episode_opened_twice_is_wrong() -> None:
    assert proofs.judge_episodes(stream(opened(1, 1), opened(1, 1)), TWICE).wrong


def test_what_ended_for_good_needs_no_second_episode_for_the_same_arrears() -> None:
    settled = stream(opened(1, 1), closed(1, 2, "settled"))
    ended = (position("overdue"), position("current", "", wall=60))
    again = stream(*ended, position("overdue", wall=90))
    later = stream(*ended, position("overdue", "2026-05-01", wall=90))
    assert proofs.judge_episodes(settled, again).wrong == []
    assert proofs.judge_episodes(settled, later).wrong


def test_standing_and_lag_are_measured_on_the_wall() -> None:
    stood = StandingChanged(
        accepted_wall_at=Timestamp(seconds=10), stood_wall_at=Timestamp(seconds=12)
    )
    history = stream(stood, GOING, TOUCH)
    assert proofs.standing_seconds(history) == [2.0]
    assert list(proofs.touches(history).values()) == [1]


def test_an_attempt_confirmed_for_two_loans_is_one_touch_of_two() -> None:
    shared = TouchConfirmed(attempt_id="a1")
    history = [*stream(shared), *stream(shared), *stream(TouchConfirmed(attempt_id="a2"))]
    assert proofs.touches(history) == {"a1": 2, "a2": 1}


def test_lag_is_measured_by_the_clock_under_which_a_touch_fell_due() -> None:
    wall, case = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    fast = ClockReading(wall, case, 3_600)
    slow = ClockReading(wall + timedelta(seconds=10), case + 10 * hour, 1)
    due = Timestamp()
    due.FromDatetime(case + 4 * hour)
    touch = Recorded("l1", 1, TouchConfirmed(due_at=due), (wall.timestamp()) + 12)
    assert proofs.lag_seconds([touch], [fast, slow]) == [8.0]
    assert proofs.wall_of(case - hour, [fast, slow]) == wall
    assert proofs.wall_of(case + 11 * hour, [fast, slow]) == slow.wall_epoch + hour


def test_percentiles_are_the_nearest_rank() -> None:
    assert proofs.percentiles([]) == {"p50": 0.0, "p99": 0.0}
    assert proofs.percentiles([float(n) for n in range(100)]) == {"p50": 50.0, "p99": 99.0}


def test_every_kind_of_hold_that_was_told_is_found() -> None:
    told = HoldsChanged(intervals=[HoldInterval(kind="dispute"), HoldInterval(kind="deceased")])
    assert proofs.hold_kinds(stream(told, GOING)) == {"dispute", "deceased"}
