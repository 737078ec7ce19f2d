"""What a customer agreed to, forbade, refused and needs, for the gate and the call screen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from sqlalchemy import ARRAY, Text, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from interfaces.values import Channel
from services.contact.domain.agreements import (
    AGREED,
    Agreement,
    Ban,
    Hours,
    Refusal,
    TermKind,
    in_force,
)
from services.contact.domain.outcomes import NOT_REACHED, REACHED
from services.contact.domain.reachability import Contact, Reach, Reachability, derive
from services.contact.domain.replies import OF_A_DEBTOR
from services.contact.domain.treatments import Treatment, combined, read
from services.contact.store.customer_rows import AgreedRow, ReachabilityRow, VulnerabilityRow


async def agreements_of(session: AsyncSession, party_id: str, at: datetime) -> list[Agreement]:
    """Agreed hours, frequencies and calls in force; preferences are `preferences_of`."""
    return await _terms(session, party_id, at, AGREED)


async def preferences_of(session: AsyncSession, party_id: str, at: datetime) -> list[Agreement]:
    return await _terms(session, party_id, at, frozenset({TermKind.PREFERENCE}))


async def bans_of(session: AsyncSession, party_id: str) -> list[Ban]:
    """What the person forbade, and the channels its treatment closes, each with its interval."""
    rows = await _of_kinds(session, [party_id], [TermKind.BAN])
    bans = [
        Ban(row.agreed_id, _channel(row), _hours(row), row.from_at, _until(row)) for row in rows
    ]
    for record in await vulnerabilities(session, party_id):
        closed = read(record.treatment).closed_channels
        bans += [
            Ban(record.record_id, channel, None, record.recorded_at, record.ended_at)
            for channel in sorted(closed)
        ]
    return bans


async def refusals_of(session: AsyncSession, party_ids: Collection[str]) -> dict[str, Refusal]:
    """Those of the parties who refused ever to be asked again; a refusal has no end, though what
    was taken for one may have been none."""
    rows = await _of_kinds(session, party_ids, [TermKind.REFUSAL])
    meant = [row for row in rows if row.revoked_at is None]
    return {row.party_id: Refusal(row.party_id, row.from_at, row.evidence) for row in meant}


async def willing_to_pay(
    session: AsyncSession, party_ids: Collection[str], at: datetime
) -> set[str]:
    """Those of the parties who said that they are willing to pay, and did not take it back."""
    rows = await _of_kinds(session, party_ids, [TermKind.WILLING_TO_PAY])
    return {row.party_id for row in rows if in_force([_agreement(row)], at)}


async def reachability_of(session: AsyncSession, party_id: str) -> Reach:
    """Derived from every recorded try, however it came in; the stored row is what was told."""
    bound = {
        "party_id": party_id,
        "reached": sorted(REACHED),
        "failed": sorted(NOT_REACHED),
        "of_a_debtor": sorted(OF_A_DEBTOR),
    }
    rows = await session.execute(_CONTACTS, bound)
    reached = {outcome.value for outcome in REACHED}
    contacts = [Contact(row.attempt_id, row.at, row.outcome in reached) for row in rows]
    invalid_since = (await session.execute(_ALL_INVALID, {"party_id": party_id})).scalar_one()
    return derive(contacts, invalid_since)


async def treatment_of(session: AsyncSession, party_id: str) -> Treatment:
    """What all records in force ask for together; the plain treatment if there is none."""
    records = await vulnerabilities(session, party_id)
    return combined(read(each.treatment) for each in records if each.ended_at is None)


async def told_reachability(session: AsyncSession, party_id: str) -> ReachabilityRow | None:
    return await session.get(ReachabilityRow, party_id)


async def out_of_reach(session: AsyncSession, party_ids: Collection[str]) -> set[str]:
    """Those of the parties who were told to be suspect or lost."""
    query = select(col(ReachabilityRow.party_id)).where(
        col(ReachabilityRow.party_id).in_(sorted(set(party_ids))),
        col(ReachabilityRow.state) != Reachability.REACHABLE,
    )
    return set((await session.execute(query)).scalars())


async def keep_reachability(session: AsyncSession, row: ReachabilityRow) -> None:
    await session.merge(row)
    await session.flush()


async def agreed(session: AsyncSession, tenant: str, agreed_id: str) -> AgreedRow | None:
    return await session.get(AgreedRow, (tenant, agreed_id))


async def agreed_of(session: AsyncSession, party_id: str) -> list[AgreedRow]:
    """All of them, past ones too."""
    return await _of_kinds(session, [party_id], list(TermKind))


async def vulnerability(
    session: AsyncSession, tenant: str, record_id: str
) -> VulnerabilityRow | None:
    return await session.get(VulnerabilityRow, (tenant, record_id))


async def vulnerabilities(session: AsyncSession, party_id: str) -> list[VulnerabilityRow]:
    query = (
        select(VulnerabilityRow)
        .where(col(VulnerabilityRow.party_id) == party_id)
        .order_by(col(VulnerabilityRow.recorded_at), col(VulnerabilityRow.record_id))
    )
    return list((await session.execute(query)).scalars())


async def reviews_due(session: AsyncSession, at: datetime, limit: int) -> list[VulnerabilityRow]:
    """Those in force whose review is due and was not told, the longest waiting first."""
    query = _to_review(at).where(col(VulnerabilityRow.raised_at).is_(None)).limit(limit)
    fresh = query.execution_options(populate_existing=True)
    return list((await session.execute(fresh)).scalars())


async def to_review(
    session: AsyncSession, tenant: str, before: datetime, limit: int
) -> list[VulnerabilityRow]:
    """A tenant's records in force whose review falls before an instant."""
    query = _to_review(before).where(col(VulnerabilityRow.tenant) == tenant).limit(limit)
    return list((await session.execute(query)).scalars())


async def add(session: AsyncSession, row: AgreedRow | VulnerabilityRow) -> None:
    session.add(row)
    await session.flush()


def _to_review(before: datetime) -> SelectOfScalar[VulnerabilityRow]:
    return (
        select(VulnerabilityRow)
        .where(col(VulnerabilityRow.review_at) <= before, col(VulnerabilityRow.ended_at).is_(None))
        .order_by(col(VulnerabilityRow.review_at), col(VulnerabilityRow.record_id))
    )


async def _terms(
    session: AsyncSession, party_id: str, at: datetime, kinds: Collection[TermKind]
) -> list[Agreement]:
    return in_force(map(_agreement, await _of_kinds(session, [party_id], kinds)), at)


async def _of_kinds(
    session: AsyncSession, party_ids: Collection[str], kinds: Collection[TermKind]
) -> list[AgreedRow]:
    query = (
        select(AgreedRow)
        .where(col(AgreedRow.party_id).in_(sorted(set(party_ids))))
        .where(col(AgreedRow.kind).in_(sorted(kinds)))
        .order_by(col(AgreedRow.from_at), col(AgreedRow.agreed_id))
    )
    return list((await session.execute(query)).scalars())


def _agreement(row: AgreedRow) -> Agreement:
    return Agreement(
        agreement_id=row.agreed_id,
        kind=TermKind(row.kind),
        channel=_channel(row),
        hours=_hours(row),
        per_day_max=row.per_day_max,
        language=row.language,
        from_at=row.from_at,
        until_at=_until(row),
        evidence=row.evidence,
    )


def _channel(row: AgreedRow) -> Channel | None:
    return Channel(row.channel) if row.channel else None


def _hours(row: AgreedRow) -> Hours | None:
    if not row.hours_from:
        return None
    return Hours(time.fromisoformat(row.hours_from), time.fromisoformat(row.hours_until))


def _until(row: AgreedRow) -> datetime | None:
    """The end it was given, or its revocation if that came first."""
    return min((each for each in (row.until_at, row.revoked_at) if each), default=None)


# A reply proves that its writer was reached, unless it says that the writer is somebody else and
# nothing that a debtor says.
_CONTACTS = text(
    """WITH contact AS (
        SELECT attempt_id, outcome, coalesce(confirmed_at, from_at) AS at FROM attempt
        WHERE party_id = :party_id AND outcome = ANY (:reached || :failed)
            AND is_sending_fault IS NOT TRUE
        UNION ALL
        SELECT reply_id, 'connected', at FROM reply
        WHERE party_id = :party_id
            AND (NOT 'wrong_person' = ANY (kinds) OR kinds && :of_a_debtor))
    SELECT * FROM contact WHERE at >= coalesce((
        SELECT max(at) FROM contact WHERE outcome = ANY (:reached)), '-infinity')"""
).bindparams(*(bindparam(name, type_=ARRAY(Text)) for name in ("reached", "failed", "of_a_debtor")))
# A point that word lists alone disowned is not used, but makes nobody lost: that opens the way to
# third parties, which only what a person knows may do.
_ALL_INVALID = text(
    """WITH stranger AS (
        SELECT point_id, understood_by = 'word_lists' AS is_by_lists, at FROM (
            SELECT DISTINCT ON (read.reply_id) read.point_id, read.understood_by, read.labels,
                reply.at
            FROM reply JOIN reply_understanding read USING (tenant, reply_id)
            WHERE reply.party_id = :party_id ORDER BY read.reply_id, read.revision DESC) latest
        WHERE labels ? 'wrong_person')
    SELECT CASE WHEN bool_and(invalid_at IS NOT NULL AND NOT (
            EXISTS (SELECT FROM stranger WHERE stranger.point_id = point.point_id
                AND is_by_lists AND stranger.at = point.invalid_at)
            AND NOT EXISTS (SELECT FROM stranger WHERE stranger.point_id = point.point_id
                AND NOT is_by_lists)))
        THEN max(invalid_at) END
    FROM contact_point point WHERE party_id = :party_id AND is_current"""
)
