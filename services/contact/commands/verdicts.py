"""What the gate would say, asked without acting; and what it said, as recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from interfaces.values import LIABLE_ROLES, Channel, Purpose
from services.contact.commands.desk import Desk
from services.contact.commands.gathering import Asked, ask_for, gather
from services.contact.domain.law.facts import Known, Proposal
from services.contact.domain.law.judgement import Verdict, judge
from services.contact.domain.standing import Standing
from services.contact.store import dockets, people, verdicts
from services.contact.store import standing as standings
from services.contact.store.people import Link
from services.contact.store.tables import VerdictRow


@dataclass(frozen=True)
class AskVerdict:
    """No loan: about all loans of the party."""

    tenant: str
    party_id: str
    loan_id: str
    channel: Channel
    purpose: Purpose
    at: datetime
    people: int = 0
    enters: bool = False


@dataclass(frozen=True)
class Told:
    """`stopped` says why the loans may not be acted on at all; empty if they may."""

    label: str
    verdict: Verdict
    act: Proposal
    known: Known
    stopped: str


async def ask(session: AsyncSession, desk: Desk, query: AskVerdict) -> Told:
    """Judge without locking, recording or reserving: by the time of the act it may differ.

    Raises `contact/unknown_party`.
    """
    loan_ids = [query.loan_id] if query.loan_id else await _loans(session, query)
    links = [
        link
        for link in await people.links_of_loans(session, loan_ids)
        if link.tenant == query.tenant
    ]
    own = [link for link in links if link.party_id == query.party_id]
    if not own:
        about = f" of loan {query.loan_id!r}" if query.loan_id else ""
        raise NotFound(
            "contact/unknown_party",
            f"Party {query.party_id!r} is no party{about} of tenant {query.tenant!r}; "
            "check the id.",
        )
    standing = await standings.load(session, loan_ids)
    asked = _asked(query, own, links, standing)
    docket = await dockets.look(session, ask_for(desk, asked, query.at))
    found = gather(desk, asked, docket, query.at)
    verdict = judge(found.pack, found.act, found.known, query.at)
    stopped = _stopped(asked.loan_ids, standing)
    return Told(found.pack.label, verdict, found.act, found.known, stopped)


async def of_loan(
    session: AsyncSession, tenant: str, loan_id: str, after: int, limit: int
) -> list[VerdictRow]:
    return await verdicts.of_loan(session, tenant, loan_id, after, limit)


async def of_tenant(session: AsyncSession, tenant: str, after: int, limit: int) -> list[VerdictRow]:
    return await verdicts.of_tenant(session, tenant, after, limit)


async def _loans(session: AsyncSession, query: AskVerdict) -> list[str]:
    return await people.loans_of_party(session, query.party_id)


def _asked(
    query: AskVerdict, own: list[Link], links: list[Link], standing: dict[str, Standing]
) -> Asked:
    """In the role in which the party owes, if it does; else about the one who does."""
    link = min(own, key=lambda each: (each.role not in LIABLE_ROLES, each.loan_id, each.role))
    loan_ids = tuple(sorted({each.loan_id for each in own if each.role is link.role}))
    liable = sorted(each.party_id for each in links if each.role in LIABLE_ROLES)
    borrower = next((p for p in liable), query.party_id)
    known = standing.get(loan_ids[0])
    return Asked(
        tenant=query.tenant,
        loan_ids=loan_ids,
        product=known.amounts.product if known else "",
        party_id=query.party_id,
        role=link.role,
        debtor_id=query.party_id if link.role in LIABLE_ROLES else borrower,
        channel=query.channel,
        purpose=query.purpose,
        people=query.people,
        enters=query.enters,
    )


def _stopped(loan_ids: tuple[str, ...], standing: dict[str, Standing]) -> str:
    found = [standing.get(each) for each in loan_ids]
    if any(each is not None and not each.is_stopped for each in found):
        return ""
    whys = sorted({each.because if each else "no position of it is known yet" for each in found})
    return "; ".join(whys)
