"""Standing follows positions and episodes, and tells the world when touches stop or may begin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.facts import PartyInRole
from interfaces.values import AgreementKind, AgreementStatus
from services.contact.commands import occasions, placement_ends, telling
from services.contact.commands.desk import Desk
from services.contact.domain.standing import (
    EpisodeClosed,
    PositionSeen,
    Standing,
    StandingFact,
    evolve,
)
from services.contact.settings import TOPIC
from services.contact.store import holds, people, progress
from services.contact.store import standing as store
from services.contact.store.people import Link

# A promise is a person's word about one payment, no arrangement of the whole.
_ARRANGEMENTS = frozenset({AgreementKind.PLAN, AgreementKind.SETTLEMENT})


@dataclass(frozen=True)
class Told:
    """A fact about a loan's standing as it reached contact. Parties come with positions alone;
    `accepted_wall_at` is the wall instant at which the fact was accepted, where it is known."""

    tenant: str
    loan_id: str
    fact: StandingFact
    at: datetime
    cause: str
    parties: tuple[PartyInRole, ...] | None = None
    accepted_wall_at: datetime | None = None


async def lock(session: AsyncSession, loan_ids: Collection[str]) -> None:
    """Exclude confirmations for these loans until the transaction ends."""
    await outbox.lock(session, TOPIC, loan_ids)


async def follow(session: AsyncSession, desk: Desk, told: Sequence[Told]) -> None:
    """Apply facts in their order; a batch costs a fixed number of statements."""
    loan_ids = sorted({each.loan_id for each in told})
    await lock(session, loan_ids)
    standings = await store.load(session, loan_ids)
    had_progress = await progress.loans_with_progress(session, _closing(told))
    stood = {
        each.loan_id: standings.get(each.loan_id, Standing(each.tenant, each.loan_id)).disposition
        for each in told
        if isinstance(each.fact, PositionSeen)
    }
    events: list[outbox.Event] = []
    for each in told:
        before = standings.get(each.loan_id, Standing(each.tenant, each.loan_id))
        after = evolve(before, each.fact)
        standings[each.loan_id] = after
        bodies: list[Message] = []
        if after.published != before.published:
            wall = desk.clock.wall()
            bodies.append(telling.standing_changed(after, each.at, wall, each.accepted_wall_at))
        if _ends_progress(each, before, had_progress):
            bodies.append(telling.contact_progressed((), (), after.episode + 1, each.at))
        events += [
            outbox.Event(each.tenant, each.loan_id, body, each.at, each.cause) for body in bodies
        ]
    await store.save(session, list(standings.values()), told[-1].at)
    events += await _follow_links(session, told)
    await outbox.append_many(session, TOPIC, events)
    now = desk.clock.now()
    await placement_ends.hear(session, loan_ids, now, standings)
    await occasions.positions_changed(session, desk, stood, standings, now)


@dataclass(frozen=True)
class Matter:
    """What the loan's latest legal matter says of limitation."""

    tenant: str
    loan_id: str
    version: int
    limitation_expires_on: date | None
    at: datetime


@dataclass(frozen=True)
class Agreed:
    """What the loan's latest agreement is."""

    tenant: str
    loan_id: str
    version: int
    kind: AgreementKind
    status: AgreementStatus
    at: datetime


async def follow_matters(session: AsyncSession, matters: Sequence[Matter]) -> None:
    """The gate looks at limitation before anybody sues, or says that somebody will. The loans are
    locked."""
    await _begin(session, matters)
    for each in matters:
        await store.save_limitation(session, each.loan_id, each.version, each.limitation_expires_on)


async def follow_agreements(session: AsyncSession, agreed: Sequence[Agreed]) -> None:
    """Who keeps a plan or a settlement is collected from by nobody, whoever asks the gate. The
    loans are locked."""
    await _begin(session, agreed)
    for each in agreed:
        is_kept = each.kind in _ARRANGEMENTS and each.status is AgreementStatus.ACTIVE
        kept = each.kind.value if is_kept else ""
        await store.save_arrangement(session, each.loan_id, each.version, kept)


async def _begin(session: AsyncSession, told: Sequence[Matter | Agreed]) -> None:
    """A loan of which no position came yet stands stopped."""
    known = await store.load(session, {each.loan_id for each in told})
    for each in told:
        if each.loan_id not in known:
            known[each.loan_id] = Standing(each.tenant, each.loan_id)
            await store.save(session, [known[each.loan_id]], each.at)


def _closing(told: Sequence[Told]) -> dict[str, int]:
    return {
        each.loan_id: each.fact.episode for each in told if isinstance(each.fact, EpisodeClosed)
    }


def _ends_progress(told: Told, before: Standing, had_progress: Collection[str]) -> bool:
    """What was proven in an episode that ends must not count in the next one."""
    return (
        isinstance(told.fact, EpisodeClosed)
        and told.fact.episode > before.closed_episode
        and told.loan_id in had_progress
    )


async def _follow_links(session: AsyncSession, told: Sequence[Told]) -> list[outbox.Event]:
    """Link parties as the latest positions name them; holds they bring along are told."""
    latest = {each.loan_id: each for each in told if each.parties is not None}
    known = set(await people.links_of_loans(session, latest.keys())) if latest else set()
    named = {link for each in latest.values() for link in _links(each)}
    gone, added = known - named, named - known
    changed = {link.loan_id for link in gone | added}
    if not changed:
        return []
    for tenant in sorted({latest[loan_id].tenant for loan_id in changed}):
        parties = {link.party_id for link in gone | added if link.tenant == tenant}
        await people.lock_parties(session, tenant, parties)
    await people.change_links(session, gone, added)
    await people.save_languages(session, _languages([latest[each] for each in changed]))
    held = await people_held(session, gone | added)
    touched = {link.loan_id for link in gone | added if link.party_id in held}
    intervals = await holds.touching(session, touched) if touched else {}
    return [
        outbox.Event(
            latest[loan_id].tenant,
            loan_id,
            telling.holds_changed(intervals[loan_id], latest[loan_id].at),
            latest[loan_id].at,
            latest[loan_id].cause,
        )
        for loan_id in sorted(touched)
    ]


async def people_held(session: AsyncSession, links: Collection[Link]) -> set[str]:
    return await holds.any_of_parties(session, {link.party_id for link in links})


def _links(told: Told) -> set[Link]:
    return {
        Link(told.tenant, told.loan_id, party.party_id, party.role) for party in told.parties or ()
    }


def _languages(told: Sequence[Told]) -> dict[str, tuple[str, str]]:
    return {
        party.party_id: (party.language, party.kind.value)
        for each in told
        for party in each.parties or ()
    }
