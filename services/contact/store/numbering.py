"""Moves what is kept of a phone number from the id of one spelling to the id of the number."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.store.tables import PointRow


async def waiting(session: AsyncSession, limit: int) -> list[tuple[str, str]]:
    """Tenant and party of those who have numbers still to be moved."""
    rows = await session.execute(_WAITING, {"limit": limit})
    return [(row.tenant, row.party_id) for row in rows]


async def to_move(session: AsyncSession, party_ids: Collection[str]) -> list[PointRow]:
    rows = await session.execute(_TO_MOVE, {"party_ids": sorted(set(party_ids))})
    return [PointRow(**row._mapping) for row in rows]


async def keep_in_place(session: AsyncSession, row: PointRow) -> None:
    await session.execute(_IN_PLACE, {"party_id": row.party_id, "point_id": row.point_id})


async def move(session: AsyncSession, row: PointRow, point_id: str, value: bytes) -> None:
    """What was said under either id holds for the one number: an opt-out stays one, and a number
    that is somebody else's stays so."""
    bound = {"party_id": row.party_id, "old": row.point_id, "new": point_id}
    await session.execute(_COPY, {**bound, "value": value})
    await session.execute(_COPY_OPT_OUTS, bound)
    for statement in _LEAVE:
        await session.execute(statement, bound)


_WAITING = text(
    """SELECT DISTINCT tenant, party_id FROM contact_point JOIN party USING (party_id)
    WHERE NOT is_normal AND subject_key IS NOT NULL ORDER BY tenant, party_id LIMIT :limit"""
)
_TO_MOVE = text(
    """SELECT * FROM contact_point
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND NOT is_normal
    ORDER BY party_id, ordinal, point_id FOR UPDATE"""
)
_IN_PLACE = text(
    """UPDATE contact_point SET is_normal = true
    WHERE party_id = :party_id AND point_id = :point_id"""
)
_COPIED = """kind, provenance, is_verified, is_reserved, has_consent, ordinal, is_current, failures,
    invalid_at, source, owner, time_zone, verified_at, said_consent, reassigned_checked_on,
    is_by_hand"""
_COPY = text(
    f"""INSERT INTO contact_point (party_id, point_id, value, is_normal, {_COPIED})
    SELECT party_id, :new, :value, true, {_COPIED} FROM contact_point
    WHERE party_id = :party_id AND point_id = :old
    ON CONFLICT (party_id, point_id) DO UPDATE SET
        invalid_at = coalesce(contact_point.invalid_at, EXCLUDED.invalid_at),
        is_current = contact_point.is_current OR EXCLUDED.is_current,
        is_by_hand = contact_point.is_by_hand OR EXCLUDED.is_by_hand,
        is_reserved = contact_point.is_reserved OR EXCLUDED.is_reserved,
        has_consent = contact_point.has_consent AND EXCLUDED.has_consent,
        said_consent = coalesce(
            contact_point.said_consent AND EXCLUDED.said_consent,
            contact_point.said_consent, EXCLUDED.said_consent),
        failures = greatest(contact_point.failures, EXCLUDED.failures)"""
)
_COPY_OPT_OUTS = text(
    """INSERT INTO opt_out (party_id, channel, point_id, at, reply_id)
    SELECT party_id, channel, :new, at, reply_id FROM opt_out
    WHERE party_id = :party_id AND point_id = :old ON CONFLICT DO NOTHING"""
)
_HERE = "WHERE party_id = :party_id AND point_id = :old"
_LEAVE = (
    text(f"DELETE FROM opt_out {_HERE}"),
    text(f"DELETE FROM contact_point {_HERE}"),
    *(
        text(f"UPDATE {table} SET point_id = :new {_HERE}")
        for table in ("attempt", "point_word", "answer_owed", "call", "trace_task")
    ),
    text(
        """UPDATE reply_understanding SET point_id = :new FROM reply
        WHERE reply.tenant = reply_understanding.tenant
            AND reply.reply_id = reply_understanding.reply_id
            AND reply.party_id = :party_id AND reply_understanding.point_id = :old"""
    ),
)
