"""The latest fact of each kind of a loan, and the delinquencies that wait for their episode."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.facts import (
    Agreement,
    ContactProgress,
    Fact,
    Facts,
    Holds,
    Matter,
    Position,
    Visit,
)
from services.cases.domain.dispatch import FactKind, LoanFact

_ADAPTERS: Mapping[FactKind, TypeAdapter[Any]] = {
    FactKind.POSITION: TypeAdapter(Position),
    FactKind.HOLDS: TypeAdapter(Holds),
    FactKind.CONTACT: TypeAdapter(ContactProgress),
    FactKind.AGREEMENT: TypeAdapter(Agreement),
    FactKind.VISIT: TypeAdapter(Visit),
    FactKind.MATTER: TypeAdapter(Matter),
}


async def put_facts(session: AsyncSession, facts: Sequence[LoanFact]) -> None:
    """Keeps each fact if it is newer than the one known; at most one per loan and kind."""
    await session.execute(
        _PUT_FACTS,
        {
            "tenants": [fact.tenant for fact in facts],
            "loan_ids": [fact.loan_id for fact in facts],
            "kinds": [fact.kind.value for fact in facts],
            "versions": [fact.version for fact in facts],
            "instants": [fact.fact.at for fact in facts],
            "payloads": [_ADAPTERS[fact.kind].dump_json(fact.fact).decode() for fact in facts],
        },
    )


async def keep_unopened(session: AsyncSession, positions: Mapping[str, Position]) -> None:
    """Keeps, by loan, the overdue position that an episode is still to be opened on."""
    bound = {
        "loan_ids": list(positions),
        "versions": [position.version for position in positions.values()],
        "payloads": [
            _ADAPTERS[FactKind.POSITION].dump_json(position).decode()
            for position in positions.values()
        ],
    }
    await session.execute(_KEEP_UNOPENED, bound)


async def unopened(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, Position]:
    rows = await session.execute(_UNOPENED, {"loan_ids": sorted(loan_ids)})
    read = _ADAPTERS[FactKind.POSITION].validate_json
    return {row.loan_id: read(row.payload) for row in rows}


async def forget_unopened(session: AsyncSession, loan_id: str) -> None:
    await session.execute(_FORGET_UNOPENED, {"loan_id": loan_id})


async def fact_versions(
    session: AsyncSession, loan_ids: Collection[str]
) -> dict[tuple[str, FactKind], int]:
    rows = await session.execute(_VERSIONS, {"loan_ids": sorted(loan_ids)})
    return {(row.loan_id, FactKind(row.kind)): row.version for row in rows}


async def stored_facts(session: AsyncSession, loan_id: str) -> Facts:
    """All latest facts of a loan."""
    rows = await session.execute(_FACTS, {"loan_id": loan_id})
    known: dict[str, Any] = {row.kind: _read(FactKind(row.kind), row.payload) for row in rows}
    return Facts(**known)


async def tenant_knows(session: AsyncSession, tenant: str, loan_id: str) -> bool:
    found = await session.execute(_KNOWN, {"tenant": tenant, "loan_id": loan_id})
    return bool(found.scalar_one())


def _read(kind: FactKind, payload: str) -> Fact:
    fact: Fact = _ADAPTERS[kind].validate_json(payload)
    return fact


_PUT_FACTS = text(
    """INSERT INTO loan_fact (tenant, loan_id, kind, version, at, payload)
    SELECT tenant, loan_id, kind, version, at, CAST(payload AS jsonb) FROM unnest(
        CAST(:tenants AS text[]), CAST(:loan_ids AS text[]), CAST(:kinds AS text[]),
        CAST(:versions AS bigint[]), CAST(:instants AS timestamptz[]), CAST(:payloads AS text[])
    ) AS given (tenant, loan_id, kind, version, at, payload)
    ORDER BY loan_id, kind
    ON CONFLICT (loan_id, kind) DO UPDATE SET
        tenant = EXCLUDED.tenant, version = EXCLUDED.version, at = EXCLUDED.at,
        payload = EXCLUDED.payload
    WHERE loan_fact.version < EXCLUDED.version"""
)
_KEEP_UNOPENED = text(
    """INSERT INTO unopened (loan_id, version, payload)
    SELECT loan_id, version, CAST(payload AS jsonb) FROM unnest(
        CAST(:loan_ids AS text[]), CAST(:versions AS bigint[]), CAST(:payloads AS text[])
    ) AS given (loan_id, version, payload)
    ORDER BY loan_id
    ON CONFLICT (loan_id) DO UPDATE SET version = EXCLUDED.version, payload = EXCLUDED.payload
    WHERE unopened.version > EXCLUDED.version"""
)
_UNOPENED = text(
    """SELECT loan_id, CAST(payload AS text) AS payload FROM unopened
    WHERE loan_id = ANY (CAST(:loan_ids AS text[]))"""
)
_FORGET_UNOPENED = text("DELETE FROM unopened WHERE loan_id = :loan_id")
_VERSIONS = text(
    """SELECT loan_id, kind, version FROM loan_fact
    WHERE loan_id = ANY (CAST(:loan_ids AS text[]))"""
)
_FACTS = text(
    """SELECT kind, CAST(payload AS text) AS payload FROM loan_fact WHERE loan_id = :loan_id"""
)
_KNOWN = text(
    """SELECT EXISTS (SELECT FROM loan_fact WHERE loan_id = :loan_id AND tenant = :tenant)"""
)
