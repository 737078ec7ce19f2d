"""Somebody with the authority answers for one soft rule toward a party, for a time.

Hard rules and duties have no such door: whoever asks is told so, and which rules have one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from events.v1.contact_customer_pb2 import OverrideChanged
from interfaces.values import Channel
from services.contact.commands import party as parties
from services.contact.commands.desk import Desk
from services.contact.commands.party import Locked, tell_loans
from services.contact.domain.law.judgement import Article, Strength
from services.contact.domain.law.packs import PLATFORM
from services.contact.store import overrides as store
from services.contact.store.overrides import OverrideRow


@dataclass(frozen=True)
class RecordOverride:
    """`authority` is who answers for it, by name or role; `by` who records it. Without a beginning
    it begins now."""

    tenant: str
    override_id: str
    party_id: str
    loan_id: str
    rule_id: str
    channel: Channel | None
    from_at: datetime | None
    until_at: datetime
    reason: str
    authority: str
    evidence: str
    by: str


@dataclass(frozen=True)
class EndOverride:
    tenant: str
    override_id: str
    reason: str
    by: str


async def record(
    session: AsyncSession, desk: Desk, command: RecordOverride, now: datetime
) -> OverrideRow:
    """Keep it once under its id; the same again is answered the same.

    Raises `contact/unknown_party`, `contact/override_is_wrong`, `contact/unknown_rule`,
    `contact/rule_is_not_soft` and `contact/override_differs`.
    """
    party = await parties.lock(session, command.tenant, command.party_id)
    known = await store.find(session, command.tenant, command.override_id)
    if known is not None:
        _check_same(command, known)
        return known
    from_at = command.from_at or now
    _check(command, party, from_at, now)
    _check_rule(desk, command, from_at)
    row = OverrideRow(
        tenant=command.tenant,
        override_id=command.override_id,
        party_id=command.party_id,
        loan_id=command.loan_id,
        rule_id=command.rule_id,
        channel=command.channel.value if command.channel else "",
        reason=command.reason,
        authority=command.authority,
        evidence=command.evidence,
        from_at=from_at,
        until_at=command.until_at,
        recorded_by=command.by,
        recorded_at=now,
    )
    await store.add(session, row)
    await _tell(session, party, row, now)
    return row


async def end(session: AsyncSession, command: EndOverride, now: datetime) -> OverrideRow:
    """Raises `contact/unknown_override`; ending it again, or after its time, changes nothing."""
    known = await store.find(session, command.tenant, command.override_id)
    if known is None:
        raise NotFound(
            "contact/unknown_override",
            f"No override {command.override_id!r} of tenant {command.tenant!r} is kept; "
            "check its id.",
        )
    party = await parties.lock(session, command.tenant, known.party_id)
    await session.refresh(known)
    if known.ended_at is None and now < known.until_at:
        known.ended_at, known.ended_by, known.end_reason = now, command.by, command.reason
        await session.flush()
        await _tell(session, party, known, now)
    return known


async def of_party(session: AsyncSession, tenant: str, party_id: str) -> list[OverrideRow]:
    """Raises `contact/unknown_party`."""
    await parties.known(session, tenant, party_id)
    return await store.of_party(session, tenant, party_id)


async def _tell(session: AsyncSession, party: Locked, row: OverrideRow, at: datetime) -> None:
    """As it stands, of its loan, or of every loan of the party."""
    body = OverrideChanged(
        override_id=row.override_id,
        rule_id=row.rule_id,
        party_id=row.party_id,
        loan_id=row.loan_id,
        channel=row.channel,
        from_at=row.from_at,
        until_at=min(row.until_at, row.ended_at) if row.ended_at else row.until_at,
        at=at,
    )
    if row.loan_id in party.loan_ids:
        party = replace(party, loan_ids=(row.loan_id,))
    await tell_loans(session, party, body, at, row.override_id)


def _check(command: RecordOverride, party: Locked, from_at: datetime, now: datetime) -> None:
    wrong = ""
    if from_at < now:
        wrong = f"it begins at {from_at.isoformat()}, in the past; nothing is allowed afterwards."
    elif command.until_at <= from_at:
        wrong = f"it ends at {command.until_at.isoformat()}, not after {from_at.isoformat()}."
    elif command.loan_id and command.loan_id not in party.loan_ids:
        wrong = f"party {command.party_id} is not linked to loan {command.loan_id}; name its own."
    if wrong:
        raise Invalid("contact/override_is_wrong", f"Override {command.override_id!r}: {wrong}")


def _check_rule(desk: Desk, command: RecordOverride, at: datetime) -> None:
    """In every pack that is in force for the tenant, by whatever article, the rule must be soft."""
    articles = _articles(desk, command.tenant, at)
    named = [each for each in articles if each.rule_id == command.rule_id]
    soft = sorted({each.rule_id for each in articles if each.strength is Strength.SOFT})
    if not named:
        raise Invalid(
            "contact/unknown_rule",
            f"No pack of tenant {command.tenant!r} has a rule {command.rule_id!r}; those that may "
            f"be overridden are {', '.join(soft)}.",
        )
    other = next((each for each in named if each.strength is not Strength.SOFT), None)
    if other is not None:
        raise Invalid(
            "contact/rule_is_not_soft",
            f"Rule {command.rule_id} is {other.strength.value}: nobody may override it. Those that "
            f"may be overridden are {', '.join(soft)}.",
        )


def _articles(desk: Desk, tenant: str, at: datetime) -> list[Article]:
    names = (*desk.tenants.get(tenant).law, PLATFORM)
    return [entry.article for name in names for entry in desk.law.find(name, at).entries]


def _check_same(command: RecordOverride, known: OverrideRow) -> None:
    kept = replace(
        command,
        party_id=known.party_id,
        loan_id=known.loan_id,
        rule_id=known.rule_id,
        channel=Channel(known.channel) if known.channel else None,
        from_at=known.from_at if command.from_at is not None else None,
        until_at=known.until_at,
        reason=known.reason,
        authority=known.authority,
        evidence=known.evidence,
        by=known.recorded_by,
    )
    if kept != command:
        raise Conflict(
            "contact/override_differs",
            f"Override {command.override_id!r} is kept with another content; use another id.",
        )
