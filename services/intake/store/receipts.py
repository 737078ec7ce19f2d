"""What was received, once each: by the bank's event id, and counted by what became of it."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.facts import DeadLetter, Disposition, Kind

RECEIVED = "received"
_SHARDS = 8
EventKey = tuple[str, str]
"""(tenant, the bank's event id) within a kind"""


@dataclass(frozen=True)
class Receipt:
    """The first content that came under an event id, and the quarantine entry it sits in."""

    tenant: str
    event_id: str
    content: bytes
    disposition: Disposition
    subject_id: str | None
    quarantine_id: str | None


@dataclass(frozen=True)
class Resolution:
    """An entry that left quarantine; its receipts get the disposition it came to."""

    quarantine_id: str
    event_id: str
    content: bytes
    disposition: Disposition
    subject_id: str | None


async def find(
    session: AsyncSession, kind: Kind, keys: Collection[EventKey]
) -> dict[EventKey, Receipt]:
    rows = await session.execute(_FIND, _keys(kind, keys))
    return {
        (row.tenant, row.event_id): Receipt(
            row.tenant,
            row.event_id,
            bytes(row.content),
            Disposition(row.disposition),
            row.subject_id,
            row.quarantine_id,
        )
        for row in rows
    }


async def save(
    session: AsyncSession, kind: Kind, receipts: Sequence[Receipt], at: datetime
) -> None:
    if not receipts:
        return
    ordered = sorted(receipts, key=lambda receipt: (receipt.tenant, receipt.event_id))
    await session.execute(
        _SAVE,
        {
            "kind": kind.value,
            "at": at,
            "tenants": [receipt.tenant for receipt in ordered],
            "event_ids": [receipt.event_id for receipt in ordered],
            "contents": [receipt.content for receipt in ordered],
            "dispositions": [receipt.disposition.value for receipt in ordered],
            "subjects": [receipt.subject_id for receipt in ordered],
            "quarantine_ids": [receipt.quarantine_id for receipt in ordered],
        },
    )


async def resolve(session: AsyncSession, resolutions: Sequence[Resolution]) -> None:
    """Give the receipts of resolved entries their new disposition, and a correction its content."""
    if not resolutions:
        return
    await session.execute(
        _RESOLVE,
        {
            "quarantine_ids": [resolution.quarantine_id for resolution in resolutions],
            "event_ids": [resolution.event_id for resolution in resolutions],
            "contents": [resolution.content for resolution in resolutions],
            "dispositions": [resolution.disposition.value for resolution in resolutions],
            "subjects": [resolution.subject_id for resolution in resolutions],
        },
    )


async def count(session: AsyncSession, kind: Kind, changes: Counter[tuple[str, str]]) -> None:
    """Add to the tally; `changes` is by (tenant, name). The last statement of a transaction."""
    changed = sorted((key, amount) for key, amount in changes.items() if amount)
    if not changed:
        return
    await session.execute(
        _COUNT,
        {
            "kind": kind.value,
            "shard": secrets.randbelow(_SHARDS),
            "tenants": [tenant for (tenant, _), _ in changed],
            "names": [name for (_, name), _ in changed],
            "amounts": [amount for _, amount in changed],
        },
    )


async def totals(session: AsyncSession, tenants: Collection[str]) -> dict[tuple[str, str], int]:
    """The tally of some tenants together, by (kind, name)."""
    rows = await session.execute(_TOTALS, {"tenants": list(tenants)})
    return {(row.kind, row.name): int(row.amount) for row in rows}


async def save_dead_letters(
    session: AsyncSession, letters: Sequence[DeadLetter], at: datetime
) -> set[str]:
    """Returns the origins that were not known before."""
    rows = await session.execute(
        _SAVE_DEAD_LETTERS,
        {
            "at": at,
            "origins": [letter.origin for letter in letters],
            "tenants": [letter.tenant for letter in letters],
            "kinds": [letter.kind.value for letter in letters],
            "errors": [letter.error for letter in letters],
            "sealed": [letter.sealed for letter in letters],
        },
    )
    return {row.origin for row in rows}


def _keys(kind: Kind, keys: Collection[EventKey]) -> dict[str, object]:
    return {
        "kind": kind.value,
        "tenants": [tenant for tenant, _ in keys],
        "event_ids": [event_id for _, event_id in keys],
    }


_FIND = text(
    """SELECT receipt.* FROM unnest(CAST(:tenants AS text[]), CAST(:event_ids AS text[]))
        AS given (tenant, event_id)
    JOIN receipt ON receipt.tenant = given.tenant AND receipt.kind = :kind
        AND receipt.event_id = given.event_id"""
)
_SAVE = text(
    """INSERT INTO receipt (kind, received_at, tenant, event_id, content, disposition, subject_id,
        quarantine_id)
    SELECT CAST(:kind AS text), CAST(:at AS timestamptz), given.* FROM unnest(
        CAST(:tenants AS text[]), CAST(:event_ids AS text[]), CAST(:contents AS bytea[]),
        CAST(:dispositions AS text[]), CAST(:subjects AS text[]),
        CAST(:quarantine_ids AS text[])) AS given"""
)
_RESOLVE = text(
    """UPDATE receipt SET disposition = given.disposition, subject_id = given.subject_id,
        quarantine_id = NULL,
        content = CASE WHEN receipt.event_id = given.event_id THEN given.content
            ELSE receipt.content END
    FROM unnest(CAST(:quarantine_ids AS text[]), CAST(:event_ids AS text[]),
        CAST(:contents AS bytea[]), CAST(:dispositions AS text[]), CAST(:subjects AS text[]))
        AS given (quarantine_id, event_id, content, disposition, subject_id)
    WHERE receipt.quarantine_id = given.quarantine_id"""
)
_COUNT = text(
    """INSERT INTO tally (kind, shard, tenant, name, amount)
    SELECT CAST(:kind AS text), CAST(:shard AS smallint), given.* FROM unnest(
        CAST(:tenants AS text[]), CAST(:names AS text[]), CAST(:amounts AS bigint[])) AS given
    ON CONFLICT (tenant, kind, name, shard)
    DO UPDATE SET amount = tally.amount + EXCLUDED.amount"""
)
_TOTALS = text(
    """SELECT kind, name, sum(amount) AS amount FROM tally
    WHERE tenant = ANY (CAST(:tenants AS text[])) GROUP BY kind, name"""
)
_SAVE_DEAD_LETTERS = text(
    """INSERT INTO dead_letter (received_at, origin, tenant, kind, error, sealed)
    SELECT CAST(:at AS timestamptz), given.* FROM unnest(CAST(:origins AS text[]),
        CAST(:tenants AS text[]), CAST(:kinds AS text[]), CAST(:errors AS text[]),
        CAST(:sealed AS bytea[])) AS given
    ON CONFLICT DO NOTHING RETURNING origin"""
)
