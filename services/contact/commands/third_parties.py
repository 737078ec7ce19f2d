"""What a contact of the debtor says binds more than its words: a stop of its is a refusal for ever,
and the death that it tells of is the debtor's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES, Role
from services.contact.commands import agreements
from services.contact.commands import party as parties
from services.contact.commands.agreements import Agree
from services.contact.commands.opting import Reply
from services.contact.commands.party import Change, tell_change
from services.contact.domain.agreements import TermKind, Terms
from services.contact.store import customer, people


@dataclass(frozen=True)
class Refused:
    """Who said stop, by what: a reply, or the link in a mail."""

    tenant: str
    party_id: str
    agreed_id: str
    evidence: str
    by: str


def in_reply(party_id: str, reply: Reply) -> Refused:
    evidence = f"reply {reply.reply_id}"
    return Refused(reply.tenant, party_id, refusal_id(reply), evidence, "reply")


async def refuse(session: AsyncSession, refused: Refused, now: datetime) -> None:
    """CN-3P-1: a contact that says stop is never reached again, on no channel; the party and its
    loans are locked."""
    party_id = refused.party_id
    loan_ids = await people.loans_of_party(session, party_id)
    links = await people.links_of_loans(session, loan_ids)
    if not any((link.party_id, link.role) == (party_id, Role.CONTACT) for link in links):
        return
    command = Agree(
        tenant=refused.tenant,
        party_id=party_id,
        agreed_id=refused.agreed_id,
        terms=Terms(TermKind.REFUSAL),
        from_at=None,
        until_at=None,
        evidence=refused.evidence,
        by=refused.by,
    )
    row = await agreements.agree(session, command, now)
    row.revoked_at = row.revoked_by = row.revoke_reason = None
    await session.flush()


async def take_back(session: AsyncSession, reply: Reply, by: str, now: datetime) -> None:
    """A person read that it was no stop: then nothing was refused. It is kept as never in force."""
    row = await customer.agreed(session, reply.tenant, refusal_id(reply))
    if row is None or row.revoked_at is not None:
        return
    party = await parties.lock(session, reply.tenant, row.party_id)
    row.revoked_at, row.revoked_by = row.from_at, by
    row.revoke_reason = f"reply {reply.reply_id} was misunderstood"
    await session.flush()
    await tell_change(session, party, Change("agreement", row.agreed_id, is_ended=True), now)


def refusal_id(reply: Reply) -> str:
    return f"reply/{reply.reply_id}/refusal"


async def debtors_of(
    session: AsyncSession, party_id: str, loan_ids: Collection[str]
) -> list[tuple[str, str]]:
    """Each loan for which this party owes nothing, with who borrowed."""
    links = await people.links_of_loans(session, loan_ids)
    liable = [each for each in links if each.role in LIABLE_ROLES]
    own = {each.loan_id for each in liable if each.party_id == party_id}
    borrowers = {each.loan_id: each.party_id for each in links if each.role is Role.BORROWER}
    return sorted((loan, who) for loan, who in borrowers.items() if loan not in own)
