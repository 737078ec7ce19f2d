"""The matter of a call as it stands at this moment: loans, holds, contacts, promises, ways out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.facts import HoldInterval
from interfaces.values import LIABLE_ROLES, HoldKind, Purpose
from services.contact.commands.calls import holding
from services.contact.commands.desk import Desk
from services.contact.domain import holds as spans
from services.contact.domain.calls.offers import Offers, offers_allowed
from services.contact.domain.calls.scripts import (
    Mood,
    MoodAdvice,
    Script,
    Stage,
    spoken,
    stage_of,
)
from services.contact.domain.replies import ReplyKind
from services.contact.domain.standing import Standing
from services.contact.domain.templates import amount_text
from services.contact.domain.treatments import Treatment
from services.contact.store import contacts, customer, holds, people
from services.contact.store import standing as standings
from services.contact.store.calls import CallRow

CONTACTS_MAX = 10
_VULNERABLE = frozenset({HoldKind.VULNERABILITY, HoldKind.INCAPACITY, HoldKind.HARDSHIP_REVIEW})


@dataclass(frozen=True)
class HoldView:
    kind: str
    is_of_party: bool
    until_at: datetime | None
    review_at: datetime | None


@dataclass(frozen=True)
class LoanView:
    """`may_speak`: the gate let the call speak of this loan, and nothing has stopped it since."""

    loan_id: str
    product: str
    currency: str
    overdue_minor: int
    overdue: str
    disputed_minor: int
    minimum_due_minor: int
    balance_minor: int
    oldest_due_on: date | None
    as_of: date | None
    may_speak: bool
    because: str
    holds: tuple[HoldView, ...]
    offers: Offers


@dataclass(frozen=True)
class ContactView:
    at: datetime
    channel: str
    direction: str
    purpose: str
    outcome: str


@dataclass(frozen=True)
class ReplyView:
    at: datetime
    channel: str
    kinds: tuple[str, ...]
    loan_id: str
    amount_minor: int | None


@dataclass(frozen=True)
class OptOutView:
    channel: str
    is_whole_channel: bool


@dataclass(frozen=True)
class Talk:
    """What to say: of the matter, to a mood, and to end."""

    stage: Stage
    moods: Mapping[Mood, MoodAdvice]
    now: MoodAdvice | None
    vulnerable: tuple[str, ...]
    closing: tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """`promises` are those told to contact; what the negotiation service agreed is not known here.
    `treatment` is what is asked for beyond the ordinary for somebody vulnerable."""

    loans: tuple[LoanView, ...]
    contacts: tuple[ContactView, ...]
    replies: tuple[ReplyView, ...]
    promises: tuple[ReplyView, ...]
    opt_outs: tuple[OptOutView, ...]
    talk: Talk
    treatment: Treatment


@dataclass(frozen=True)
class Request:
    row: CallRow
    script: Script
    fields: Mapping[str, str]
    mood: Mood | None


async def gather(session: AsyncSession, desk: Desk, request: Request, now: datetime) -> Matter:
    row = request.row
    links = await people.links_of_loans(session, await people.loans_of_party(session, row.party_id))
    own = contacts.of_tenant(links, row.tenant, row.party_id)
    liable = sorted({link.loan_id for link in own if link.role in LIABLE_ROLES})
    known = await standings.load(session, liable)
    held = await holds.touching(session, liable)
    views = tuple(
        _loan(desk, row, known[loan_id], _concerning(held[loan_id], row, now))
        for loan_id in liable
        if loan_id in known
    )
    attempts = await contacts.last_attempts(session, row.tenant, row.party_id, CONTACTS_MAX)
    said = await contacts.last_replies(session, row.tenant, row.party_id, CONTACTS_MAX)
    replies = tuple(
        ReplyView(r.at, r.channel, tuple(r.kinds), r.loan_id, r.amount_minor) for r in said
    )
    treatment = await customer.treatment_of(session, row.party_id)
    opted = await people.opt_outs(session, row.party_id)
    return Matter(
        loans=views,
        contacts=tuple(
            ContactView(a.from_at, a.channel, a.direction, a.purpose, a.outcome) for a in attempts
        ),
        replies=replies,
        promises=tuple(reply for reply in replies if ReplyKind.PROMISE in reply.kinds),
        opt_outs=tuple(OptOutView(each.channel, not each.point_id) for each in opted),
        talk=_talk(request, views, treatment),
        treatment=treatment,
    )


def _concerning(
    intervals: Sequence[HoldInterval], row: CallRow, now: datetime
) -> list[HoldInterval]:
    """The holds in force; those of other parties of the loan are not this person's to hear of."""
    concerned = spans.concerning(intervals, {row.party_id})
    return [hold for hold in concerned if spans.Span(hold.from_at, hold.until_at).covers(now)]


def _loan(desk: Desk, row: CallRow, standing: Standing, held: Sequence[HoldInterval]) -> LoanView:
    amounts = standing.amounts
    template, _ = _step(row)
    overdue = max(0, amounts.overdue_minor - amounts.disputed_minor)
    is_named = standing.loan_id in row.loan_ids
    return LoanView(
        loan_id=standing.loan_id,
        product=amounts.product,
        currency=amounts.currency,
        overdue_minor=overdue,
        overdue=amount_text(overdue, amounts.currency),
        disputed_minor=amounts.disputed_minor,
        minimum_due_minor=amounts.minimum_due_minor,
        balance_minor=amounts.balance_minor,
        oldest_due_on=amounts.oldest_due_on,
        as_of=amounts.as_of,
        may_speak=is_named and not standing.is_stopped and not held,
        because=standing.because,
        holds=tuple(
            HoldView(hold.kind, bool(hold.party_id), hold.until_at, hold.review_at) for hold in held
        ),
        offers=offers_allowed(desk.tenants.get(row.tenant).product(amounts.product), template),
    )


def _talk(request: Request, views: Sequence[LoanView], treatment: Treatment) -> Talk:
    spoken_of = [view for view in views if view.may_speak]
    sums: Counter[str] = Counter()
    for view in spoken_of:
        sums[view.currency] += view.overdue_minor
    since = min((view.oldest_due_on for view in spoken_of if view.oldest_due_on), default=None)
    fields = {
        **request.fields,
        "amount": " + ".join(amount_text(sums[each], each) for each in sorted(sums)) or "-",
        "since": since.isoformat() if since else "-",
    }
    template, purpose = _step(request.row)
    stage = stage_of(request.script, template, purpose, treatment.mood)
    is_held = any(hold.kind in _VULNERABLE for view in views for hold in view.holds)
    is_vulnerable = is_held or treatment.asks_for_something
    return Talk(
        stage=Stage(
            spoken(stage.purpose, fields),
            tuple(spoken(each, fields) for each in stage.questions),
            tuple(spoken(each, fields) for each in stage.ways_out),
        ),
        moods=request.script.moods,
        now=request.script.moods[request.mood] if request.mood else None,
        vulnerable=request.script.vulnerable if is_vulnerable else (),
        closing=request.script.closing,
    )


def _step(row: CallRow) -> tuple[str, Purpose]:
    """The template and purpose of the step that wished for the call; a call that came in is met
    where following up is."""
    touches = holding.touches_of(row)
    if not touches:
        return "follow_up", Purpose.COLLECTION
    return touches[0].template, touches[0].purpose
