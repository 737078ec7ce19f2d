"""Everything a collector needs on one screen; of the debt, nothing before identity is sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES, Direction, Role
from services.contact.commands import people as persons
from services.contact.commands.calls import holding, matter
from services.contact.commands.calls.identity import kept_of
from services.contact.commands.calls.matter import Matter
from services.contact.commands.desk import Desk
from services.contact.domain.calls.identity import (
    FAILURES_MAX,
    Fact,
    IdentityState,
    askable,
)
from services.contact.domain.calls.queue import CallState
from services.contact.domain.calls.scripts import Mood, Script, spoken
from services.contact.store import people
from services.contact.store.calls import CallRow


@dataclass(frozen=True)
class ShowScreen:
    """`caller` is the name the collector gives on the telephone; `mood` the one they hear."""

    tenant: str
    call_id: str
    collector: str
    caller: str = ""
    mood: Mood | None = None


@dataclass(frozen=True)
class Opening:
    """What may be said to whoever answers."""

    script: str
    say: str
    recording_notice: str
    identity: tuple[str, ...]
    third_party: tuple[str, ...]
    voicemail: str
    never_say: tuple[str, ...]


@dataclass(frozen=True)
class IdentityView:
    state: IdentityState
    ask: tuple[Fact, ...]
    tries_left: int


@dataclass(frozen=True)
class Screen:
    """`matter` is None until identity was checked, and for a party who is not liable."""

    call_id: str
    state: str
    direction: str
    dial: int
    attempt_id: str
    institution: str
    name: str
    language: str
    identity: IdentityView
    opening: Opening
    matter: Matter | None


async def show(session: AsyncSession, desk: Desk, command: ShowScreen, now: datetime) -> Screen:
    """Raises `contact/unknown_call` and `contact/call_is_not_yours`."""
    row = await holding.found(session, command.tenant, command.call_id)
    holding.check_held(row, command.collector, desk.clock.wall())
    party = await people.party(session, row.party_id)
    institution = desk.tenants.get(row.tenant).institution
    name = persons.name_of(desk.vault, party) if party is not None else ""
    script = desk.calls.script(party.language if party else "", now)
    fields = {
        "institution": institution,
        "caller": command.caller or command.collector,
        "name": name,
    }
    # Which number is dialled, and so proves nothing, is known only once it was.
    is_under_way = row.state == CallState.UNDER_WAY
    ask = askable(await kept_of(session, desk, row)) if is_under_way else ()
    found = None
    if may_disclose(row):
        request = matter.Request(row, script, fields, command.mood)
        found = await matter.gather(session, desk, request, now)
    return Screen(
        call_id=row.call_id,
        state=row.state,
        direction=row.direction,
        dial=row.dials,
        attempt_id=row.attempt_id if is_under_way else "",
        institution=institution,
        name=name,
        language=script.language,
        identity=IdentityView(
            IdentityState(row.identity), ask, FAILURES_MAX - row.identity_failures
        ),
        opening=_opening(row, script, fields),
        matter=found,
    )


def may_disclose(row: CallRow) -> bool:
    """Only toward who is liable, under way, and proven to be the person meant."""
    is_passed = row.identity == IdentityState.PASSED and row.state == CallState.UNDER_WAY
    return is_passed and Role(row.role) in LIABLE_ROLES


def _opening(row: CallRow, script: Script, fields: dict[str, str]) -> Opening:
    def said(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(spoken(text, fields) for text in texts)

    is_inbound = row.direction == Direction.INBOUND
    return Opening(
        script=script.label,
        say=spoken(script.inbound if is_inbound else script.opening, fields),
        recording_notice=spoken(script.recording_notice, fields),
        identity=said(script.identity),
        third_party=said(script.third_party),
        voicemail=spoken(script.voicemail, fields),
        never_say=script.never_say,
    )
