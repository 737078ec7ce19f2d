"""Takes accepted facts into the loans' books, posts their money, and tells changed positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict
from events.v1.bank_pb2 import LoanFact
from events.v1.intake_pb2 import LoanFactAccepted
from events.v1.ledger_pb2 import PositionChanged
from interfaces.strategy import CureRule
from interfaces.tenant import Tenant
from services.ledger.commands import telling
from services.ledger.domain.book import REASONS, Taken, contradicts, payment_key, take
from services.ledger.domain.facts import Fact, Registration, Snapshot, latest
from services.ledger.domain.position import Position, derive
from services.ledger.settings import TOPIC, Tenants, cure_rule
from services.ledger.store import loans
from services.ledger.store.decoding import Told
from services.ledger.store.loans import Journal, Shelf

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Accepted:
    """A fact that intake accepted: `at` is its instant on the case clock, `cause` its event id."""

    tenant: str
    loan_id: str
    cause: str
    at: datetime
    message: LoanFactAccepted


@dataclass
class Page:
    """All that one transaction writes, gathered first so that each table is written once."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    facts: list[Told] = field(default_factory=list)
    journals: list[Journal] = field(default_factory=list)
    events: list[outbox.Event] = field(default_factory=list)

    def tell(self, shelf: Shelf, body: Message, at: datetime, cause: str) -> None:
        book = shelf.book
        self.events.append(outbox.Event(book.tenant, book.loan_id, body, at, cause))

    def post(self, shelf: Shelf, taken: Taken, at: datetime) -> None:
        for posting in taken.postings:
            shelf.journals += 1
            self.journals.append(Journal(shelf, shelf.journals, posting, at))


async def take_facts(
    session: AsyncSession, tenants: Tenants, accepted: Sequence[Accepted]
) -> datetime | None:
    """Take facts in, in their order; returns the earliest instant at which grace ends for one of
    these loans. May reject with `ledger/unknown_tenant` and `ledger/contradicts`."""
    await outbox.lock(session, TOPIC, [each.loan_id for each in accepted])
    page = Page()
    shelves = await loans.load(session, {each.loan_id: each.tenant for each in accepted})
    told = [_told(tenants.named(each.tenant), each) for each in accepted]
    await _fetch_reversed_payments(session, shelves, told)
    for each, fact in zip(accepted, told, strict=True):
        _take_one(page, shelves[each.loan_id], tenants.named(each.tenant), each, fact)
    await _write(session, page)
    waits = [shelf.grace_ends_at for shelf in page.shelves.values()]
    return min((instant for instant in waits if instant), default=None)


async def end_grace(
    session: AsyncSession, tenants: Tenants, at: datetime, wall: datetime, *, at_most: int = 500
) -> int:
    """Publish the loans whose grace has ended by `at`; returns how many were looked at."""
    due = await loans.loans_past_grace(session, at, at_most)
    if not due:
        return 0
    await outbox.lock(session, TOPIC, due)
    page = Page()
    shelves = await loans.load(session, due)
    for shelf in shelves.values():
        _end_grace_of(page, shelf, tenants.named(shelf.book.tenant), at, wall)
    await _write(session, page)
    return len(due)


async def next_grace_end(session: AsyncSession) -> datetime | None:
    return await loans.next_grace_end(session)


def _take_one(page: Page, shelf: Shelf, tenant: Tenant, each: Accepted, told: Told) -> None:
    fact = told.fact()
    why = contradicts(shelf.book, fact)
    if why:
        raise Conflict(
            "ledger/contradicts",
            f"Loan {each.loan_id}: {why}; intake should have kept it, ask the bank which is right.",
            fact_id=told.fact_id,
        )
    shelf.shelve(told)
    at = shelf.book.judge_at(each.at)
    taken = take(shelf.book, fact, _cure(shelf, tenant, fact), _business_date(tenant, at))
    if taken is None:
        return
    page.shelves[each.loan_id] = shelf
    page.facts.append(told)
    page.post(shelf, taken, at)
    _tell_money(page, shelf, taken, each, at)
    if taken.position is not None:
        changed = _changed(shelf, tenant, taken.position, fact)
        if changed is not None:
            changed.accepted_at.CopyFrom(each.message.accepted_at)
            changed.accepted_wall_at.CopyFrom(each.message.accepted_wall_at)
            page.tell(shelf, changed, at, each.cause)


def _end_grace_of(page: Page, shelf: Shelf, tenant: Tenant, at: datetime, wall: datetime) -> None:
    """Judge anew under the lock: a fact may have come between looking and locking."""
    judged = shelf.book.judge_at(at)
    position = derive(shelf.book.facts, _cure(shelf, tenant, None), _business_date(tenant, judged))
    page.shelves[shelf.book.loan_id] = shelf
    shelf.grace_ends_at = None
    if position is None:
        return
    changed = _changed(shelf, tenant, position, None)
    if changed is not None:
        changed.accepted_at.FromDatetime(judged)
        changed.accepted_wall_at.FromDatetime(wall)
        cause = f"grace/{shelf.book.loan_id}/{changed.oldest_due_on}"
        page.tell(shelf, changed, judged, cause)


def _changed(
    shelf: Shelf, tenant: Tenant, position: Position, fact: Fact | None
) -> PositionChanged | None:
    """Keep the position in the book; the event that tells it if it is news."""
    shelf.grace_ends_at = _midnight(tenant, position.grace_ends_on)
    content = telling.position_content(shelf, position)
    published = PositionChanged.FromString(shelf.published) if shelf.published else None
    is_news = telling.is_news(published, content, is_snapshot=isinstance(fact, Snapshot))
    if is_news:
        shelf.published = content.SerializeToString(deterministic=True)
    because = REASONS[type(fact)] if fact is not None else "grace_ended"
    content.reasons.extend(telling.reasons(published, content, because))
    shelf.position = content.SerializeToString(deterministic=True)
    return content if is_news else None


def _tell_money(page: Page, shelf: Shelf, taken: Taken, each: Accepted, at: datetime) -> None:
    if taken.payment is not None and taken.allocation is not None:
        posted = telling.payment_posted(taken.payment, taken.allocation)
        posted.accepted_at.CopyFrom(each.message.accepted_at)
        page.tell(shelf, posted, at, each.cause)
    if taken.reversal is not None:
        undone = telling.reversal_posted(taken.reversal)
        undone.accepted_at.CopyFrom(each.message.accepted_at)
        page.tell(shelf, undone, at, each.cause)


async def _write(session: AsyncSession, page: Page) -> None:
    versions = await outbox.append_many(session, TOPIC, page.events)
    for event, version in zip(page.events, versions, strict=True):
        if isinstance(event.body, PositionChanged):
            page.shelves[event.loan_id].version = version
    await loans.save_facts(session, page.facts)
    await loans.save_journals(session, page.journals)
    await loans.save_loans(session, list(page.shelves.values()))


async def _fetch_reversed_payments(
    session: AsyncSession, shelves: dict[str, Shelf], told: Sequence[Told]
) -> None:
    """A reversal posts its payment's entries the other way round, so it needs them."""
    wanted = {
        payment_key(shelves[fact.loan_id].book.tenant, transaction): (fact.loan_id, transaction)
        for fact in told
        if fact.body.WhichOneof("fact") == "payment_reversed"
        and (transaction := fact.body.payment_reversed.transaction_id)
    }
    for key, entries in (await loans.posted_entries(session, wanted)).items():
        loan_id, transaction = wanted[key]
        if transaction in shelves[loan_id].book.facts.payments:
            shelves[loan_id].book.posted[transaction] = entries


def _told(tenant: Tenant, each: Accepted) -> Told:
    message = each.message
    occurred_at = message.occurred_at.ToDatetime(tzinfo=UTC_ZONE)
    body = LoanFact()
    body.CopyFrom(message.fact)
    return Told(
        loan_id=each.loan_id,
        fact_id=message.fact_id,
        sequence=message.sequence,
        occurred_at=occurred_at,
        told_on=_business_date(tenant, occurred_at),
        body=body,
    )


def _cure(shelf: Shelf, tenant: Tenant, fact: Fact | None) -> CureRule:
    known = shelf.book.facts.registrations
    loan = latest([*known, fact] if isinstance(fact, Registration) else known)
    return cure_rule(tenant, loan.product if loan else "")


def _business_date(tenant: Tenant, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(tenant.zone)).date()


def _midnight(tenant: Tenant, day: date | None) -> datetime | None:
    if day is None:
        return None
    local = datetime.combine(day, time.min, tzinfo=ZoneInfo(tenant.zone))
    return local.astimezone(UTC_ZONE)
