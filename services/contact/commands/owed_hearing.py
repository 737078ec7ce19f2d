"""Owed acts before the gate: those that fall together are judged one by one, by one channel after
the other, until one is allowed for any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Behind
from interfaces.contact import TouchOutcome
from interfaces.values import Channel
from services.contact.commands import duties
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing, docket_of, hear, record_verdict, settle
from services.contact.commands.owed_making import OwedAct, made_of, standing_for, touch_by
from services.contact.commands.touches import ATTEMPT, refuse
from services.contact.domain.duties import DutyKind, is_unwanted, tried_again_at
from services.contact.domain.law.judgement import judge
from services.contact.domain.leases import rest_after
from services.contact.store.duties import Claim, DutyRow


@dataclass
class Round:
    """How the acts of one claim fare at the gate: those that one message is to be about, and why
    another touch is not, by its key."""

    claim: Claim
    now: datetime
    heard: list[tuple[OwedAct, Hearing]] = field(default_factory=list)
    because: dict[str, str] = field(default_factory=dict)


async def hear_all(session: AsyncSession, desk: Desk, rows: Sequence[DutyRow], its: Round) -> None:
    """By the first channel that is allowed for any; the rest are heard by themselves next."""
    made = await _still_owed(session, desk, rows, its)
    refused: dict[str, list[TouchOutcome]] = {}
    for channel in _channels(made):
        for act in tuple(made):
            try:
                said = await _hear(session, desk, act, (channel, its.now))
            except Behind:
                _wait(act.row, desk, its)
                made.remove(act)
                continue
            if isinstance(said, Hearing):
                its.heard.append((act, said))
            else:
                its.because[said.key] = said.because
                refused.setdefault(act.name, []).append(said)
        if its.heard:
            break
    met = {act.name for act, _ in its.heard}
    for act in made:
        if met and act.name not in met:
            act.row.attempt_key, act.row.lease_wall_at = "", None
        elif not met:
            await _put_off(session, act, refused[act.name], its.now)
    await session.flush()


def leave(row: DutyRow) -> None:
    """At its end; an attempt that it was part of keeps the key of this round."""
    row.round += 1 if row.attempt_key else 0
    row.attempt_key, row.planned_at, row.lease_wall_at = "", None, None


async def _still_owed(
    session: AsyncSession, desk: Desk, rows: Sequence[DutyRow], its: Round
) -> list[OwedAct]:
    """What the acts are made of; of one whose loan's position lags nobody knows yet, and one owed
    no more, or left to a person, is at its end."""
    found = []
    for row in rows:
        try:
            made = await made_of(session, desk, row, its.now) if row.is_open else None
        except Behind:
            _wait(row, desk, its)
            continue
        if made is None:
            leave(row)
        else:
            found.append(made)
    await session.flush()
    return found


async def _hear(
    session: AsyncSession, desk: Desk, act: OwedAct, by: tuple[Channel, datetime]
) -> Hearing | TouchOutcome:
    """The hearing of an act that is allowed by a channel, or why it is not."""
    touch = touch_by(act, *by)
    at = desk.clock.instant(touch.at)
    docket = await docket_of(session, desk, ATTEMPT, touch, at)
    if docket.first is not None:
        return docket.first
    hearing = hear(desk, docket, touch, standing_for(act, docket), at)
    verdict = judge(hearing.pack, hearing.act, hearing.known, at)
    await record_verdict(session, hearing, verdict)
    if verdict.is_allowed:
        return hearing
    return await settle(session, ATTEMPT, touch, await refuse(session, hearing, verdict))


async def _put_off(
    session: AsyncSession, made: OwedAct, refusals: Sequence[TouchOutcome], now: datetime
) -> None:
    """What every channel refused is tried again when one allows it; none is owed to whom does not
    want it."""
    row, rules = made.row, [each.rule_id for each in refusals]
    because = "; ".join(f"{each.rule_id}: {each.because}" for each in refusals)
    row.round, row.attempt_key, row.lease_wall_at = row.round + 1, "", None
    if is_unwanted(made.doing.purpose, rules) and not any(e.next_allowed_at for e in refusals):
        await duties.drop(session, row, because, now)
        row.planned_at = None
        return
    allowed = [each.next_allowed_at for each in refusals if each.next_allowed_at is not None]
    row.put_off_because = because
    kind = DutyKind(row.kind)
    row.planned_at = tried_again_at(kind, row.owed_by, allowed, now, row.round)
    await session.flush()


def _channels(made: Sequence[OwedAct]) -> tuple[Channel, ...]:
    """Beginning with another one each round."""
    if not made:
        return ()
    channels = made[0].doing.channels
    first = made[0].row.round % len(channels)
    return (*channels[first:], *channels[:first])


def _wait(row: DutyRow, desk: Desk, its: Round) -> None:
    """Alone from now on: what the others' message says, it says without this loan."""
    row.round += 1 if row.attempt_key else 0
    row.attempt_key, row.lease_wall_at = "", desk.clock.wall() + rest_after(its.claim.tries)
