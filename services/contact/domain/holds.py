"""What a hold blocks, for whom and until when; overlapping holds are a union, never a sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind, Purpose

REVIEW_AFTER = timedelta(days=30)
_ALL = (Block.CONTACT, Block.VISIT, Block.LEGAL)
_REACHING = (Block.CONTACT, Block.VISIT)
# SI 2020/1311: no interest, fees or charges, and agents are bound as the creditor is.
_EVERYTHING = (*_ALL, Block.AGENCY, Block.INTEREST, Block.FEES)

DEFAULT_BLOCKS: dict[HoldKind, tuple[Block, ...]] = {
    HoldKind.DISPUTE: _ALL,
    HoldKind.COMPLAINT: _ALL,
    HoldKind.HARDSHIP_REVIEW: _ALL,
    HoldKind.REPRESENTED: _ALL,
    HoldKind.CEASE_REQUEST: _ALL,
    HoldKind.VULNERABILITY: _REACHING,
    HoldKind.INCAPACITY: _ALL,
    # A death that was told and that no person has found out about; `DECEASED` is a person's word.
    HoldKind.BEREAVEMENT: _ALL,
    HoldKind.DECEASED: _ALL,
    HoldKind.BANKRUPTCY: _ALL,
    HoldKind.BREATHING_SPACE: _EVERYTHING,
    HoldKind.DISASTER: _REACHING,
    HoldKind.BANK_PAUSE: _REACHING,
}
REVIEWED = frozenset(
    {
        HoldKind.DISPUTE,
        HoldKind.COMPLAINT,
        HoldKind.HARDSHIP_REVIEW,
        HoldKind.VULNERABILITY,
        HoldKind.BEREAVEMENT,
        HoldKind.DISASTER,
    }
)

_ANSWERABLE = frozenset(
    {
        HoldKind.DISPUTE,
        HoldKind.COMPLAINT,
        HoldKind.HARDSHIP_REVIEW,
        HoldKind.CEASE_REQUEST,
        HoldKind.VULNERABILITY,
        HoldKind.DISASTER,
        HoldKind.BANK_PAUSE,
    }
)
# What may still be said under a hold: an answer to the person's own words, a court's papers, and
# after a cease request what a statute demands. Nothing reaches the dead, nor passes a stay.
PASSING: dict[Purpose, frozenset[HoldKind]] = {
    Purpose.SERVICE: _ANSWERABLE,
    Purpose.REPLY: _ANSWERABLE,
    Purpose.COURT_SERVICE: _ANSWERABLE,
    Purpose.STATUTORY_NOTICE: frozenset({HoldKind.CEASE_REQUEST}),
}


@dataclass(frozen=True)
class Span:
    """A stretch of time, end excluded; no end means until further notice."""

    from_at: datetime
    until_at: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


def must_name_a_party(kind: HoldKind) -> bool:
    """A death is one party's: what stops it never stops lawful acts toward another."""
    return kind in (HoldKind.DECEASED, HoldKind.BEREAVEMENT)


def default_review(kind: HoldKind, from_at: datetime) -> datetime | None:
    return from_at + REVIEW_AFTER if kind in REVIEWED else None


def is_empty(interval: HoldInterval) -> bool:
    return interval.until_at is not None and interval.until_at <= interval.from_at


def concerning(intervals: Iterable[HoldInterval], parties: Iterable[str]) -> list[HoldInterval]:
    """The holds of the whole loan and those of the given parties."""
    named = set(parties)
    return [hold for hold in intervals if not hold.party_id or hold.party_id in named]


def stopping(
    intervals: Iterable[HoldInterval], block: Block, purpose: Purpose
) -> list[HoldInterval]:
    """The holds that forbid such an act while they last."""
    passing = PASSING.get(purpose, frozenset())
    return [hold for hold in intervals if block in hold.blocks and hold.kind not in passing]


def is_of_a_part(hold: HoldInterval) -> bool:
    """A dispute may be about a part of what is owed; any other hold is of the whole."""
    return hold.kind is HoldKind.DISPUTE and hold.amount_minor is not None


def disputed_minor(intervals: Iterable[HoldInterval], at: datetime) -> int:
    """How much of one loan is in dispute by parts at an instant. Nobody knows whether two parts are
    the same one, so they are added: at worst less is asked for than might be."""
    return sum(
        hold.amount_minor or 0
        for hold in intervals
        if is_of_a_part(hold) and Span(hold.from_at, hold.until_at).covers(at)
    )


def union(intervals: Iterable[HoldInterval]) -> list[Span]:
    """Disjoint spans in order, covering exactly what at least one interval covers."""
    spans: list[Span] = []
    for hold in sorted(intervals, key=lambda hold: hold.from_at):
        if is_empty(hold):
            continue
        if not spans or not _reaches(spans[-1], hold.from_at):
            spans.append(Span(hold.from_at, hold.until_at))
            continue
        # An interval enclosed by an earlier one must not shorten it.
        spans[-1] = Span(spans[-1].from_at, _later(spans[-1].until_at, hold.until_at))
    return spans


def span_at(intervals: Iterable[HoldInterval], at: datetime) -> Span | None:
    """The stretch of the union that covers an instant, if one does."""
    return next((span for span in union(intervals) if span.covers(at)), None)


def paused(intervals: Iterable[HoldInterval], from_at: datetime, until_at: datetime) -> timedelta:
    """How long of a stretch is held at all. A hold that encloses, meets or repeats another one
    counts once, where sums would count it twice."""
    clipped = (
        (max(span.from_at, from_at), min(span.until_at or until_at, until_at))
        for span in union(intervals)
    )
    return sum((end - start for start, end in clipped if end > start), timedelta())


def _reaches(span: Span, at: datetime) -> bool:
    return span.until_at is None or at <= span.until_at


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)
