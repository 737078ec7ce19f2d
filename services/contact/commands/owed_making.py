"""What an owed act is made of: whom it addresses, of what it may speak, and its touches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Behind, Invalid
from interfaces.contact import Touch
from interfaces.values import LIABLE_ROLES, Channel, Role
from services.contact.commands import announcing, duties
from services.contact.commands.desk import Desk
from services.contact.domain.duties import DOING, Doing, DutyKind
from services.contact.domain.instalments import left_of
from services.contact.domain.standing import Amounts, Standing
from services.contact.store import instalments, people
from services.contact.store import standing as standings
from services.contact.store.dockets import Docket
from services.contact.store.duties import DutyRow


@dataclass(frozen=True)
class OwedAct:
    """An open duty with what its act is made of; `amounts` are what the words may speak of."""

    row: DutyRow
    doing: Doing
    role: Role
    standing: Standing
    amounts: Amounts

    @property
    def name(self) -> str:
        """Tells it apart from the others of its party and kind."""
        return f"{self.row.loan_id}/{self.row.occasion}"


async def made_of(session: AsyncSession, desk: Desk, row: DutyRow, now: datetime) -> OwedAct | None:
    """None where nothing is to be done any more: the duty is dropped, left to a person, or its
    date has passed."""
    kind = DutyKind(row.kind)
    doing = DOING[kind]
    standing = (await standings.load(session, [row.loan_id])).get(row.loan_id)
    if standing is None:
        raise Behind("contact/behind", f"No position of loan {row.loan_id} is known; try again.")
    links = await people.links_of_loans(session, [row.loan_id])
    own = {link.role for link in links if link.party_id == row.party_id} & LIABLE_ROLES
    role = next((each for each in Role if each in own), None)
    amounts = await _amounts(session, row, standing)
    party = await people.party(session, row.party_id)
    language = party.language if party is not None else ""
    known = await announcing.announcement(session, desk, row, language)
    because = _why_not(doing, role, standing, amounts)
    if because:
        await duties.drop(session, row, because, now)
        return None
    is_late = kind is DutyKind.PRE_DUE and now >= row.owed_by
    is_written = party is not None and desk.library.find(doing.template, language) is not None
    if known.lacks:
        row.put_off_because = known.lacks
    if is_late or not is_written or known.lacks:
        return None
    assert role is not None and amounts is not None, "else there was a reason not to"
    return OwedAct(row, doing, role, standing, replace(amounts, names=known.names))


def standing_for(made: OwedAct, docket: Docket) -> Standing:
    """The loan is locked and was looked at: what is left is whether its records wait. Raises
    `contact/behind`."""
    if docket.is_parked:
        raise Behind(
            "contact/behind",
            f"Records about loan {made.row.loan_id} wait behind a parked one; try again.",
        )
    if made.standing.tenant != made.row.tenant:
        raise Invalid(
            "contact/other_tenant",
            f"Loan {made.row.loan_id} is not of tenant {made.row.tenant!r}.",
        )
    return replace(made.standing, amounts=made.amounts)


def touch_by(made: OwedAct, channel: Channel, now: datetime) -> Touch:
    """What the gate is to judge."""
    return replace(
        touch_of(made.row, channel, now),
        role=made.role,
        episode=made.standing.episode,
        position_version=made.standing.position_version,
    )


def touch_of(row: DutyRow, channel: Channel, now: datetime) -> Touch:
    """A round's touch by a channel has one key, however often it is tried."""
    doing = DOING[DutyKind(row.kind)]
    return Touch(
        key=f"duty/{row.loan_id}/{row.party_id}/{row.kind}/{row.occasion}/{row.round}/{channel}",
        tenant=row.tenant,
        loan_id=row.loan_id,
        episode=0,
        position_version=0,
        party_id=row.party_id,
        role=Role.BORROWER,
        about_party_id=row.party_id,
        channel=channel,
        purpose=doing.purpose,
        at=now,
        due_at=row.planned_at or now,
        template=doing.template,
        notice=row.kind if doing.is_notice else "",
    )


def _why_not(doing: Doing, role: Role | None, standing: Standing, amounts: Amounts | None) -> str:
    if standing.disposition not in doing.about:
        return standing.because
    if role is None:
        return "the party is not liable for the loan"
    return "" if amounts is not None else "the instalment was paid before its day"


async def _amounts(session: AsyncSession, row: DutyRow, standing: Standing) -> Amounts | None:
    """What the words may speak of: of a reminder the instalment to come alone, as far as it is not
    paid; none where nothing of it is left."""
    if row.kind != DutyKind.PRE_DUE:
        return standing.amounts
    told = (await instalments.of_loans(session, [row.loan_id])).get(row.loan_id, [])
    paid = (await instalments.payments(session, [row.loan_id])).get(row.loan_id, [])
    left = left_of(told, paid)
    for each in told:
        if row.occasion == f"instalment-{each.number}" and left[each.number] > 0:
            return replace(
                standing.amounts,
                currency=each.currency,
                overdue_minor=left[each.number],
                disputed_minor=0,
                oldest_due_on=each.due_on,
            )
    return None
