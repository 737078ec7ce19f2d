"""The bank's references and the opaque ids minted for them; a reference never leaves intake."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.judgement import LoanFile, Order, Seen

Ref = tuple[str, str]
"""(tenant, the bank's reference)"""


@dataclass(frozen=True)
class LinkedParty:
    loan_id: str
    party_id: str
    role: str
    place: int


@dataclass(frozen=True)
class PartyFile:
    party_id: str
    told: Order | None


async def loan_ids(session: AsyncSession, refs: Iterable[Ref]) -> dict[Ref, str]:
    """The loan ids of these references, minted where they are new."""
    return await _ids(session, sorted(set(refs)), _FIND_LOANS, _MINT_LOANS)


async def party_ids(session: AsyncSession, refs: Iterable[Ref]) -> dict[Ref, str]:
    return await _ids(session, sorted(set(refs)), _FIND_PARTIES, _MINT_PARTIES)


async def loan_files(session: AsyncSession, ids: Collection[str]) -> dict[str, LoanFile]:
    """What is kept of these loans, without their parties (see `party_refs`)."""
    rows = await session.execute(_LOAN_FILES, {"ids": list(ids)})
    return {row.loan_id: _loan_file(row) for row in rows}


async def party_refs(session: AsyncSession, ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Per loan, the references of all parties it ever had, with their ids."""
    linked: dict[str, dict[str, str]] = {}
    for row in await session.execute(_PARTY_REFS, {"ids": list(ids)}):
        linked.setdefault(row.loan_id, {})[row.party_ref] = row.party_id
    return linked


async def save_loan_files(session: AsyncSession, files: Sequence[LoanFile], at: datetime) -> None:
    if not files:
        return
    await session.execute(
        _SAVE_LOAN_FILES,
        {
            "at": at,
            "ids": [file.loan_id for file in files],
            "sequences": [file.registered.sequence if file.registered else 0 for file in files],
            "instants": [file.registered.occurred_at if file.registered else at for file in files],
            "currencies": [file.currency for file in files],
            "as_of": [file.snapshot.as_of if file.snapshot else None for file in files],
            "snapshot_sequences": [
                file.snapshot.sequence if file.snapshot else None for file in files
            ],
            "says": [file.snapshot.says if file.snapshot else None for file in files],
        },
    )


async def save_parties(session: AsyncSession, parties: Sequence[LinkedParty]) -> None:
    """These are now the parties of their loans; earlier ones are kept as former."""
    if not parties:
        return
    loans = [party.loan_id for party in parties]
    bound = {
        "loans": loans,
        "parties": [party.party_id for party in parties],
        "roles": [party.role for party in parties],
        "places": [party.place for party in parties],
    }
    await session.execute(_RETIRE_PARTIES, {"loans": sorted(set(loans))})
    await session.execute(_SAVE_PARTIES, bound)


async def party_files(session: AsyncSession, ids: Collection[str]) -> dict[str, PartyFile]:
    rows = await session.execute(_PARTY_FILES, {"ids": list(ids)})
    return {row.party_id: PartyFile(row.party_id, _order(row, "person")) for row in rows}


async def save_party_files(session: AsyncSession, files: Mapping[str, Order]) -> None:
    if not files:
        return
    await session.execute(
        _SAVE_PARTY_FILES,
        {
            "ids": list(files),
            "sequences": [order.sequence for order in files.values()],
            "instants": [order.occurred_at for order in files.values()],
        },
    )


async def lookup(
    session: AsyncSession, tenant: str, refs: Sequence[str]
) -> list[Row[tuple[str, str, str, str, str]]]:
    """Rows (loan_ref, loan_id, party_ref, party_id, role) of registered loans."""
    return list(await session.execute(_LOOKUP, {"tenant": tenant, "refs": list(refs)}))


async def _ids(session: AsyncSession, refs: Sequence[Ref], find: str, mint: str) -> dict[Ref, str]:
    found = await _find(session, refs, find)
    missing = [ref for ref in refs if ref not in found]
    if not missing:
        return found
    bound = _bound(missing) | {"ids": [uuid.uuid4().hex for _ in missing]}
    await session.execute(text(mint), bound)
    return found | await _find(session, missing, find)


async def _find(session: AsyncSession, refs: Sequence[Ref], find: str) -> dict[Ref, str]:
    if not refs:
        return {}
    rows = await session.execute(text(find), _bound(refs))
    return {(row.tenant, row.ref): row.id for row in rows}


def _bound(refs: Sequence[Ref]) -> dict[str, list[str]]:
    return {"tenants": [tenant for tenant, _ in refs], "refs": [ref for _, ref in refs]}


def _loan_file(row: Row[tuple[object, ...]]) -> LoanFile:
    registered = _order(row, "registered") if row.registered_at is not None else None
    seen = None
    if row.snapshot_as_of is not None:
        seen = Seen(row.snapshot_as_of, row.snapshot_sequence, bytes(row.snapshot_says))
    return LoanFile(row.loan_id, registered, row.currency, seen)


def _order(row: Row[tuple[object, ...]], prefix: str) -> Order | None:
    occurred_at = getattr(row, f"{prefix}_occurred_at")
    return Order(getattr(row, f"{prefix}_sequence"), occurred_at) if occurred_at else None


_GIVEN = "unnest(CAST(:tenants AS text[]), CAST(:refs AS text[])) AS given (tenant, ref)"
_FIND_LOANS = f"""SELECT loan.tenant, loan.loan_ref AS ref, loan.loan_id AS id
    FROM {_GIVEN} JOIN loan ON loan.tenant = given.tenant AND loan.loan_ref = given.ref"""
_FIND_PARTIES = f"""SELECT party.tenant, party.party_ref AS ref, party.party_id AS id
    FROM {_GIVEN} JOIN party ON party.tenant = given.tenant AND party.party_ref = given.ref"""
_MINT_LOANS = """INSERT INTO loan (loan_id, tenant, loan_ref)
    SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:tenants AS text[]), CAST(:refs AS text[]))
    ON CONFLICT DO NOTHING"""
_MINT_PARTIES = """INSERT INTO party (party_id, tenant, party_ref)
    SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:tenants AS text[]), CAST(:refs AS text[]))
    ON CONFLICT DO NOTHING"""
_LOAN_FILES = text("SELECT * FROM loan WHERE loan_id = ANY (CAST(:ids AS text[]))")
_PARTY_FILES = text(
    """SELECT party_id, person_sequence, person_occurred_at FROM party
    WHERE party_id = ANY (CAST(:ids AS text[]))"""
)
_PARTY_REFS = text(
    """SELECT DISTINCT loan_id, party_ref, party_id FROM loan_party JOIN party USING (party_id)
    WHERE loan_id = ANY (CAST(:ids AS text[]))"""
)
_SAVE_LOAN_FILES = text(
    """UPDATE loan SET registered_at = coalesce(loan.registered_at, :at),
        registered_sequence = given.sequence, registered_occurred_at = given.occurred_at,
        currency = given.currency, snapshot_as_of = given.as_of,
        snapshot_sequence = given.snapshot_sequence, snapshot_says = given.says
    FROM unnest(CAST(:ids AS text[]), CAST(:sequences AS bigint[]),
        CAST(:instants AS timestamptz[]), CAST(:currencies AS text[]), CAST(:as_of AS date[]),
        CAST(:snapshot_sequences AS bigint[]), CAST(:says AS bytea[]))
        AS given (loan_id, sequence, occurred_at, currency, as_of, snapshot_sequence, says)
    WHERE loan.loan_id = given.loan_id"""
)
_RETIRE_PARTIES = text(
    "UPDATE loan_party SET is_current = false WHERE loan_id = ANY (CAST(:loans AS text[]))"
)
_SAVE_PARTIES = text(
    """INSERT INTO loan_party (loan_id, party_id, role, place, is_current)
    SELECT given.*, true FROM unnest(CAST(:loans AS text[]), CAST(:parties AS text[]),
        CAST(:roles AS text[]), CAST(:places AS int[])) AS given
    ON CONFLICT (loan_id, party_id, role)
    DO UPDATE SET is_current = true, place = EXCLUDED.place"""
)
_SAVE_PARTY_FILES = text(
    """UPDATE party SET person_sequence = given.sequence, person_occurred_at = given.occurred_at
    FROM unnest(CAST(:ids AS text[]), CAST(:sequences AS bigint[]),
        CAST(:instants AS timestamptz[])) AS given (party_id, sequence, occurred_at)
    WHERE party.party_id = given.party_id"""
)
_LOOKUP = text(
    """SELECT loan.loan_ref, loan.loan_id, party.party_ref, party.party_id, loan_party.role
    FROM loan JOIN loan_party ON loan_party.loan_id = loan.loan_id AND loan_party.is_current
    JOIN party ON party.party_id = loan_party.party_id
    WHERE loan.tenant = :tenant AND loan.loan_ref = ANY (CAST(:refs AS text[]))
        AND loan.registered_at IS NOT NULL
    ORDER BY loan.loan_ref, loan_party.place"""
)
