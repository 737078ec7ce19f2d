"""Accepting people: sealed for contact, ordered, and kept nowhere in intake."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis import vault
from events.v1 import bank_pb2 as pb
from events.v1.bank_pb2 import BankPerson
from services.intake.domain.facts import Disposition
from tests.services.intake.bank import NOW, fact, person, registered
from tests.services.intake.conftest import Intake

pytestmark = pytest.mark.database
APPLIED, DUPLICATE = Disposition.APPLIED, Disposition.DUPLICATE


async def statuses(intake: Intake, *people: BankPerson) -> list[Disposition]:
    return [outcome.status for outcome in await intake.receive(*people)]


async def test_only_the_transport_key_opens_what_travels(intake: Intake) -> None:
    told = person("p1")
    assert await statuses(intake, told) == [APPLIED]
    (event,) = await intake.told()
    assert (event.topic, event.key) == ("collect.people.v1", event.body.party_id)
    opened = vault.unseal(intake.transport_private, event.body.sealed_person)
    assert pb.PersonalData.FromString(opened) == told.person


async def test_nothing_of_a_person_is_readable_in_the_database(intake: Intake) -> None:
    await intake.receive(person("p1"), person("p2", "P2", time_zone="Nowhere/At-All"))
    tables = await intake.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    stored = [await intake.rows(f'SELECT * FROM "{table["tablename"]}"') for table in tables]
    assert "P2" in repr(stored)
    for personal in ("Lin Example", "0000 0001", "Nowhere"):
        assert personal not in repr(stored)


async def test_an_older_person_is_not_sent_on(intake: Intake) -> None:
    newest, older = person("p1"), person("p2", at=NOW - timedelta(days=1))
    assert await statuses(intake, newest, older) == [APPLIED, Disposition.STALE]
    assert await statuses(intake, person("p3", sequence=7)) == [APPLIED]
    assert await statuses(intake, person("p4", sequence=6)) == [Disposition.STALE]
    assert len(await intake.told()) == 2


async def test_a_person_sent_twice_is_a_duplicate(intake: Intake) -> None:
    assert await statuses(intake, person("p1"), person("p1")) == [APPLIED, DUPLICATE]


async def test_event_ids_of_people_and_of_facts_are_apart(intake: Intake) -> None:
    await intake.receive(fact("same", registered=registered()))
    assert await statuses(intake, person("same")) == [APPLIED]
