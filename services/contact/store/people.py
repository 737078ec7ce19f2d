"""Parties, how they are linked to loans, where they can be reached, and what they forbade."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Channel, Role
from services.contact.domain.points import OptOut, Point, PointKind
from services.contact.store.tables import PartyRow, PointRow


@dataclass(frozen=True)
class Link:
    """A party in a role of a loan."""

    tenant: str
    loan_id: str
    party_id: str
    role: Role


@dataclass(frozen=True)
class StoredPerson:
    """A person as stored: encrypted, with its points in the bank's order."""

    party: PartyRow
    points: Sequence[PointRow]


async def lock_parties(session: AsyncSession, tenant: str, party_ids: Collection[str]) -> None:
    """Lock parties in sorted order, creating those nobody has told of yet.

    Always after the loans' stream locks: the reverse order would deadlock.
    """
    bound = {"tenant": tenant, "party_ids": sorted(set(party_ids))}
    await session.execute(_CREATE_PARTIES, bound)
    await session.execute(_LOCK_PARTIES, bound)


async def party(session: AsyncSession, party_id: str) -> PartyRow | None:
    return await session.get(PartyRow, party_id)


async def parties(session: AsyncSession, party_ids: Collection[str]) -> dict[str, PartyRow]:
    query = select(PartyRow).where(col(PartyRow.party_id).in_(sorted(set(party_ids))))
    return {row.party_id: row for row in (await session.execute(query)).scalars()}


async def language_of(session: AsyncSession, party_id: str) -> str:
    """As it stands in the database; empty where nobody said."""
    found = (await session.execute(_LANGUAGE, {"party_id": party_id})).scalar_one_or_none()
    return found if isinstance(found, str) else ""


async def save_languages(session: AsyncSession, languages: dict[str, tuple[str, str]]) -> None:
    """Language and kind per party, as a position names them, where no person said so before."""
    known = sorted(languages)
    bound = {
        "party_ids": known,
        "languages": [languages[party_id][0] for party_id in known],
        "kinds": [languages[party_id][1] for party_id in known],
    }
    await session.execute(_SAVE_LANGUAGES, bound)


async def save_people(session: AsyncSession, people: Sequence[StoredPerson]) -> None:
    """Replace each person's data; points that the bank no longer names stay, but are not current
    unless a person added them."""
    await session.execute(_SAVE_PARTIES, _columns([each.party for each in people], _PARTY_TYPES))
    points = [point for person in people for point in person.points]
    await session.execute(
        _RETIRE_POINTS, {"party_ids": sorted({person.party.party_id for person in people})}
    )
    if points:
        await session.execute(_SAVE_POINTS, _columns(points, _POINT_TYPES))


async def links_of_loans(session: AsyncSession, loan_ids: Collection[str]) -> list[Link]:
    rows = await session.execute(_LINKS_OF_LOANS, {"loan_ids": sorted(set(loan_ids))})
    return [Link(row.tenant, row.loan_id, row.party_id, Role(row.role)) for row in rows]


async def loans_of_party(session: AsyncSession, party_id: str) -> list[str]:
    rows = await session.execute(_LOANS_OF_PARTY, {"party_id": party_id})
    return [row.loan_id for row in rows]


async def change_links(
    session: AsyncSession, gone: Collection[Link], added: Collection[Link]
) -> None:
    if gone:
        await session.execute(_UNLINK, _link_columns(gone))
    if added:
        await session.execute(_LINK, _link_columns(added))


async def points(session: AsyncSession, party_id: str) -> list[PointRow]:
    """The current points of a party, invalid ones too."""
    query = (
        select(PointRow)
        .where(col(PointRow.party_id) == party_id, col(PointRow.is_current))
        .order_by(col(PointRow.ordinal))
    )
    return list((await session.execute(query)).scalars())


def as_point(row: PointRow) -> Point:
    return Point(
        point_id=row.point_id,
        kind=PointKind(row.kind),
        is_verified=row.is_verified,
        is_reserved=row.is_reserved,
        is_invalid=row.invalid_at is not None,
        failures=row.failures,
        ordinal=row.ordinal,
    )


async def opt_outs(session: AsyncSession, party_id: str) -> list[OptOut]:
    rows = await session.execute(_OPT_OUTS, {"party_id": party_id})
    return [OptOut(Channel(row.channel), row.point_id) for row in rows]


async def opt_out(
    session: AsyncSession, party_id: str, opted: OptOut, reply_id: str, at: datetime
) -> None:
    bound = {"channel": opted.channel, "point_id": opted.point_id, "reply_id": reply_id}
    await session.execute(_OPT_OUT, {"party_id": party_id, "at": at, **bound})


async def disown_point(session: AsyncSession, party_id: str, point_id: str, at: datetime) -> None:
    bound = {"party_id": party_id, "point_id": point_id, "at": at}
    await session.execute(_DISOWN, bound)


async def count_failure(
    session: AsyncSession, party_id: str, point_id: str, *, reached: bool
) -> None:
    """One more try in a row that failed, or none since this one reached its point."""
    bound = {"party_id": party_id, "point_id": point_id, "reached": reached}
    await session.execute(_COUNT_FAILURE, bound)


def _link_columns(links: Collection[Link]) -> dict[str, list[str]]:
    ordered = sorted(links, key=lambda link: (link.loan_id, link.party_id, link.role))
    return {
        "loan_ids": [link.loan_id for link in ordered],
        "party_ids": [link.party_id for link in ordered],
        "roles": [link.role.value for link in ordered],
        "tenants": [link.tenant for link in ordered],
    }


def _columns(
    rows: Sequence[PartyRow] | Sequence[PointRow], types: dict[str, str]
) -> dict[str, list[object]]:
    return {name: [getattr(row, name) for row in rows] for name in types}


def _arrays(types: dict[str, str]) -> str:
    casts = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    return f"unnest({casts}) AS given ({', '.join(types)})"


_PARTY_TYPES = {
    "party_id": "text",
    "tenant": "text",
    "language": "text",
    "kind": "text",
    "time_zone": "text",
    "sequence": "bigint",
    "subject_key": "bytea",
    "name": "bytea",
}
_POINT_TYPES = {
    "party_id": "text",
    "point_id": "text",
    "kind": "text",
    "value": "bytea",
    "provenance": "text",
    "is_verified": "boolean",
    "is_reserved": "boolean",
    "has_consent": "boolean",
    "ordinal": "int",
}
_SAVE_PARTIES = text(
    f"""INSERT INTO party ({", ".join(_PARTY_TYPES)}) SELECT * FROM {_arrays(_PARTY_TYPES)}
    ON CONFLICT (party_id) DO UPDATE SET language = EXCLUDED.language, kind = EXCLUDED.kind,
        time_zone = EXCLUDED.time_zone, sequence = EXCLUDED.sequence,
        subject_key = EXCLUDED.subject_key, name = EXCLUDED.name"""
)
_CREATE_PARTIES = text(
    """INSERT INTO party (party_id, tenant)
    SELECT party_id, :tenant FROM unnest(CAST(:party_ids AS text[])) AS given (party_id)
    ON CONFLICT DO NOTHING"""
)
_LOCK_PARTIES = text(
    """SELECT FROM party WHERE party_id = ANY (CAST(:party_ids AS text[]))
    ORDER BY party_id COLLATE "C" FOR UPDATE"""
)
_SAVE_LANGUAGES = text(
    """UPDATE party SET language = given.language, kind = given.kind
    FROM unnest(CAST(:party_ids AS text[]), CAST(:languages AS text[]), CAST(:kinds AS text[]))
        AS given (party_id, language, kind)
    WHERE party.party_id = given.party_id AND party.sequence < 0
        AND (party.language, party.kind) <> (given.language, given.kind)"""
)
_RETIRE_POINTS = text(
    """UPDATE contact_point SET is_current = false
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND is_current AND NOT is_by_hand"""
)
# What people said of a point (verified_at, said_consent) outlives the bank's next word of it.
_SAVE_POINTS = text(
    f"""INSERT INTO contact_point ({", ".join(_POINT_TYPES)})
    SELECT DISTINCT ON (given.party_id, given.point_id) given.* FROM {_arrays(_POINT_TYPES)}
    ORDER BY given.party_id, given.point_id, given.ordinal
    ON CONFLICT (party_id, point_id) DO UPDATE SET value = EXCLUDED.value,
        provenance = EXCLUDED.provenance,
        is_verified = EXCLUDED.is_verified OR contact_point.verified_at IS NOT NULL,
        is_reserved = EXCLUDED.is_reserved,
        has_consent = coalesce(contact_point.said_consent, EXCLUDED.has_consent),
        ordinal = EXCLUDED.ordinal, is_current = true"""
)
_LANGUAGE = text("SELECT language FROM party WHERE party_id = :party_id")
_LINKS_OF_LOANS = text(
    """SELECT tenant, loan_id, party_id, role FROM loan_party
    WHERE loan_id = ANY (CAST(:loan_ids AS text[]))"""
)
_LOANS_OF_PARTY = text(
    "SELECT DISTINCT loan_id FROM loan_party WHERE party_id = :party_id ORDER BY loan_id"
)
_GIVEN_LINKS = """unnest(CAST(:loan_ids AS text[]), CAST(:party_ids AS text[]),
    CAST(:roles AS text[]), CAST(:tenants AS text[])) AS given (loan_id, party_id, role, tenant)"""
_LINK = text(
    f"""INSERT INTO loan_party (loan_id, party_id, role, tenant)
    SELECT * FROM {_GIVEN_LINKS} ON CONFLICT DO NOTHING"""
)
_UNLINK = text(
    f"""DELETE FROM loan_party USING {_GIVEN_LINKS}
    WHERE (loan_party.loan_id, loan_party.party_id, loan_party.role)
        = (given.loan_id, given.party_id, given.role)"""
)
_OPT_OUTS = text("SELECT channel, point_id FROM opt_out WHERE party_id = :party_id")
_OPT_OUT = text(
    """INSERT INTO opt_out (party_id, channel, point_id, at, reply_id)
    VALUES (:party_id, :channel, :point_id, :at, :reply_id) ON CONFLICT DO NOTHING"""
)
_DISOWN = text(
    """UPDATE contact_point SET invalid_at = :at
    WHERE party_id = :party_id AND point_id = :point_id AND invalid_at IS NULL"""
)
_COUNT_FAILURE = text(
    """UPDATE contact_point SET failures = CASE WHEN :reached THEN 0 ELSE failures + 1 END
    WHERE party_id = :party_id AND point_id = :point_id"""
)
