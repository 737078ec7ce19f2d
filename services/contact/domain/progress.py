"""What notices reached whom in an episode, and who was asked how they fare: derived, never stored.

Every try leaves one piece of evidence at its latest status, so the order in which sendings,
receipts and bounces become known changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from interfaces.facts import Circumstances, Notice
from interfaces.values import Channel, NoticeStatus

_RANK = {status: rank for rank, status in enumerate(NoticeStatus)}


@dataclass(frozen=True)
class Evidence:
    """One documented try: of a notice (if it names one), of asking after circumstances, or both."""

    party_id: str
    channel: Channel
    notice: str
    asks_circumstances: bool
    status: NoticeStatus
    tried_at: datetime
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class CircumstancesAnswer:
    party_id: str
    answered_at: datetime


def notices_of(evidence: Iterable[Evidence]) -> tuple[Notice, ...]:
    """Per kind and party the best status so far; among equals the earliest."""
    best: dict[tuple[str, str], Evidence] = {}
    for item in evidence:
        if not item.notice:
            continue
        known = best.get((item.notice, item.party_id))
        if known is None or _goodness(item) > _goodness(known):
            best[item.notice, item.party_id] = item
    return tuple(_notice(best[key]) for key in sorted(best))


def circumstances_of(
    evidence: Iterable[Evidence], answers: Iterable[CircumstancesAnswer]
) -> tuple[Circumstances, ...]:
    """Per party when it first answered, and on which channels it was asked."""
    tried: defaultdict[str, set[Channel]] = defaultdict(set)
    answered: dict[str, datetime] = {}
    for item in evidence:
        if item.asks_circumstances:
            tried[item.party_id].add(item.channel)
    for given in answers:
        known = answered.get(given.party_id, given.answered_at)
        answered[given.party_id] = min(known, given.answered_at)
    return tuple(
        Circumstances(party_id, answered.get(party_id), tuple(sorted(tried.get(party_id, ()))))
        for party_id in sorted({*tried, *answered})
    )


def _goodness(item: Evidence) -> tuple[int, float, str]:
    return _RANK[item.status], -item.tried_at.timestamp(), item.channel.value


def _notice(item: Evidence) -> Notice:
    was_sent = _RANK[item.status] >= _RANK[NoticeStatus.SENT]
    return Notice(
        kind=item.notice,
        party_id=item.party_id,
        channel=item.channel,
        status=item.status,
        sent_at=item.tried_at if was_sent else None,
        delivered_at=item.delivered_at,
    )
