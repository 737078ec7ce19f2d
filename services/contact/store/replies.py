"""What replies were understood as, whose point they came from, and the answers owed to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from interfaces.values import Channel
from services.contact.domain.points import OptOut
from services.contact.store.tables import Row


class UnderstandingRow(Row, table=True):
    __tablename__: ClassVar[str] = "reply_understanding"
    tenant: str = Field(primary_key=True)
    reply_id: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    loan_ids: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    labels: dict[str, int] = Field(sa_column=Column(JSONB, nullable=False))
    topics: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    due_on: date | None = None
    wished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    point_id: str = ""
    attempt_id: str = ""
    understood_by: str
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class AnswerOwedRow(Row, table=True):
    """Taken up by the sender, which sets `taken_at` and says how it ended; leases run on the
    wall."""

    __tablename__: ClassVar[str] = "answer_owed"
    tenant: str = Field(primary_key=True)
    reply_id: str = Field(primary_key=True)
    loan_id: str = Field(primary_key=True)
    template: str = Field(primary_key=True)
    party_id: str
    channel: str
    point_id: str
    facts: dict[str, object] = Field(sa_column=Column(JSONB, nullable=False))
    owed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    taken_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    lease_wall_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    tries: int = 0
    ended_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    outcome: str = ""
    because: str = ""
    attempt_id: str = ""


class StrayReplyRow(Row, table=True):
    """A reply from nobody's address, under a key of its own."""

    __tablename__: ClassVar[str] = "stray_reply"
    tenant: str = Field(primary_key=True)
    reply_id: str = Field(primary_key=True)
    channel: str
    kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    subject_key: bytes
    content: bytes
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


async def latest(session: AsyncSession, tenant: str, reply_id: str) -> UnderstandingRow | None:
    """The last revision: a person's, if one has looked."""
    query = (
        select(UnderstandingRow)
        .where(
            col(UnderstandingRow.tenant) == tenant,
            col(UnderstandingRow.reply_id) == reply_id,
        )
        .order_by(col(UnderstandingRow.revision).desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def revision(
    session: AsyncSession, tenant: str, reply_id: str, number: int
) -> UnderstandingRow | None:
    return await session.get(UnderstandingRow, (tenant, reply_id, number))


async def add(session: AsyncSession, row: UnderstandingRow | StrayReplyRow) -> None:
    session.add(row)
    await session.flush()


async def stray(session: AsyncSession, tenant: str, reply_id: str) -> StrayReplyRow | None:
    return await session.get(StrayReplyRow, (tenant, reply_id))


async def owe(session: AsyncSession, rows: Collection[AnswerOwedRow]) -> None:
    """An answer owed already is owed once."""
    for row in rows:
        key = (row.tenant, row.reply_id, row.loan_id, row.template)
        if await session.get(AnswerOwedRow, key) is None:
            session.add(row)
    await session.flush()


async def owed(session: AsyncSession, tenant: str, reply_id: str) -> list[AnswerOwedRow]:
    query = select(AnswerOwedRow).where(
        col(AnswerOwedRow.tenant) == tenant, col(AnswerOwedRow.reply_id) == reply_id
    )
    return list((await session.execute(query.order_by("loan_id", "template"))).scalars())


async def forgo(session: AsyncSession, tenant: str, reply_id: str) -> None:
    """Answers that nobody has taken up yet are no longer owed."""
    await session.execute(_FORGO, {"tenant": tenant, "reply_id": reply_id})


async def owners(session: AsyncSession, tenant: str, point_ids: Collection[str]) -> list[str]:
    """Whose point it is: the parties with a loan, first the one last written to there."""
    bound = {"tenant": tenant, "point_ids": sorted(set(point_ids))}
    return [row.party_id for row in await session.execute(_OWNERS, bound)]


async def point_of(session: AsyncSession, party_id: str, point_ids: Collection[str]) -> str:
    bound = {"party_id": party_id, "point_ids": sorted(set(point_ids))}
    return str((await session.execute(_POINT_OF, bound)).scalar_one_or_none() or "")


async def opt_out_everyone(
    session: AsyncSession, tenant: str, opted: OptOut, reply_id: str, at: datetime
) -> None:
    """A point may be shared: who says stop there stops it for all who are reached by it."""
    bound = {"tenant": tenant, "channel": opted.channel, "point_id": opted.point_id}
    await session.execute(_OPT_OUT_ALL, {**bound, "reply_id": reply_id, "at": at})


async def opted_out_by(session: AsyncSession, tenant: str, reply_id: str) -> set[str]:
    """The parties whom this reply itself opted out."""
    found = await session.execute(_OPTED_OUT_BY, {"tenant": tenant, "reply_id": reply_id})
    return {row.party_id for row in found}


async def take_back_opt_out(
    session: AsyncSession, tenant: str, reply_id: str
) -> dict[str, list[OptOut]]:
    """Only what this reply itself opted out, by party."""
    undone: dict[str, list[OptOut]] = {}
    for row in await session.execute(_TAKE_BACK, {"tenant": tenant, "reply_id": reply_id}):
        undone.setdefault(row.party_id, []).append(OptOut(Channel(row.channel), row.point_id))
    return undone


async def own_again(session: AsyncSession, party_id: str, point_id: str, at: datetime) -> None:
    """Undo what a reply at that instant disowned."""
    await session.execute(_OWN_AGAIN, {"party_id": party_id, "point_id": point_id, "at": at})


_OF_TENANT = """point.point_id = {points} AND EXISTS (SELECT FROM loan_party
    WHERE loan_party.party_id = point.party_id AND loan_party.tenant = :tenant)"""
_ONE = _OF_TENANT.format(points=":point_id")
_OWNERS = text(
    f"""SELECT point.party_id FROM contact_point point
    WHERE {_OF_TENANT.format(points="ANY (CAST(:point_ids AS text[]))")}
    GROUP BY point.party_id
    ORDER BY (SELECT max(from_at) FROM attempt WHERE attempt.party_id = point.party_id
        AND attempt.point_id = ANY (CAST(:point_ids AS text[])) AND direction = 'outbound'
        AND status IN ('confirmed', 'sent')) DESC NULLS LAST,
        bool_or(point.is_current) DESC, point.party_id"""
)
_POINT_OF = text(
    """SELECT point_id FROM contact_point WHERE party_id = :party_id
        AND point_id = ANY (CAST(:point_ids AS text[]))
    ORDER BY is_current DESC, ordinal LIMIT 1"""
)
_OPT_OUT_ALL = text(
    f"""INSERT INTO opt_out (party_id, channel, point_id, at, reply_id)
    SELECT point.party_id, :channel, :point_id, :at, :reply_id
    FROM contact_point point WHERE {_ONE} ORDER BY point.party_id ON CONFLICT DO NOTHING"""
)
_TAKE_BACK = text(
    """DELETE FROM opt_out WHERE reply_id = :reply_id
    AND EXISTS (SELECT FROM party WHERE party.party_id = opt_out.party_id
        AND party.tenant = :tenant)
    RETURNING opt_out.party_id, opt_out.channel, opt_out.point_id"""
)
_OPTED_OUT_BY = text(
    """SELECT DISTINCT opt_out.party_id FROM opt_out
    JOIN party ON party.party_id = opt_out.party_id AND party.tenant = :tenant
    WHERE opt_out.reply_id = :reply_id"""
)
_OWN_AGAIN = text(
    """UPDATE contact_point SET invalid_at = NULL
    WHERE party_id = :party_id AND point_id = :point_id AND invalid_at = :at"""
)
_FORGO = text(
    """DELETE FROM answer_owed
    WHERE tenant = :tenant AND reply_id = :reply_id AND taken_at IS NULL"""
)
