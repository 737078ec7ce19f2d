"""The stored history: records appended under their loan's lock, and read back a loan at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.ledger.domain.chain import GENESIS, Head, Link
from services.ledger.store.tables import ChainRow, RecordRow


@dataclass(frozen=True)
class NewLink:
    loan_id: str
    link: Link


async def lock_heads(session: AsyncSession, tenants: Mapping[str, str]) -> dict[str, Head]:
    """Lock the chains of these loans, `{loan id: tenant}`, in sorted order, and find their ends."""
    loan_ids = sorted(tenants)
    named = {"loan_ids": loan_ids, "tenants": [tenants[loan_id] for loan_id in loan_ids]}
    await session.execute(_CREATE, {**named, "genesis": GENESIS})
    rows = await session.execute(_LOCK, {"loan_ids": loan_ids})
    return {row.loan_id: Head(row.seq, bytes(row.digest)) for row in rows}


async def append(
    session: AsyncSession, links: Sequence[NewLink], heads: Mapping[str, Head]
) -> None:
    """Write records and where their chains end now."""
    await session.execute(
        _APPEND,
        {
            "loan_ids": [new.loan_id for new in links],
            "seqs": [new.link.seq for new in links],
            "sources": [new.link.source for new in links],
            "versions": [new.link.version for new in links],
            "envelopes": [new.link.envelope for new in links],
            "contents": [new.link.value for new in links],
            "digests": [new.link.digest for new in links],
        },
    )
    await session.execute(
        _ADVANCE,
        {
            "loan_ids": list(heads),
            "seqs": [head.seq for head in heads.values()],
            "digests": [head.digest for head in heads.values()],
        },
    )


async def heads_after(
    session: AsyncSession, tenant: str, after: str, at_most: int
) -> dict[str, Head]:
    """The next chains of a tenant, by loan id."""
    rows = await session.execute(
        select(ChainRow)
        .where(col(ChainRow.tenant) == tenant, col(ChainRow.loan_id) > after)
        .order_by(col(ChainRow.loan_id))
        .limit(at_most)
    )
    return {row.loan_id: Head(row.seq, row.digest) for row in rows.scalars()}


async def links_of(session: AsyncSession, heads: Mapping[str, Head]) -> dict[str, list[Link]]:
    """All records of these chains up to the heads given: later ones are another reading's."""
    found: dict[str, list[Link]] = {loan_id: [] for loan_id in heads}
    bound = {"loan_ids": list(heads), "seqs": [head.seq for head in heads.values()]}
    for row in await session.execute(_READ, bound):
        link = Link(row.seq, row.source, row.version, row.envelope, row.value, row.digest)
        found[row.loan_id].append(link)
    return found


async def records(
    session: AsyncSession, tenant: str, loan_id: str, after: int, at_most: int
) -> Collection[RecordRow]:
    """A page of one loan's records, oldest first."""
    rows = await session.execute(
        select(RecordRow)
        .join(ChainRow, col(ChainRow.loan_id) == col(RecordRow.loan_id))
        .where(
            col(ChainRow.tenant) == tenant,
            col(RecordRow.loan_id) == loan_id,
            col(RecordRow.seq) > after,
        )
        .order_by(col(RecordRow.seq))
        .limit(at_most)
    )
    return rows.scalars().all()


async def is_known(session: AsyncSession, tenant: str, loan_id: str) -> bool:
    found = await session.execute(
        select(ChainRow.seq).where(col(ChainRow.tenant) == tenant, col(ChainRow.loan_id) == loan_id)
    )
    return found.scalar_one_or_none() is not None


_CREATE = text(
    """INSERT INTO chain (loan_id, tenant, digest)
    SELECT given.*, CAST(:genesis AS bytea)
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:tenants AS text[])) AS given
    ON CONFLICT DO NOTHING"""
)
_LOCK = text(
    """SELECT loan_id, seq, digest FROM chain WHERE loan_id = ANY (CAST(:loan_ids AS text[]))
    ORDER BY loan_id FOR UPDATE"""
)
_APPEND = text(
    """INSERT INTO record (loan_id, seq, source, version, envelope, value, digest)
    SELECT * FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:seqs AS bigint[]), CAST(:sources AS text[]),
        CAST(:versions AS bigint[]), CAST(:envelopes AS bytea[]), CAST(:contents AS bytea[]),
        CAST(:digests AS bytea[]))"""
)
_ADVANCE = text(
    """UPDATE chain SET seq = given.seq, digest = given.digest
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:seqs AS bigint[]), CAST(:digests AS bytea[]))
        AS given (loan_id, seq, digest)
    WHERE chain.loan_id = given.loan_id"""
)
_READ = text(
    """SELECT r.* FROM record r
    JOIN unnest(CAST(:loan_ids AS text[]), CAST(:seqs AS bigint[])) AS head (loan_id, seq)
        ON r.loan_id = head.loan_id AND r.seq <= head.seq
    ORDER BY r.loan_id, r.seq"""
)
