"""Loans with their facts and money, read and written a batch at a time: one statement per table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from events.v1.bank_pb2 import LoanFact
from services.ledger.domain.book import Book
from services.ledger.domain.posting import LOAN_ACCOUNTS, Account, Entries, Posting
from services.ledger.store.decoding import Told


@dataclass
class Shelf:
    """One loan's book with what only the store and the events need of it: the bodies of facts
    that travel on, the journals' count, and the position now and as last published."""

    book: Book
    bodies: dict[str, LoanFact] = field(default_factory=dict)
    journals: int = 0
    grace_ends_at: datetime | None = None
    version: int = 0
    position: bytes = b""
    published: bytes = b""

    def shelve(self, told: Told) -> None:
        """Keep the body of a fact whose content is published as it came."""
        if told.body.WhichOneof("fact") in ("registered", "taken_over"):
            self.bodies[told.fact_id] = told.body


@dataclass(frozen=True)
class Journal:
    """A posting with its place in the loan's books."""

    shelf: Shelf
    number: int
    posting: Posting
    recorded_at: datetime


async def load(session: AsyncSession, tenants: Mapping[str, str]) -> dict[str, Shelf]:
    """The books of these loans, `{loan id: tenant}`; a loan not yet known gets an empty one."""
    shelves = {
        loan_id: Shelf(Book(tenant=tenant, loan_id=loan_id)) for loan_id, tenant in tenants.items()
    }
    bound = {"loan_ids": list(tenants)}
    for row in await session.execute(_LOANS, bound):
        _fill(shelves[row.loan_id], row)
    for row in await session.execute(_FACTS, bound):
        shelf = shelves[row.loan_id]
        body = LoanFact.FromString(row.body)
        told = Told(row.loan_id, row.fact_id, row.sequence, row.occurred_at, row.told_on, body)
        shelf.book.facts.add(told.fact())
        shelf.shelve(told)
    return shelves


async def posted_entries(session: AsyncSession, keys: Collection[str]) -> dict[str, Entries]:
    """The entries of journals already posted, by the journal's key."""
    if not keys:
        return {}
    found: dict[str, list[tuple[Account, int]]] = {}
    for row in await session.execute(_POSTED, {"keys": sorted(keys)}):
        found.setdefault(row.key, []).append((Account(row.account), row.amount_minor))
    return {key: tuple(entries) for key, entries in found.items()}


async def save_facts(session: AsyncSession, facts: Sequence[Told]) -> None:
    if not facts:
        return
    await session.execute(
        _INSERT_FACTS,
        {
            "loan_ids": [fact.loan_id for fact in facts],
            "fact_ids": [fact.fact_id for fact in facts],
            "sequences": [fact.sequence for fact in facts],
            "instants": [fact.occurred_at for fact in facts],
            "days": [fact.told_on for fact in facts],
            "bodies": [fact.body.SerializeToString(deterministic=True) for fact in facts],
        },
    )


async def save_journals(session: AsyncSession, journals: Sequence[Journal]) -> None:
    """Insert journals with all their entries; the database refuses any that do not sum to zero."""
    if not journals:
        return
    await session.execute(
        _INSERT_JOURNALS,
        {
            "loan_ids": [journal.shelf.book.loan_id for journal in journals],
            "numbers": [journal.number for journal in journals],
            "tenants": [journal.shelf.book.tenant for journal in journals],
            "keys": [journal.posting.key for journal in journals],
            "kinds": [journal.posting.kind.value for journal in journals],
            "fact_ids": [journal.posting.fact_id for journal in journals],
            "days": [journal.posting.effective_on for journal in journals],
            "instants": [journal.recorded_at for journal in journals],
            "reverses": [journal.posting.reverses or None for journal in journals],
        },
    )
    lines = [(journal, *entry) for journal in journals for entry in journal.posting.entries]
    await session.execute(
        _INSERT_ENTRIES,
        {
            "loan_ids": [journal.shelf.book.loan_id for journal, _, _ in lines],
            "numbers": [journal.number for journal, _, _ in lines],
            "accounts": [account.value for _, account, _ in lines],
            "tenants": [journal.shelf.book.tenant for journal, _, _ in lines],
            "currencies": [journal.posting.currency for journal, _, _ in lines],
            "amounts": [minor for _, _, minor in lines],
        },
    )


async def save_loans(session: AsyncSession, shelves: Sequence[Shelf]) -> None:
    if not shelves:
        return
    balances = [shelf.book.balances for shelf in shelves]
    await session.execute(
        _UPSERT_LOANS,
        {
            "loan_ids": [shelf.book.loan_id for shelf in shelves],
            "tenants": [shelf.book.tenant for shelf in shelves],
            "costs": [each.get(Account.COSTS, 0) for each in balances],
            "interest": [each.get(Account.INTEREST, 0) for each in balances],
            "principal": [each.get(Account.PRINCIPAL, 0) for each in balances],
            "suspense": [each.get(Account.SUSPENSE, 0) for each in balances],
            "journals": [shelf.journals for shelf in shelves],
            "judged": [shelf.book.judged_at for shelf in shelves],
            "overdue": [shelf.grace_ends_at for shelf in shelves],
            "versions": [shelf.version for shelf in shelves],
            "positions": [shelf.position for shelf in shelves],
            "published": [shelf.published for shelf in shelves],
        },
    )


async def next_grace_end(session: AsyncSession) -> datetime | None:
    """The next instant at which a loan's grace ends."""
    found = await session.execute(text("SELECT min(grace_ends_at) FROM loan"))
    instant: datetime | None = found.scalar_one()
    return instant


async def loans_past_grace(
    session: AsyncSession, instant: datetime, at_most: int
) -> dict[str, str]:
    """Loans whose grace has ended by then, with their tenants; they are not locked yet."""
    rows = await session.execute(_DUE, {"instant": instant, "at_most": at_most})
    return {row.loan_id: row.tenant for row in rows}


def _fill(shelf: Shelf, row: Any) -> None:
    minor = (row.costs_minor, row.interest_minor, row.principal_minor, row.suspense_minor)
    shelf.book.balances = dict(zip(LOAN_ACCOUNTS, minor, strict=True))
    shelf.book.judged_at = row.judged_at
    shelf.journals, shelf.version = row.journals, row.version
    shelf.grace_ends_at = row.grace_ends_at
    shelf.position, shelf.published = bytes(row.position), bytes(row.published)


_LOANS = text("SELECT * FROM loan WHERE loan_id = ANY (CAST(:loan_ids AS text[]))")
_FACTS = text(
    """SELECT loan_id, fact_id, sequence, occurred_at, told_on, body FROM fact
    WHERE loan_id = ANY (CAST(:loan_ids AS text[]))"""
)
_POSTED = text(
    """SELECT j.key, e.account, e.amount_minor FROM journal j
    JOIN entry e ON e.loan_id = j.loan_id AND e.number = j.number
    WHERE j.key = ANY (CAST(:keys AS text[]))"""
)
_INSERT_FACTS = text(
    """INSERT INTO fact (loan_id, fact_id, sequence, occurred_at, told_on, body)
    SELECT * FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:fact_ids AS text[]), CAST(:sequences AS bigint[]),
        CAST(:instants AS timestamptz[]), CAST(:days AS date[]), CAST(:bodies AS bytea[]))"""
)
_INSERT_JOURNALS = text(
    """INSERT INTO journal (loan_id, number, tenant, key, kind, fact_id, effective_on, recorded_at,
        reverses)
    SELECT * FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:numbers AS int[]), CAST(:tenants AS text[]),
        CAST(:keys AS text[]), CAST(:kinds AS text[]), CAST(:fact_ids AS text[]),
        CAST(:days AS date[]), CAST(:instants AS timestamptz[]), CAST(:reverses AS text[]))"""
)
_INSERT_ENTRIES = text(
    """INSERT INTO entry (loan_id, number, account, tenant, currency, amount_minor)
    SELECT * FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:numbers AS int[]), CAST(:accounts AS text[]),
        CAST(:tenants AS text[]), CAST(:currencies AS text[]), CAST(:amounts AS bigint[]))"""
)
_UPSERT_LOANS = text(
    """INSERT INTO loan (loan_id, tenant, costs_minor, interest_minor, principal_minor,
        suspense_minor, journals, judged_at, grace_ends_at, version, position, published)
    SELECT * FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:tenants AS text[]), CAST(:costs AS bigint[]),
        CAST(:interest AS bigint[]), CAST(:principal AS bigint[]), CAST(:suspense AS bigint[]),
        CAST(:journals AS int[]), CAST(:judged AS timestamptz[]),
        CAST(:overdue AS timestamptz[]), CAST(:versions AS bigint[]),
        CAST(:positions AS bytea[]), CAST(:published AS bytea[]))
    ON CONFLICT (loan_id) DO UPDATE SET
        costs_minor = EXCLUDED.costs_minor, interest_minor = EXCLUDED.interest_minor,
        principal_minor = EXCLUDED.principal_minor, suspense_minor = EXCLUDED.suspense_minor,
        journals = EXCLUDED.journals, judged_at = EXCLUDED.judged_at,
        grace_ends_at = EXCLUDED.grace_ends_at, version = EXCLUDED.version,
        position = EXCLUDED.position, published = EXCLUDED.published"""
)
_DUE = text(
    """SELECT loan_id, tenant FROM loan WHERE grace_ends_at <= :instant
    ORDER BY grace_ends_at, loan_id LIMIT :at_most"""
)
