"""Gathers what the report judges: from the topics, from the services, from the second ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chassis.settings import Settings
from forbear import reference_position
from forbear.demo import proofs
from forbear.demo.histories import count_records, read_events
from forbear.demo.quiet import Lag
from forbear.demo.report import Answers, Course, Evidence, Histories, Pooled, Sent
from forbear.play.doors import Doors
from forbear.portfolio.planned import FACTS_TOPIC, PEOPLE_TOPIC
from forbear.stack.topics import read_topics
from interfaces.clock import ClockReading


@dataclass(frozen=True)
class Injected:
    """What the portfolio is known to hold on purpose; None where nothing is known."""

    faults: dict[str, int] | None
    must_occur_all: bool


async def gather(
    settings: Settings, tenant: str, injected: Injected, course: Course, lag: Lag
) -> Evidence:
    doors = Doors(settings, tenant)
    try:
        answers = await _answers(doors, lag)
    finally:
        await doors.close()
    ledger = f"http://{settings.host}:{settings.port('ledger')}"
    return Evidence(
        histories=await _histories(settings.kafka_bootstrap, tenant, course.clock),
        answers=answers,
        sent=await _sent(settings.kafka_bootstrap, injected),
        course=course,
        positions=await reference_position.compare(settings.kafka_bootstrap, ledger, tenant),
    )


async def _answers(doors: Doors, lag: Lag) -> Answers:
    return Answers(
        counts=await counts(doors),
        cases=await doors.get("cases", "cases/summary"),
        contacts=await doors.get("contact", "contact/summary"),
        imbalance=await doors.get("ledger", "ledger/imbalance"),
        audit=await doors.post("ledger", "audit/verify", {}),
        outbox_backlog=lag.outbox,
        parked_keys=lag.parked,
    )


async def counts(doors: Doors) -> dict[str, Any]:
    """What became of everything; records nobody could read belong to no tenant."""
    return await doors.get("intake", "intake/counts")


async def _histories(bootstrap: str, tenant: str, clock: Sequence[ClockReading]) -> Histories:
    contact = await read_events(bootstrap, "collect.contact.v1", tenant)
    case = await read_events(bootstrap, "collect.case.v1", tenant)
    ledger = await read_events(bootstrap, "collect.ledger.v1", tenant)
    confirmed = proofs.touches(contact)
    shared = [loans for loans in confirmed.values() if loans > 1]
    return Histories(
        episodes=proofs.judge_episodes(case, ledger),
        acts_after_end=proofs.acts_after_end(contact),
        touches=len(confirmed),
        pooled=Pooled(len(shared), sum(shared)),
        owed_acts=proofs.owed_acts(contact),
        hold_kinds=frozenset(proofs.hold_kinds(contact)),
        standing_seconds=proofs.standing_seconds(contact),
        lag_seconds=proofs.lag_seconds(contact, clock),
    )


async def _sent(bootstrap: str, injected: Injected) -> Sent:
    letters = [topic.name for topic in read_topics() if topic.name.endswith(".dlq.v1")]
    records = await count_records(bootstrap, [FACTS_TOPIC, PEOPLE_TOPIC])
    found = await count_records(bootstrap, letters)
    return Sent(
        records=sum(records.values()),
        dead_letters=sum(found.values()),
        injected=injected.faults,
        must_occur_all=injected.must_occur_all,
    )
