"""Somebody vouches that an agency returned or deleted the data of a loan it had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict
from services.contact.commands import duties
from services.contact.commands import placement_telling as telling
from services.contact.commands.duties import SettleDuty
from services.contact.commands.placement_ends import tell
from services.contact.commands.placements import locked, next_status
from services.contact.domain.duties import DutyKind
from services.contact.domain.placements import DataKind, DataManner, Step
from services.contact.settings import TOPIC
from services.contact.store.placements import PlacementRow


@dataclass(frozen=True)
class ReceiptData:
    """Which kinds came back or were deleted, who says so, and on what evidence."""

    tenant: str
    placement_id: str
    manner: DataManner
    data_kinds: frozenset[DataKind]
    evidence: str
    by: str


async def receipt(session: AsyncSession, command: ReceiptData, now: datetime) -> PlacementRow:
    """Close a placement whose data are accounted for; the same again changes nothing.

    Raises `contact/unknown_placement`, `contact/wrong_step` and `contact/data_are_missing`.
    """
    row = await locked(session, command.tenant, command.placement_id)
    said = (command.manner, command.evidence, command.by)
    if row.data_receipt_at is not None and said == (
        row.data_manner,
        row.data_evidence,
        row.data_receipt_by,
    ):
        return row
    after = next_status(row, Step.RECEIPT)
    missing = sorted(set(row.data_kinds) - command.data_kinds)
    if missing:
        raise Conflict(
            "contact/data_are_missing",
            f"Placement {row.placement_id} handed over {', '.join(row.data_kinds)}; the receipt "
            f"says nothing of {', '.join(missing)}.",
        )
    row.status, row.data_manner, row.data_evidence = after, command.manner, command.evidence
    row.data_receipt_by, row.data_receipt_at = command.by, now
    await session.flush()
    await _settle_duty(session, row, now)
    body = telling.data_returned(row, now)
    event = outbox.Event(row.tenant, row.loan_id, body, now, cause=row.placement_id)
    await outbox.append(session, TOPIC, event)
    await tell(session, row, now)
    return row


async def _settle_duty(session: AsyncSession, row: PlacementRow, now: datetime) -> None:
    command = SettleDuty(
        tenant=row.tenant,
        loan_id=row.loan_id,
        party_id="",
        kind=DutyKind.DATA_RETURN,
        occasion=row.placement_id,
        proof=row.data_evidence or "",
    )
    await duties.settle(session, command, now)
