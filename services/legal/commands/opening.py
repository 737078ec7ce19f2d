"""A matter is opened for a case, or taken over at the milestone another system proved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict
from chassis.telemetry import new_event_id
from interfaces.facts import Matter
from interfaces.legal import AdoptMatter, OpenMatter
from interfaces.tenant import Tenant
from interfaces.values import MatterStatus
from services.legal import store
from services.legal.commands import keeping
from services.legal.commands.keeping import Moment
from services.legal.domain import matters
from services.legal.settings import TOPIC
from services.legal.store import MatterRow


async def open_matter(
    session: AsyncSession, tenant: Tenant, command: OpenMatter, at: datetime
) -> Matter:
    """A loan has one matter under way: if there is one, it is the answer. Raises
    `legal/time_barred`."""
    moment = Moment(at, tenant, command.key)
    row = await _under_way(session, command, moment)
    if row is not None:
        return keeping.fact_of(row)
    row = _new_row(command, at)
    await keeping.renew_limitation(session, row, moment)
    _refuse_if_time_barred(row, moment)
    if tenant.legal_needs_approval:
        status, because = MatterStatus.AWAITING_APPROVAL, "opened; a person must approve it"
    else:
        status, because = MatterStatus.OPEN, "opened; this bank needs no approval"
    await keeping.enter(session, row, status, because, moment)
    return await keeping.publish(session, row, moment)


async def adopt(
    session: AsyncSession, tenant: Tenant, command: AdoptMatter, at: datetime
) -> Matter:
    """The proven milestone stands, with the deadline proven or the law's own."""
    moment = Moment(at, tenant, command.key)
    row = await _under_way(session, command, moment)
    if row is not None:
        return keeping.fact_of(row)
    row, proven = _new_row(command, at), command.matter
    row.court_reference = proven.court_reference
    because = f"taken over as {proven.status}, opened {proven.opened_on.isoformat()}"
    await keeping.renew_limitation(session, row, moment)
    await keeping.enter(session, row, proven.status, because, moment)
    if proven.next_deadline_on is not None and proven.status not in matters.OVER:
        row.deadline_at = matters.end_of(proven.next_deadline_on, tenant.zone)
    return await keeping.publish(session, row, moment)


async def _under_way(
    session: AsyncSession, command: OpenMatter | AdoptMatter, moment: Moment
) -> MatterRow | None:
    await outbox.lock(session, TOPIC, [command.loan_id])
    row = (await store.open_matters(session, [command.loan_id])).get(command.loan_id)
    if row is not None and row.episode < command.episode:
        row.episode = command.episode
        await keeping.publish(session, row, moment)
    return row


def _new_row(command: OpenMatter | AdoptMatter, at: datetime) -> MatterRow:
    return MatterRow(
        matter_id=new_event_id(),
        tenant=command.tenant,
        loan_id=command.loan_id,
        episode=command.episode,
        party_id=command.party_id,
        status=MatterStatus.OPEN,
        currency=command.currency,
        claim_minor=command.claim_minor,
        opened_at=at,
        given_expires_on=command.limitation_expires_on,
    )


def _refuse_if_time_barred(row: MatterRow, moment: Moment) -> None:
    expires_on = row.limitation_expires_on
    if expires_on is not None and moment.today > expires_on:
        raise Conflict(
            "legal/time_barred",
            f"Limitation of loan {row.loan_id} expired on {expires_on.isoformat()}; the claim "
            "must not be brought to court.",
            expires_on=expires_on.isoformat(),
        )
