"""Pure judgements over recorded histories; they share no code with the services they judge."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby, pairwise

from google.protobuf.timestamp_pb2 import Timestamp

from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.contact_pb2 import HoldsChanged, StandingChanged, TouchConfirmed
from events.v1.ledger_pb2 import PositionChanged
from forbear.demo.histories import Recorded
from interfaces.clock import ClockReading

# Decision 0003: after these, the same arrears do not open another case.
_FINAL = ("settled", "arranged", "deceased_without_estate", "time_barred")


@dataclass
class Span:
    """One episode as the case stream tells it; both versions are of the position."""

    episode: int
    opened_on: int
    closed_on: int | None = None
    reason: str = ""


@dataclass
class Episodes:
    """`wrong` says, loan by loan, what contradicts one case per overdue loan and episode."""

    opened: int = 0
    wrong: list[str] = field(default_factory=list)


def judge_episodes(case: Iterable[Recorded], ledger: Iterable[Recorded]) -> Episodes:
    """Exactly one episode for every delinquency: each opens on an overdue position of its own,
    after the one before has closed, and no overdue position is left without."""
    positions: dict[str, dict[int, PositionChanged]] = defaultdict(dict)
    for event in ledger:
        if isinstance(event.body, PositionChanged):
            positions[event.loan_id][event.version] = event.body
    spans = _spans(case)
    found = Episodes(opened=sum(len(own) for own in spans.values()))
    for loan_id in sorted(positions.keys() | spans.keys()):
        own = spans.get(loan_id, [])
        found.wrong += [f"{loan_id}: {text}" for text in _misplaced(own, positions[loan_id])]
        found.wrong += [
            f"{loan_id}: overdue on positions {run[0]} to {run[-1]} without an episode"
            for run in _outside(own, positions[loan_id])
        ]
    return found


def acts_after_end(contact: Iterable[Recorded]) -> int:
    """Touches confirmed while the loan's standing, in recorded order, said stopped; a reminder
    before the due day, which is no case's act, while it did not. Other notices that the law owes
    are owed of loans that stand either way."""
    stopped: dict[str, bool] = {}
    count = 0
    for event in contact:
        if isinstance(event.body, StandingChanged):
            stopped[event.loan_id] = event.body.is_stopped
        elif isinstance(event.body, TouchConfirmed) and not event.body.key.startswith("duty/"):
            count += stopped.get(event.loan_id, False)
        elif isinstance(event.body, TouchConfirmed) and event.body.template == "pre_due":
            count += not stopped.get(event.loan_id, True)
    return count


def standing_seconds(contact: Iterable[Recorded]) -> list[float]:
    """From a fact's acceptance to its standing in contact, on the wall."""
    return [
        _seconds(event.body.stood_wall_at) - _seconds(event.body.accepted_wall_at)
        for event in contact
        if isinstance(event.body, StandingChanged)
        if event.body.HasField("accepted_wall_at") and event.body.HasField("stood_wall_at")
    ]


def lag_seconds(contact: Iterable[Recorded], clock: Sequence[ClockReading]) -> list[float]:
    """How late each touch was, in wall seconds behind its due instant. `clock` is all readings that
    were in force, in order: contact itself knows only the last, which is no measure of what fell
    due under another."""
    return [
        max(0.0, event.wall_seconds - wall_of(event.body.due_at.ToDatetime(UTC), clock).timestamp())
        for event in contact
        if isinstance(event.body, TouchConfirmed)
    ]


def wall_of(case_time: datetime, clock: Sequence[ClockReading]) -> datetime:
    """When the case clock showed an instant; what was before the play counts from its begin."""
    in_force = [reading for reading in clock if reading.case_epoch <= case_time]
    return in_force[-1].wall_time(case_time) if in_force else clock[0].wall_epoch


def touches(contact: Iterable[Recorded]) -> Counter[str]:
    """The attempts that were confirmed, each with how many loans it was about."""
    return Counter(
        event.body.attempt_id for event in contact if isinstance(event.body, TouchConfirmed)
    )


def owed_acts(contact: Iterable[Recorded]) -> Counter[str]:
    """What contact owed by itself and sent without a case, by its text."""
    return Counter(
        event.body.template
        for event in contact
        if isinstance(event.body, TouchConfirmed) and event.body.key.startswith("duty/")
    )


def hold_kinds(contact: Iterable[Recorded]) -> set[str]:
    return {
        hold.kind
        for event in contact
        if isinstance(event.body, HoldsChanged)
        for hold in event.body.intervals
    }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The nearest-rank p50 and p99; 0 of nothing."""
    ordered = sorted(values)
    if not ordered:
        return {"p50": 0.0, "p99": 0.0}
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 3)
        for name, part in (("p50", 0.50), ("p99", 0.99))
    }


def _spans(case: Iterable[Recorded]) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = defaultdict(list)
    for event in case:
        body = event.body
        if isinstance(body, EpisodeOpened):
            spans[event.loan_id].append(Span(body.episode, body.position_version))
        elif isinstance(body, EpisodeClosed):
            for span in spans[event.loan_id]:
                if span.episode == body.episode:
                    span.closed_on, span.reason = body.position_version, body.reason
    return spans


def _misplaced(own: Sequence[Span], positions: Mapping[int, PositionChanged]) -> Iterable[str]:
    for place, span in enumerate(own, start=1):
        opening = positions.get(span.opened_on)
        if span.episode != place:
            yield f"episode {span.episode} is the {place}. to be opened"
        if opening is None or opening.disposition != "overdue":
            yield f"episode {span.episode} opened on position {span.opened_on}, not overdue"
    for before, after in pairwise(own):
        if before.closed_on is None or before.closed_on >= after.opened_on:
            yield f"episode {after.episode} opened before {before.episode} was closed"


def _outside(
    own: Sequence[Span], positions: Mapping[int, PositionChanged]
) -> Iterable[Sequence[int]]:
    """The unbroken runs of overdue positions that lie within no episode and should."""
    for run in _overdue_runs(positions):
        version = run[-1]
        within = any(
            span.opened_on <= version and (span.closed_on is None or version <= span.closed_on)
            for span in own
        )
        if not within and not _ended_for_good(own, version, positions[version], positions):
            yield run


def _overdue_runs(positions: Mapping[int, PositionChanged]) -> Iterable[list[int]]:
    """The versions of each unbroken run of overdue positions."""
    ordered = sorted(positions)
    for is_overdue, run in groupby(ordered, lambda v: positions[v].disposition == "overdue"):
        if is_overdue:
            yield list(run)


def _ended_for_good(
    own: Sequence[Span],
    version: int,
    position: PositionChanged,
    positions: Mapping[int, PositionChanged],
) -> bool:
    until = [
        positions[span.closed_on].oldest_due_on
        or max(p.oldest_due_on for v, p in positions.items() if v <= span.closed_on)
        for span in own
        if span.reason in _FINAL and span.closed_on is not None and span.closed_on < version
        if span.closed_on in positions
    ]
    return bool(until) and position.oldest_due_on <= max(until)


def _seconds(instant: Timestamp) -> float:
    return instant.ToNanoseconds() / 1e9
