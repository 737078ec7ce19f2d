"""What the topics themselves prove about a play: read back whole, judged without any service."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from chassis.inbox import Record

# Some are imported for their message types alone: the histories hold every event there is.
from events.v1 import (  # noqa: F401
    contact_calls_pb2,
    contact_customer_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
)
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.contact_pb2 import StandingChanged, TouchConfirmed
from events.v1.field_visit_pb2 import VisitChanged
from events.v1.intake_pb2 import LoanFactAccepted
from events.v1.ledger_pb2 import PositionChanged
from events.v1.legal_pb2 import MatterChanged
from events.v1.negotiation_pb2 import AgreementChanged
from tests.chassis.topic_log import first_arrivals, read_events

SOURCES: dict[str, tuple[type, ...]] = {
    "collect.intake.v1": (LoanFactAccepted,),
    "collect.ledger.v1": (PositionChanged,),
    "collect.case.v1": (EpisodeOpened, EpisodeClosed),
    "collect.contact.v1": (StandingChanged, TouchConfirmed),
    "collect.negotiation.v1": (AgreementChanged,),
    "collect.field_visit.v1": (VisitChanged,),
    "collect.legal.v1": (MatterChanged,),
}


@dataclass(frozen=True)
class Evidence:
    """All events by topic, in the order of each loan's stream, each once."""

    events: dict[str, list[Record]]

    def of(self, topic: str, loan_id: str) -> list[Record]:
        return [record for record in self.events[topic] if record.key == loan_id]

    def touches(self, loan_id: str) -> list[TouchConfirmed]:
        return [
            record.body
            for record in self.of("collect.contact.v1", loan_id)
            if isinstance(record.body, TouchConfirmed)
        ]

    def acts_after_end(self) -> list[str]:
        """Touches confirmed after their loan's standing had stopped them."""
        stopped: dict[str, tuple[bool, int]] = {}
        wrong = []
        for record in self.events["collect.contact.v1"]:
            body = record.body
            if isinstance(body, StandingChanged):
                stopped[record.key] = (body.is_stopped, body.closed_episode)
            elif isinstance(body, TouchConfirmed):
                is_stopped, closed = stopped.get(record.key, (True, 0))
                if is_stopped or body.episode <= closed:
                    wrong.append(f"{record.key}/{record.version} {body.key}")
        return wrong

    def gaps(self) -> list[str]:
        """Streams whose versions are not 1, 2, 3, … in the order of their first arrival."""
        return [
            f"{topic} {loan_id}: {versions}"
            for topic, records in self.events.items()
            for loan_id, versions in first_arrivals(records).items()
            if versions != list(range(1, len(versions) + 1))
        ]

    def episodes(self, loan_id: str) -> list[tuple[str, int]]:
        """('opened' or 'closed', number), in order."""
        told = []
        for record in self.of("collect.case.v1", loan_id):
            if isinstance(record.body, EpisodeOpened):
                told.append(("opened", record.body.episode))
            elif isinstance(record.body, EpisodeClosed):
                told.append(("closed", record.body.episode))
        return told

    def has_open_episode(self, loan_id: str) -> bool:
        told = self.episodes(loan_id)
        return bool(told) and told[-1][0] == "opened"

    def muddled_episodes(self, loan_ids: Iterable[str]) -> list[str]:
        """Loans whose episodes are not opened and closed in turn: 1, 1, 2, 2, …"""
        wrong = []
        for loan_id in loan_ids:
            told = self.episodes(loan_id)
            due = [(what, n) for n in range(1, len(told) + 1) for what in ("opened", "closed")]
            if told != due[: len(told)]:
                wrong.append(f"{loan_id}: {told}")
        return wrong

    def opened_twice(self) -> list[tuple[str, int]]:
        """Positions on which more than one episode opened."""
        seen: dict[tuple[str, int], int] = defaultdict(int)
        for record in self.events["collect.case.v1"]:
            if isinstance(record.body, EpisodeOpened):
                seen[record.key, record.body.position_version] += 1
        return [opening for opening, times in seen.items() if times > 1]

    def dispositions(self, loan_ids: Collection[str]) -> dict[str, str]:
        """The latest position of each loan."""
        latest = {
            record.key: record.body.disposition
            for record in self.events["collect.ledger.v1"]
            if isinstance(record.body, PositionChanged) and record.key in loan_ids
        }
        return {loan_id: latest.get(loan_id, "") for loan_id in loan_ids}

    def touched_before_due(self, tolerance_ms: int = 1_000) -> list[str]:
        """Touches confirmed before the instant at which they were due."""
        return [
            f"{record.key}: {record.body.key} by {-record.body.lag_wall_ms} ms"
            for record in self.events["collect.contact.v1"]
            if isinstance(record.body, TouchConfirmed) and record.body.lag_wall_ms < -tolerance_ms
        ]


async def gather(bootstrap: str) -> Evidence:
    """Everything on the topics now."""
    read = await asyncio.gather(*(read_events(bootstrap, topic) for topic in SOURCES))
    return Evidence({topic: _once(records) for topic, records in zip(SOURCES, read, strict=True)})


def closes(counts: dict[str, Any]) -> bool:
    """Whether all that intake received is accounted for."""
    names = ("applied", "duplicate", "stale", "quarantined", "dead_lettered")
    return bool(counts["received"] == sum(counts[name] for name in names))


def _once(records: Iterable[Record]) -> list[Record]:
    """A relay that died between sending and noting sends again: what came before is dropped."""
    seen: set[tuple[str, int]] = set()
    kept = []
    for record in records:
        if (record.key, record.version) not in seen:
            seen.add((record.key, record.version))
            kept.append(record)
    return kept
