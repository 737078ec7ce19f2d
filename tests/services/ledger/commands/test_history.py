"""The history on real PostgreSQL: recorded as told, verified, and every tampering found."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from services.ledger.commands import history
from services.ledger.commands.history import Told, Verified

pytestmark = pytest.mark.database


def told(loan: str, version: int, *, source: str = "collect.case.v1", value: bytes = b"x") -> Told:
    return Told(
        tenant="demo",
        loan_id=loan,
        source=source,
        version=version,
        event_id=f"{source}/{loan}/{version}",
        type="events.v1.CaseMoved",
        time="2026-03-01T00:00:00Z",
        cause="",
        value=value,
    )


async def record(database: Database, *events: Told) -> None:
    async with database.transaction() as session:
        await history.record(session, events)


async def verified(database: Database, after: str = "", at_most: int = 200) -> Verified:
    async with database.transaction() as session:
        return await history.verify_chains(session, "demo", after, at_most=at_most)


async def tamper(database: Database, statement: str) -> None:
    """As one who owns the tables could: the trigger is switched off first."""
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE record DISABLE TRIGGER ALL"))
        await session.execute(text(statement))


async def test_events_of_many_sources_form_one_chain_per_loan(books: Database) -> None:
    await record(books, told("a", 1), told("b", 1), told("a", 1, source="collect.contact.v1"))
    await record(books, told("a", 2))
    assert await verified(books) == Verified(2, 2, (), "")


async def test_a_changed_value_is_found_and_its_record_named(books: Database) -> None:
    await record(books, told("a", 1), told("a", 2), told("b", 1))
    await tamper(books, "UPDATE record SET value = 'y' WHERE loan_id = 'a' AND seq = 2")
    found = await verified(books)
    assert (found.loans, found.verified) == (2, 1)
    assert found.flaws[0].loan_id == "a"
    assert found.flaws[0].broken is not None
    assert found.flaws[0].broken.seq == 2


async def test_a_chain_cut_off_at_its_end_is_found(books: Database) -> None:
    await record(books, told("a", 1), told("a", 2))
    await tamper(books, "DELETE FROM record WHERE seq = 2")
    (flaw,) = (await verified(books)).flaws
    assert flaw.broken is not None
    assert "ends at 1, its head says 2" in flaw.broken.reason


async def test_a_missing_version_of_a_source_is_named(books: Database) -> None:
    await record(books, told("a", 1), told("a", 3))
    found = await verified(books)
    (gap,) = found.flaws[0].gaps
    assert (gap.source, gap.expected, gap.found) == ("collect.case.v1", 2, 3)
    assert found.verified == 1


async def test_an_audit_goes_through_the_loans_in_pages(books: Database) -> None:
    await record(books, *(told(f"loan-{number}", 1) for number in range(5)))
    first = await verified(books, at_most=3)
    assert (first.loans, first.next_after) == (3, "loan-2")
    second = await verified(books, first.next_after, at_most=3)
    assert (second.loans, second.next_after) == (2, "")


async def test_partitions_recorded_at_the_same_time_keep_every_chain_whole(
    books: Database,
) -> None:
    loans = [f"loan-{number}" for number in range(10)]
    sources = [f"collect.{name}.v1" for name in ("intake", "ledger", "case", "contact")]
    await asyncio.gather(
        *(
            record(books, *(told(loan, version, source=source) for loan in order))
            for source, order in zip(sources, (loans, loans[::-1], loans, loans[::-1]), strict=True)
            for version in (1,)
        )
    )
    assert await verified(books) == Verified(10, 10, (), "")


async def test_a_record_is_never_edited(books: Database) -> None:
    await record(books, told("a", 1))
    with pytest.raises(DBAPIError, match="never edited"):
        async with books.transaction() as session:
            await session.execute(text("DELETE FROM record"))


async def test_recording_tells_nobody_anything(books: Database) -> None:
    await record(books, told("a", 1))
    async with books.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 0
