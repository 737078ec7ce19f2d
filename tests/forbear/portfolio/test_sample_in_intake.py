"""The sample, and what the simulated bank adds to it, through intake's real commands."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chassis import vault
from chassis.database import Database
from chassis.settings import Settings
from events.v1.bank_pb2 import BankFact, BankPerson
from forbear.portfolio.bank import CoreBank, open_bank
from forbear.portfolio.facts import Format, PlannedFact, load
from forbear.portfolio.sample import DIRECTORY
from services.intake.commands.counts import counts
from services.intake.commands.desk import Desk, Submission
from services.intake.commands.facts import accept_facts
from services.intake.commands.people import accept_people
from services.intake.domain.facts import Kind
from services.intake.gateways import Seals, load_seals
from services.intake.settings import load_tenants
from tests.conftest import NewDatabase

ROOT = Path(__file__).parents[3]
ZONE = ZoneInfo("Asia/Shanghai")
START = date(2026, 3, 2)


class Door:
    """Takes in what the bank says on a day, at the end of that day."""

    def __init__(self, database: Database, seals: Seals) -> None:
        self._database, self._seals = database, seals
        self.refused: list[str] = []

    async def facts(self, facts: list[BankFact], at: datetime) -> None:
        submissions = [Submission(f"{at}/{n}", fact) for n, fact in enumerate(facts)]
        async with self._database.transaction() as session:
            outcomes = await accept_facts(session, self._desk(at), submissions)
        self.refused += [outcome.event_id for outcome in outcomes if outcome.quarantine_id]

    async def people(self, people: list[BankPerson], at: datetime) -> None:
        submissions = [Submission(f"person/{n}", person) for n, person in enumerate(people)]
        async with self._database.transaction() as session:
            await accept_people(session, self._desk(at), submissions)

    async def counts(self, kind: Kind) -> dict[str, int]:
        async with self._database.transaction() as session:
            return (await counts(session, "demo"))[kind]

    def _desk(self, at: datetime) -> Desk:
        return Desk(load_tenants(ROOT / "config"), self._seals, at, at)


@pytest.fixture
async def door(new_database: NewDatabase, settings: Settings) -> Door:
    vault.load_or_create_keys(settings.keys)
    database = await new_database(ROOT / "services" / "intake" / "migrations")
    return Door(database, load_seals(settings))


def local_day(planned: PlannedFact) -> date:
    return planned.at.astimezone(ZONE).date()


@pytest.mark.database
async def test_every_injected_fault_meets_its_expected_end(door: Door) -> None:
    expected = json.loads((DIRECTORY / "expected.json").read_text("utf-8"))
    injected = expected["injected"]
    planned = list(load(Format.FORBEAR_CSV, DIRECTORY).facts)
    people = [fact.message for fact in planned if isinstance(fact.message, BankPerson)]
    await door.people(people, planned[0].at)
    bank, said = open_bank(DIRECTORY), Counter[str]()
    by_day = {day: list(facts) for day, facts in groupby(planned, key=local_day)}
    for number in range(152):
        day = START + timedelta(days=number)
        at = datetime(day.year, day.month, day.day, 15, 59, tzinfo=UTC)
        told = [f.message for f in by_day.pop(day, []) if isinstance(f.message, BankFact)]
        live = _live(bank, day) if number < 150 else []
        said["live"] += len(live)
        if told or live:
            await door.facts([*told, *live], at)
    assert by_day == {}
    found = await door.counts(Kind.FACT)
    sound = expected["facts"] - sum(
        injected[kind] for kind in ("duplicate", "stale", "quarantined", "dead_lettered")
    )
    assert found == {
        "received": expected["facts"] - injected["dead_lettered"] + said["live"],
        "applied": sound + said["live"],
        "duplicate": injected["duplicate"],
        "stale": injected["stale"],
        "quarantined": injected["quarantined"],
        "dead_lettered": 0,
    }
    assert (await door.counts(Kind.PERSON))["applied"] == expected["people"]


def _live(bank: CoreBank, day: date) -> list[BankFact]:
    """The bank's day; now and then somebody overdue pays all at noon."""
    facts: list[BankFact] = []
    for ref in bank.loan_refs[day.toordinal() % 7 :: 7]:
        owing = bank.overdue_minor(ref, day)
        if owing and day > START + timedelta(days=25):
            facts += bank.payment(ref, owing, day)
    return [*facts, *bank.day(day)]
