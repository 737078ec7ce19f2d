"""A provider's later word about a message: taken in once, and reported as the attempt's outcome."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.commands import abuse_reports, outcomes
from services.contact.commands.desk import Desk
from services.contact.commands.outcomes import ReportOutcome
from services.contact.domain.bounces import read_bounce
from services.contact.domain.outcomes import Outcome
from services.contact.store import handovers

_log = logging.getLogger(__name__)


class Taken(StrEnum):
    """What became of a receipt. `noted` changed nothing: the server still tries."""

    TAKEN = "taken"
    REPEATED = "repeated"
    NOTED = "noted"
    NOT_A_BOUNCE = "not_a_bounce"


@dataclass(frozen=True)
class TakeReceipt:
    tenant: str
    receipt_id: str
    attempt_id: str
    outcome: Outcome
    at: datetime
    is_sending_fault: bool = False


async def take(session: AsyncSession, desk: Desk, command: TakeReceipt) -> Taken:
    """Raises `contact/unknown_attempt` and `contact/outcome_does_not_fit`; then nothing is kept,
    and the receipt may come again."""
    # Two providers may number alike, and one may say more under its number.
    said_once = f"{command.attempt_id}/{command.outcome}/{command.receipt_id}"
    is_new = await handovers.take_in(
        session, command.tenant, said_once, command.attempt_id, desk.clock.wall()
    )
    if not is_new:
        return Taken.REPEATED
    # A provider's clock may run ahead; nothing has happened later than now.
    at = min(command.at, desk.clock.now())
    report = ReportOutcome(
        tenant=command.tenant,
        attempt_id=command.attempt_id,
        outcome=command.outcome,
        at=at,
        is_sending_fault=command.is_sending_fault,
    )
    await outcomes.report(session, report)
    return Taken.TAKEN


async def take_bounce(
    session: AsyncSession, desk: Desk, tenant: str, raw: bytes
) -> tuple[Taken, str]:
    """What a returned mail says, with the attempt it is about; raises as `take` does."""
    bounce = read_bounce(raw)
    if bounce is None:
        reported = await abuse_reports.heed(session, tenant, raw, desk.clock.now())
        return (Taken.TAKEN if reported else Taken.NOT_A_BOUNCE), reported
    if not bounce.is_final:
        return Taken.NOTED, bounce.attempt_id
    command = TakeReceipt(
        tenant=tenant,
        receipt_id=f"bounce/{hashlib.sha256(raw).hexdigest()}",
        attempt_id=bounce.attempt_id,
        outcome=Outcome.UNDELIVERABLE,
        at=desk.clock.now(),
        is_sending_fault=not bounce.is_of_address,
    )
    if command.is_sending_fault:
        _log.warning(
            "a mail came back for a fault of sending",
            extra={"attempt": bounce.attempt_id, "status": bounce.status},
        )
    return await take(session, desk, command), bounce.attempt_id
