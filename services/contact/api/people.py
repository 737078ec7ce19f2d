"""A party's contact points: masked, revealed with a reason, added, and what people say of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Body, Id, Note, desk_of
from services.contact.commands import points, queries
from services.contact.commands.points import AddPoint, SayOfPoint, ShownPoint
from services.contact.domain.points import PointKind
from services.contact.domain.words import Owner, Provenance, Source, WordKind

router = APIRouter()

Value = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Zone = Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9_+/-]*$")]
SAID = Literal[
    "verified",
    "invalid",
    "zone_set",
    "consent_given",
    "consent_withdrawn",
    "opted_out",
    "opted_back_in",
    "reassignment_checked",
]


class PointIn(Body):
    word_id: Id
    kind: PointKind
    value: Value
    provenance: Provenance
    source: Source | None = None
    owner: Owner = Owner.PARTY
    is_reserved: bool = False
    has_consent: bool = False
    time_zone: Zone = ""
    evidence: Note
    by: Note


class WordIn(Body):
    """No point_id means every point of the channel, for opted_out and opted_back_in alone."""

    word_id: Id
    kind: SAID
    point_id: Id | None = None
    channel: Channel | None = None
    time_zone: Zone = ""
    checked_on: date | None = None
    evidence: Note
    by: Note


class RevealIn(Body):
    word_id: Id
    reason: Note
    by: Note


class PointOut(BaseModel):
    point_id: str
    kind: str
    masked: str
    provenance: str
    source: str
    owner: str
    time_zone: str
    is_verified: bool
    is_reserved: bool
    has_consent: bool
    opted_out: tuple[Channel, ...]
    failures: int
    invalid_at: datetime | None
    reassigned_checked_on: date | None


class PointsOut(BaseModel):
    points: list[PointOut]


class ValueOut(BaseModel):
    value: str


class WordOut(BaseModel):
    word_id: str
    point_id: str
    channel: str
    kind: str
    value: str
    evidence: str
    said_by: str
    at: datetime


class WordsOut(BaseModel):
    words: list[WordOut]


class ReachOut(BaseModel):
    state: str
    failures: int
    since: datetime | None
    because: str


@router.get("/parties/{party_id}/points", summary="A party's points, their values masked")
async def list_points(tenant: str, party_id: str, context: ContextDependency) -> PointsOut:
    desk = desk_of(context, tenant)
    async with context.database.transaction() as session:
        shown = await points.points_of(session, desk, tenant, party_id)
        return PointsOut(points=[_point_out(each) for each in shown])


@router.post("/parties/{party_id}/points", status_code=201, summary="Add a point")
async def add_point(
    tenant: str, party_id: str, body: PointIn, context: ContextDependency
) -> PointOut:
    desk = desk_of(context, tenant)
    command = AddPoint(tenant, party_id, **{name: getattr(body, name) for name in _fields(PointIn)})
    async with context.database.transaction() as session:
        return _point_out(await points.add(session, desk, command, context.clock.now()))


@router.post(
    "/parties/{party_id}/points/{point_id}/reveal",
    summary="Show a point's value; who saw it and why is kept",
)
async def reveal_point(
    tenant: str, party_id: str, point_id: str, body: RevealIn, context: ContextDependency
) -> ValueOut:
    desk = desk_of(context, tenant)
    command = SayOfPoint(
        tenant=tenant,
        party_id=party_id,
        point_id=point_id,
        word_id=body.word_id,
        kind=WordKind.REVEALED,
        channel=None,
        time_zone="",
        checked_on=None,
        evidence=body.reason,
        by=body.by,
    )
    async with context.database.transaction() as session:
        return ValueOut(value=await points.reveal(session, desk, command, context.clock.now()))


@router.post("/parties/{party_id}/words", status_code=201, summary="Keep what was said of a point")
async def say_of_point(
    tenant: str, party_id: str, body: WordIn, context: ContextDependency
) -> PointsOut:
    desk = desk_of(context, tenant)
    command = SayOfPoint(
        tenant=tenant,
        party_id=party_id,
        point_id=body.point_id or "",
        word_id=body.word_id,
        kind=WordKind(body.kind),
        channel=body.channel,
        time_zone=body.time_zone,
        checked_on=body.checked_on,
        evidence=body.evidence,
        by=body.by,
    )
    async with context.database.transaction() as session:
        await points.say(session, command, context.clock.now())
        shown = await points.points_of(session, desk, tenant, party_id)
        return PointsOut(points=[_point_out(each) for each in shown])


@router.get("/parties/{party_id}/words", summary="All that was said and shown of a party's points")
async def list_words(tenant: str, party_id: str, context: ContextDependency) -> WordsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await points.words_of(session, tenant, party_id)
        return WordsOut(words=[WordOut.model_validate(row, from_attributes=True) for row in rows])


@router.get("/parties/{party_id}/reachability", summary="Whether a party can still be reached")
async def show_reachability(tenant: str, party_id: str, context: ContextDependency) -> ReachOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        reach = await queries.reachability_of(session, tenant, party_id)
    return ReachOut.model_validate(reach, from_attributes=True)


def _point_out(shown: ShownPoint) -> PointOut:
    own = {"masked": shown.value, "opted_out": shown.opted_out}
    names = _fields(PointOut) - own.keys()
    return PointOut(**{name: getattr(shown.row, name) for name in names}, **own)


def _fields(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)
