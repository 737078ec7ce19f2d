"""Attempts with the verdicts that allowed or refused them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic_core import to_json
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.contact import TouchOutcome
from interfaces.values import Channel
from services.contact.store.driver import fetch_values
from services.contact.store.tables import AttemptRow


class AttemptStatus(StrEnum):
    """`confirmed` may be on its way; `sent` has left or taken place; `undeliverable` was refused by
    the provider; `withdrawn` never left; `received` came in."""

    RESERVED = "reserved"
    RELEASED = "released"
    CONFIRMED = "confirmed"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"


async def find(session: AsyncSession, tenant: str, key: str) -> AttemptRow | None:
    query = select(AttemptRow).where(col(AttemptRow.tenant) == tenant, col(AttemptRow.key) == key)
    return (await session.execute(query)).scalar_one_or_none()


async def attempt(session: AsyncSession, tenant: str, attempt_id: str) -> AttemptRow | None:
    row = await session.get(AttemptRow, attempt_id)
    return row if row is not None and row.tenant == tenant else None


async def add(session: AsyncSession, row: AttemptRow) -> None:
    """Keep an attempt; one that names no further loans is about its own alone."""
    row.loan_ids = row.loan_ids or [row.loan_id]
    session.add(row)
    await session.flush()


async def replace(session: AsyncSession, row: AttemptRow) -> None:
    """Write a known attempt anew, whole."""
    await session.merge(row)
    await session.flush()


@dataclass(frozen=True)
class Judged:
    """A verdict to be kept, with what it was founded on. Written from here and read as
    `VerdictRow`: to build a watched row costs more than to judge."""

    tenant: str
    key: str
    loan_id: str
    party_id: str
    at: datetime
    is_allowed: bool
    rule_id: str
    because: str
    rule_pack: str
    strength: str
    next_allowed_at: datetime | None
    episode: int
    position_version: int
    facts: Mapping[str, object]
    findings: Sequence[Mapping[str, object]]


async def record_verdict(session: AsyncSession, judged: Judged) -> None:
    await fetch_values(session, _INSERT_VERDICT, _json([vars(judged)]))


@dataclass(frozen=True)
class Kept:
    """A reservation (an attempt's columns), the verdict that allowed it, and the answer under its
    business key."""

    attempt: Mapping[str, object]
    judged: Judged
    key: str
    outcome: TouchOutcome


async def reserve(session: AsyncSession, kept: Sequence[Kept]) -> None:
    """Keep reservations in one round trip."""
    await fetch_values(
        session,
        _RESERVE,
        _json([vars(each.judged) for each in kept]),
        _json([each.attempt for each in kept]),
        [each.key for each in kept],
        [to_json(each.outcome) for each in kept],
    )


async def of_loan(
    session: AsyncSession, tenant: str, loan_id: str, after: str, limit: int
) -> list[AttemptRow]:
    query = (
        select(AttemptRow)
        .where(
            col(AttemptRow.tenant) == tenant,
            col(AttemptRow.loan_ids).contains([loan_id]),
            col(AttemptRow.attempt_id) > after,
        )
        .order_by(col(AttemptRow.attempt_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def latest_point(session: AsyncSession, party_id: str, channel: Channel) -> str:
    """The point of the last message to a party on a channel; empty if there was none."""
    bound = {"party_id": party_id, "channel": channel}
    found = (await session.execute(_LATEST_POINT, bound)).scalar_one_or_none()
    return found or ""


async def was_asked(session: AsyncSession, loan_id: str, episode: int, party_id: str) -> bool:
    """Whether a touch asked the party after its circumstances in this episode."""
    bound = {"loan_id": loan_id, "episode": episode, "party_id": party_id}
    return bool((await session.execute(_WAS_ASKED, bound)).scalar_one())


async def made(session: AsyncSession, tenant: str) -> int:
    """Touches that took place."""
    return int((await session.execute(_MADE, {"tenant": tenant})).scalar_one())


async def refused_by_rule(session: AsyncSession, tenant: str) -> dict[str, int]:
    rows = await session.execute(_REFUSED, {"tenant": tenant})
    return {row.rule_id: row.refused for row in rows}


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return to_json(rows).decode()


_LATEST_POINT = text(
    """SELECT point_id FROM attempt
    WHERE party_id = :party_id AND channel = :channel AND direction = 'outbound'
        AND status IN ('confirmed', 'sent', 'undeliverable')
    ORDER BY from_at DESC LIMIT 1"""
)
_WAS_ASKED = text(
    """SELECT EXISTS (SELECT FROM evidence WHERE loan_id = :loan_id AND episode = :episode
        AND party_id = :party_id AND asks_circumstances)"""
)
_MADE = text(
    """SELECT count(*) FROM attempt WHERE tenant = :tenant AND direction = 'outbound'
    AND status = 'sent'"""
)
_REFUSED = text(
    """SELECT rule_id, count(*) AS refused FROM verdict
    WHERE tenant = :tenant AND NOT is_allowed GROUP BY rule_id ORDER BY rule_id"""
)
_VERDICT_COLUMNS = """tenant, key, loan_id, party_id, at, is_allowed, rule_id, because, rule_pack,
    strength, next_allowed_at, episode, position_version, facts, findings"""
_INSERT_VERDICT = f"""INSERT INTO verdict ({_VERDICT_COLUMNS}) SELECT {_VERDICT_COLUMNS}
    FROM jsonb_populate_recordset(NULL::verdict, CAST($1 AS jsonb))"""
_RESERVE = f"""WITH judged AS ({_INSERT_VERDICT}), kept AS (
        INSERT INTO attempt SELECT * FROM jsonb_populate_recordset(NULL::attempt,
            CAST($2 AS jsonb)))
    INSERT INTO business_result (key, result)
    SELECT * FROM unnest(CAST($3 AS text[]), CAST($4 AS bytea[]))"""
