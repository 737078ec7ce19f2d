"""Holds are placed and ended here, and told absolute to every loan they touch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from interfaces.values import Block, HoldKind
from services.contact.commands import placement_ends, telling, whose
from services.contact.domain.breathing import Variant, default_end, ends_at, is_too_soon
from services.contact.domain.breathing import default_review as breathing_review
from services.contact.domain.breathing import problem as breathing_problem
from services.contact.domain.holds import DEFAULT_BLOCKS, default_review, must_name_a_party
from services.contact.settings import TOPIC
from services.contact.store import holds as store
from services.contact.store import people
from services.contact.store.tables import HoldRow

_SCOPE_TRIES_MAX = 20


@dataclass(frozen=True)
class PlaceHold:
    """A hold of a loan, of a party on all its loans, or of a party on one loan."""

    tenant: str
    hold_id: str
    kind: HoldKind
    loan_id: str | None
    party_id: str | None
    blocks: tuple[Block, ...] | None
    from_at: datetime | None
    until_at: datetime | None
    review_at: datetime | None
    amount_minor: int | None
    has_no_estate: bool
    evidence: str
    by: str
    variant: Variant = Variant.STANDARD


@dataclass(frozen=True)
class ExtendHold:
    tenant: str
    hold_id: str
    until_at: datetime
    evidence: str
    by: str


@dataclass(frozen=True)
class EndHold:
    tenant: str
    hold_id: str
    at: datetime | None
    reason: str
    by: str


@dataclass(frozen=True)
class StandingHold:
    """A hold as kept, and the loans it touches today."""

    row: HoldRow
    loan_ids: tuple[str, ...]


async def place(session: AsyncSession, command: PlaceHold, now: datetime) -> StandingHold:
    """Place a hold once under its id; the same again is answered the same.

    Loans and parties need not be known yet: a hold waits for them. Raises
    `contact/hold_is_wrong`, `contact/hold_differs` and `contact/breathing_space_again`, and for
    those of another tenant `contact/unknown_loan` and `contact/unknown_party`.
    """
    from_at = command.from_at or now
    _check(command, from_at)
    loan_ids = await lock_scope(session, command.tenant, command.loan_id, command.party_id)
    await whose.refuse_of_others(session, command.tenant, command.loan_id, command.party_id)
    known = await store.find(session, command.tenant, command.hold_id)
    if known is not None:
        _check_same(command, known)
        return StandingHold(known, loan_ids)
    await _check_breathing(session, command, from_at)
    row = HoldRow(
        tenant=command.tenant,
        hold_id=command.hold_id,
        kind=command.kind,
        loan_id=command.loan_id,
        party_id=command.party_id,
        blocks=[block.value for block in command.blocks or DEFAULT_BLOCKS[command.kind]],
        from_at=from_at,
        until_at=command.until_at or default_end(command.kind, command.variant, from_at),
        review_at=command.review_at
        or default_review(command.kind, from_at)
        or breathing_review(command.variant, from_at),
        amount_minor=command.amount_minor,
        has_no_estate=command.has_no_estate,
        evidence=command.evidence,
        placed_by=command.by,
        placed_at=now,
        variant=command.variant,
    )
    await store.add(session, row)
    await tell(session, command.tenant, loan_ids, now, command.hold_id)
    return StandingHold(row, loan_ids)


async def extend(session: AsyncSession, command: ExtendHold, now: datetime) -> StandingHold:
    """Give a debt adviser more time; an earlier end than the known one changes nothing.

    Raises `contact/unknown_hold` and `contact/hold_not_extendable`.
    """
    known = await _find(session, command.tenant, command.hold_id)
    loan_ids = await lock_scope(session, command.tenant, known.loan_id, known.party_id)
    await session.refresh(known)
    if known.variant != Variant.DEBT_ADVISER or known.until_at is None or known.until_at <= now:
        raise Conflict(
            "contact/hold_not_extendable",
            f"Hold {command.hold_id!r} is no debt adviser's time that still runs; place another "
            "hold beside it.",
        )
    if command.until_at > known.until_at:
        known.until_at = command.until_at
        known.review_at = command.until_at
        known.evidence = f"{known.evidence}; {command.evidence} ({command.by})"
        await session.flush()
        await tell(session, command.tenant, loan_ids, now, command.hold_id)
    return StandingHold(known, loan_ids)


async def to_review(
    session: AsyncSession, tenant: str, before: datetime, now: datetime, limit: int
) -> list[HoldRow]:
    """Holds in force that somebody must look at before an instant."""
    return await store.to_review(session, tenant, before, now, limit)


async def end(session: AsyncSession, command: EndHold, now: datetime) -> StandingHold:
    """End one hold, never another; ending it again or later than it ends changes nothing.

    Raises `contact/unknown_hold`.
    """
    at = command.at or now
    known = await _find(session, command.tenant, command.hold_id)
    loan_ids = await lock_scope(session, command.tenant, known.loan_id, known.party_id)
    await session.refresh(known)
    stops_at = ends_at(Variant(known.variant), max(at, known.from_at))
    if known.until_at is not None and known.until_at <= stops_at:
        return StandingHold(known, loan_ids)
    known.until_at = stops_at
    known.ended_at, known.ended_by, known.end_reason = now, command.by, command.reason
    await session.flush()
    await tell(session, command.tenant, loan_ids, now, command.hold_id)
    return StandingHold(known, loan_ids)


async def lock_scope(
    session: AsyncSession,
    tenant: str,
    loan_id: str | None,
    party_id: str | None,
    also: Collection[str] = (),
) -> tuple[str, ...]:
    """Lock the loans a hold touches, `also` others, and then its party; return the loans it
    touches, sorted."""
    if loan_id is None:
        assert party_id is not None, "a hold is of a loan or of a party"
        return (await lock_parties(session, tenant, [party_id], also))[party_id]
    await outbox.lock(session, TOPIC, {loan_id, *also})
    if party_id is not None:
        await people.lock_parties(session, tenant, [party_id])
    return (loan_id,)


async def lock_parties(
    session: AsyncSession, tenant: str, party_ids: Collection[str], also: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Lock the loans of all these parties with `also` others, then the parties; return each
    party's loans, sorted.

    A loan may be linked between finding the loans and locking the parties; then the locks are
    given back with the savepoint and taken anew, since a stream must not be locked after a party.
    """
    for _ in range(_SCOPE_TRIES_MAX):
        held = {each for loans in (await _loans(session, party_ids)).values() for each in loans}
        attempt = await session.begin_nested()
        await outbox.lock(session, TOPIC, {*held, *also})
        await people.lock_parties(session, tenant, party_ids)
        found = await _loans(session, party_ids)
        if held.issuperset(each for loans in found.values() for each in loans):
            await attempt.commit()
            return found
        await attempt.rollback()
    named = ", ".join(sorted(party_ids))
    raise Conflict("contact/party_is_busy", f"Party {named} is being linked; try again.")


async def tell(
    session: AsyncSession, tenant: str, loan_ids: Collection[str], at: datetime, cause: str
) -> None:
    """Publish all holds of each loan; the loans are locked."""
    intervals = await store.touching(session, loan_ids)
    events = [
        outbox.Event(tenant, each, telling.holds_changed(intervals[each], at), at, cause)
        for each in sorted(loan_ids)
    ]
    await outbox.append_many(session, TOPIC, events)
    await placement_ends.hear(session, loan_ids, at)


async def _find(session: AsyncSession, tenant: str, hold_id: str) -> HoldRow:
    known = await store.find(session, tenant, hold_id)
    if known is None:
        raise NotFound(
            "contact/unknown_hold",
            f"No hold {hold_id!r} of tenant {tenant!r} is kept; check its id.",
        )
    return known


async def _loans(session: AsyncSession, party_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    return {each: tuple(await people.loans_of_party(session, each)) for each in sorted(party_ids)}


def _check(command: PlaceHold, from_at: datetime) -> None:
    problem = _problem(command, from_at)
    if problem:
        raise Invalid("contact/hold_is_wrong", f"Hold {command.hold_id!r}: {problem}")


def _problem(command: PlaceHold, from_at: datetime) -> str:
    if command.loan_id is None and command.party_id is None:
        return "name the loan_id or the party_id it is for."
    if must_name_a_party(command.kind) and command.party_id is None:
        return f"{command.kind.value} is of a person: name the party_id."
    if command.has_no_estate and command.kind is not HoldKind.DECEASED:
        return "has_no_estate belongs to the kind deceased alone."
    if command.until_at is not None and command.until_at <= from_at:
        return f"it ends at {command.until_at.isoformat()}, not after {from_at.isoformat()}."
    if command.blocks is not None and not command.blocks:
        return "it blocks nothing; leave blocks out for the kind's own."
    if command.amount_minor is not None and command.loan_id is None:
        return "part of a balance is of one loan: name the loan_id."
    if command.amount_minor is not None and command.kind is not HoldKind.DISPUTE:
        return f"{command.kind.value} is of the whole: amount_minor belongs to a dispute alone."
    return breathing_problem(command.kind, command.variant, from_at, command.until_at)


async def _check_breathing(session: AsyncSession, command: PlaceHold, from_at: datetime) -> None:
    if command.kind is not HoldKind.BREATHING_SPACE or command.variant:
        return
    earlier = await store.breathing_since(
        session, command.tenant, command.party_id, command.loan_id
    )
    if is_too_soon(earlier, from_at):
        raise Conflict(
            "contact/breathing_space_again",
            f"Hold {command.hold_id!r}: a standard breathing space is had once in 12 months; one "
            f"began at {max(earlier).isoformat()}. A mental-health crisis may come at any time.",
        )


def _check_same(command: PlaceHold, known: HoldRow) -> None:
    """Compares what the caller said itself; an end may have come since."""
    stored = replace(
        command,
        kind=HoldKind(known.kind),
        loan_id=known.loan_id,
        party_id=known.party_id,
        blocks=tuple(map(Block, known.blocks)) if command.blocks is not None else None,
        from_at=known.from_at if command.from_at is not None else None,
        until_at=known.until_at if _keeps_its_end(command, known) else command.until_at,
        review_at=known.review_at if command.review_at is not None else None,
        amount_minor=known.amount_minor,
        has_no_estate=known.has_no_estate,
        evidence=command.evidence if known.variant == Variant.DEBT_ADVISER else known.evidence,
        by=known.placed_by,
        variant=Variant(known.variant),
    )
    if stored != command:
        raise Conflict(
            "contact/hold_differs",
            f"Hold {command.hold_id!r} is kept with another content; end it, or use another id.",
        )


def _keeps_its_end(command: PlaceHold, known: HoldRow) -> bool:
    """Whether the stored end is still the one that the caller named."""
    has_own = command.until_at is not None or command.kind is not HoldKind.BREATHING_SPACE
    return has_own and known.ended_at is None and known.variant != Variant.DEBT_ADVISER
