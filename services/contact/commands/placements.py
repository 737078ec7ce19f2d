"""Loans are placed with agencies by two people, and called back by what happens to the loan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from interfaces.values import Purpose
from services.contact.commands import occasions
from services.contact.commands.desk import Desk
from services.contact.commands.placement_ends import Facts, facts_of, look_again, stop, tell
from services.contact.commands.whose import unknown_loan
from services.contact.domain.agencies import may_be_given
from services.contact.domain.placements import (
    ENTRUSTABLE,
    CommissionKind,
    DataKind,
    PlacementStatus,
    Recall,
    RecallCause,
    Step,
    recall_of,
    step,
)
from services.contact.settings import TOPIC
from services.contact.store import agencies
from services.contact.store import placements as store
from services.contact.store.placements import PlacementRow


@dataclass(frozen=True)
class ProposePlacement:
    tenant: str
    placement_id: str
    loan_id: str
    agency_id: str
    purposes: tuple[Purpose, ...]
    from_at: datetime
    until_at: datetime
    commission_basis_points: int
    commission_kind: CommissionKind
    data_kinds: tuple[DataKind, ...]
    return_days: int
    bank_keeps_contact: bool
    may_entrust_further: bool
    by: str


@dataclass(frozen=True)
class DecidePlacement:
    """A second person approves or declines."""

    tenant: str
    placement_id: str
    is_approved: bool
    by: str


@dataclass(frozen=True)
class RecallPlacement:
    tenant: str
    placement_id: str
    reason: str
    by: str


async def propose(
    session: AsyncSession, desk: Desk, command: ProposePlacement, now: datetime
) -> PlacementRow:
    """Keep a proposal once under its id; the same again is answered the same.

    Raises `contact/placement_is_wrong`, `contact/placement_differs`, `contact/loan_is_placed`,
    `contact/debt_is_not_placed`, and what forbids the agency (`contact/agency_not_listed` and its
    like).
    """
    await outbox.lock(session, TOPIC, [command.loan_id])
    known = await store.find(session, command.tenant, command.placement_id)
    if known is not None:
        _check_same(command, known)
        return known
    _check(command, now)
    row = _row(command, now)
    await _check_allowed(session, desk, row, now)
    if await store.open_among(session, [command.loan_id]):
        raise Conflict(
            "contact/loan_is_placed",
            f"Loan {command.loan_id} is placed or proposed already; recall that placement first.",
        )
    await store.add(session, row)
    await tell(session, row, now)
    return row


async def decide(
    session: AsyncSession, desk: Desk, command: DecidePlacement, now: datetime
) -> PlacementRow:
    """Let the agency act, or not; everything that had to hold for the proposal must hold still.

    Raises `contact/unknown_placement`, `contact/second_person_needed` and `contact/wrong_step`.
    """
    row = await locked(session, command.tenant, command.placement_id)
    taken = Step.APPROVE if command.is_approved else Step.DECLINE
    wanted = PlacementStatus.ACTIVE if command.is_approved else PlacementStatus.ENDED
    if row.decided_by == command.by and row.status == wanted:
        return row
    if command.is_approved and command.by == row.proposed_by:
        raise Forbidden(
            "contact/second_person_needed",
            f"{command.by!r} proposed placement {row.placement_id}; somebody else must approve it.",
        )
    after = next_status(row, taken)
    if command.is_approved:
        facts = await _check_allowed(session, desk, row, now)
        row.next_look_at = look_again(row, facts, now)
    else:
        row.next_look_at = None
    row.status, row.decided_by, row.decided_at = after, command.by, now
    await session.flush()
    await tell(session, row, now)
    if command.is_approved:
        await occasions.placed(session, desk, row, now)
    return row


async def recall(session: AsyncSession, command: RecallPlacement, now: datetime) -> PlacementRow:
    """A person calls a loan back; raises `contact/unknown_placement`, `contact/wrong_step`."""
    row = await locked(session, command.tenant, command.placement_id)
    if row.recalled_by == command.by and row.recall_reason == command.reason:
        return row
    next_status(row, Step.RECALL)
    await stop(session, row, Step.RECALL, Recall(RecallCause.PERSON, command.reason), now)
    row.recalled_by = command.by
    await session.flush()
    return row


async def locked(session: AsyncSession, tenant: str, placement_id: str) -> PlacementRow:
    """A placement with its loan locked; raises `contact/unknown_placement`."""
    row = await store.find(session, tenant, placement_id)
    if row is None:
        raise NotFound(
            "contact/unknown_placement",
            f"No placement {placement_id!r} of tenant {tenant!r} is kept; check its id.",
        )
    await outbox.lock(session, TOPIC, [row.loan_id])
    await session.refresh(row)
    return row


def next_status(row: PlacementRow, taken: Step) -> PlacementStatus:
    """Raises `contact/wrong_step`."""
    after = step(PlacementStatus(row.status), taken)
    if after is None:
        raise Conflict(
            "contact/wrong_step",
            f"Placement {row.placement_id} is {row.status}: {taken.value} is not possible now.",
        )
    return after


async def of_loan(session: AsyncSession, tenant: str, loan_id: str) -> list[PlacementRow]:
    return [row for row in await store.of_loan(session, loan_id) if row.tenant == tenant]


async def without_receipt(
    session: AsyncSession, tenant: str, at: datetime, after: str, limit: int
) -> list[PlacementRow]:
    return await store.without_receipt(session, tenant, at, after, limit)


async def _check_allowed(
    session: AsyncSession, desk: Desk, row: PlacementRow, now: datetime
) -> Facts:
    known = (await facts_of(session, [row.loan_id])).get(row.loan_id)
    if known is None or known.standing.tenant != row.tenant:
        raise unknown_loan(row.tenant, row.loan_id)
    # US-SALE (1006.30(b)): nothing paid, settled or sold is placed; nor is what would be recalled.
    recalled = recall_of(known.standing, known.holds, known.liable, now)
    if recalled is not None:
        raise Conflict(
            "contact/debt_is_not_placed",
            f"Loan {row.loan_id} may not be placed now ({recalled.cause.value}): "
            f"{recalled.because}.",
        )
    await agencies.lock(session, row.tenant, row.agency_id)
    zone = ZoneInfo(desk.tenants.get(row.tenant).zone)
    refusal = may_be_given(
        await agencies.listing(session, row.tenant, row.agency_id),
        known.standing.amounts.product,
        row.until_at.astimezone(zone).date(),
        now.astimezone(zone).date(),
    )
    if refusal is not None:
        raise Conflict(
            f"contact/{refusal.word}",
            f"Agency {row.agency_id!r} may not have it: {refusal.because}.",
        )
    return known


def _check(command: ProposePlacement, now: datetime) -> None:
    problem = _problem(command, now)
    if problem:
        raise Invalid(
            "contact/placement_is_wrong", f"Placement {command.placement_id!r}: {problem}"
        )


def _problem(command: ProposePlacement, now: datetime) -> str:
    if command.until_at <= max(command.from_at, now):
        return f"it ends at {command.until_at.isoformat()}, not after its start and now."
    foreign = sorted(set(command.purposes) - ENTRUSTABLE)
    if foreign:
        return f"an agency is not entrusted with {', '.join(foreign)}."
    if command.commission_kind is CommissionKind.RECOVERY_ONLY:
        return (
            "a commission on the amount recovered alone is refused (CN-CARD-66, by policy for all "
            "debts); agree a fixed part or a measure of conduct."
        )
    if command.may_entrust_further:
        return "an agency may entrust nothing further (CN-PIPL-1); place it with the other instead."
    return ""


def _row(command: ProposePlacement, now: datetime) -> PlacementRow:
    return PlacementRow(
        tenant=command.tenant,
        placement_id=command.placement_id,
        loan_id=command.loan_id,
        agency_id=command.agency_id,
        status=PlacementStatus.PROPOSED,
        purposes=[purpose.value for purpose in command.purposes],
        from_at=command.from_at,
        until_at=command.until_at,
        commission_basis_points=command.commission_basis_points,
        commission_kind=command.commission_kind,
        data_kinds=[kind.value for kind in command.data_kinds],
        return_days=command.return_days,
        bank_keeps_contact=command.bank_keeps_contact,
        proposed_by=command.by,
        proposed_at=now,
        next_look_at=command.until_at,
    )


def _check_same(command: ProposePlacement, known: PlacementRow) -> None:
    stored = replace(
        command,
        loan_id=known.loan_id,
        agency_id=known.agency_id,
        purposes=tuple(map(Purpose, known.purposes)),
        from_at=known.from_at,
        until_at=known.until_at,
        commission_basis_points=known.commission_basis_points,
        commission_kind=CommissionKind(known.commission_kind),
        data_kinds=tuple(map(DataKind, known.data_kinds)),
        return_days=known.return_days,
        bank_keeps_contact=known.bank_keeps_contact,
        may_entrust_further=False,
        by=known.proposed_by,
    )
    if stored != command:
        raise Conflict(
            "contact/placement_differs",
            f"Placement {command.placement_id!r} is kept with another content; use another id.",
        )
