"""What contact hears of a loan, and which notices it owes from then on or no more.

Everything here runs in the transaction of what was heard, with the loans locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES, Capacity, Disposition, Role
from services.contact.commands import announcing, duties
from services.contact.commands.desk import Desk
from services.contact.commands.duties import OweDuty
from services.contact.commands.owing import Addressed, ground, owed_on, rules_of
from services.contact.domain.duties import OWING_INSTALMENTS, DutyKind
from services.contact.domain.instalments import Instalment, left_of, second_missed_on
from services.contact.domain.law.facts import KnownLoan
from services.contact.domain.law.owed import Since
from services.contact.domain.standing import Standing
from services.contact.store import duties as store
from services.contact.store import instalments, people
from services.contact.store import standing as standings
from services.contact.store.duties import DutyRow
from services.contact.store.placements import PlacementRow

_ENDED = frozenset(
    {Disposition.CLOSED, Disposition.SOLD, Disposition.RECALLED, Disposition.WRITTEN_OFF}
)
# Debt that is sold is told of; nothing else is owed about a loan that the bank has no more.
_OF_A_RUNNING_LOAN = frozenset(
    {DutyKind.PRE_DUE, DutyKind.ARREARS, DutyKind.VALIDATION, DutyKind.AGENT_INTIMATION}
)
_INSTALMENT, _OWN = "instalment-", "own"
_DAY = timedelta(days=1)


async def positions_changed(
    session: AsyncSession,
    desk: Desk,
    before: Mapping[str, Disposition],
    after: Mapping[str, Standing],
    now: datetime,
) -> None:
    """Positions of these loans came: what their new standing owes is owed, and what it does not is
    owed no more. `before` are the dispositions until now."""
    ended = [loan_id for loan_id in before if after[loan_id].disposition in _ENDED]
    if ended:
        for row in await store.of_loans(session, ended, _OF_A_RUNNING_LOAN):
            await duties.drop(session, row, after[row.loan_id].because, now)
    sold = [
        loan_id
        for loan_id in ended
        if after[loan_id].disposition is Disposition.SOLD is not before[loan_id]
    ]
    for loan_id in sorted(sold):
        known = KnownLoan(loan_id, after[loan_id].amounts.product, assigned_at=now)
        heard = _Heard(session, desk, after[loan_id], now)
        wanted = await heard.owed(LIABLE_ROLES, Since.ASSIGNMENT, known)
        await duties.owe(session, await announcing.planned(session, desk, wanted), now)
    running = {loan_id: after[loan_id] for loan_id in before if loan_id not in ended}
    await _reckon_arrears(session, desk, running, now)
    await reckon(session, desk, running, now)


async def reckon(
    session: AsyncSession, desk: Desk, loan_ids: Collection[str], now: datetime
) -> None:
    """Owe a reminder of each instalment to come that is not paid; drop the others."""
    after = (now - _DAY).date()
    if not loan_ids:
        return
    coming = await instalments.with_coming(session, loan_ids, after, now)
    if not coming:
        return
    known = await standings.load(session, coming)
    told = await instalments.of_loans(session, coming)
    payments = await instalments.payments(session, coming)
    open_rows = await _open(session, coming, DutyKind.PRE_DUE, now)
    for loan_id, standing in sorted(known.items()):
        left = left_of(told[loan_id], payments.get(loan_id, ()))
        unpaid = {each.number: each for each in told[loan_id] if left[each.number] > 0}
        heard = _Heard(session, desk, standing, now)
        wanted = await heard.reminders(list(unpaid.values()), is_new=not open_rows[loan_id])
        kept = {(each.party_id, each.occasion) for each in wanted}
        for row in open_rows[loan_id]:
            if row.occasion.startswith(_INSTALMENT) and (row.party_id, row.occasion) not in kept:
                await duties.drop(session, row, _why_not(row, standing, unpaid), now)
        await duties.owe(session, wanted, now)


async def communicated(session: AsyncSession, desk: Desk, to: Addressed, now: datetime) -> None:
    """An agency, or who bought the debt, acts on a party of a loan, which is locked: the first time
    counts as its first communication, since whether it reached anybody is known only later. Who is
    asked for the debtor's whereabouts never hears of the debt."""
    if to.role is Role.CONTACT:
        return
    known = (await standings.load(session, [to.loan_id]))[to.loan_id]
    occasion = f"agency-{to.agency}" if to.agency else _OWN
    product = known.amounts.product
    to = replace(to, product=product)
    found = await ground(session, desk, to, (Since.FIRST_COMMUNICATION,), now)
    if found is None:
        return
    if await store.find(session, to.loan_id, to.party_id, DutyKind.VALIDATION, occasion) is None:
        loan = KnownLoan(to.loan_id, product, first_communication_at=now)
        await duties.owe(session, owed_on(desk, found, loan, occasion, now), now)


async def placed(session: AsyncSession, desk: Desk, row: PlacementRow, now: datetime) -> None:
    """A loan is an agency's to collect: its borrowers are to hear of it before the agency comes."""
    known = (await standings.load(session, [row.loan_id]))[row.loan_id]
    at = max(now, row.from_at)
    heard = _Heard(session, desk, known, now)
    for party_id, role in (await heard.roles()).items():
        to = replace(heard.to(party_id, role), capacity=Capacity.AGENCY, agency=row.agency_id)
        found = None
        if role in OWING_INSTALMENTS:
            found = await ground(session, desk, to, (Since.AGENTS_CONTACT,), at)
        if found is not None:
            loan = KnownLoan(row.loan_id, to.product)
            wanted = owed_on(desk, found, loan, row.placement_id, now)
            await duties.owe(session, await announcing.planned(session, desk, wanted), now)


async def placement_ended(session: AsyncSession, row: PlacementRow, now: datetime) -> None:
    """Who comes no more need not be announced."""
    for each in await store.of_loans(session, [row.loan_id], [DutyKind.AGENT_INTIMATION]):
        if each.occasion == row.placement_id:
            because = f"placement {row.placement_id} is {row.status}"
            await duties.drop(session, each, because, now)


async def _reckon_arrears(
    session: AsyncSession, desk: Desk, running: Mapping[str, Standing], now: datetime
) -> None:
    heard = [_Heard(session, desk, standing, now) for _, standing in sorted(running.items())]
    concerned = {each.standing.loan_id: each for each in heard if each.may_owe(Since.TWO_MISSED)}
    if not concerned:
        return
    told = await instalments.of_loans(session, concerned)
    open_rows = await _open(session, concerned, DutyKind.ARREARS, now)
    for loan_id, each in concerned.items():
        due_days = [instalment.due_on for instalment in told.get(loan_id, ())]
        wanted = await each.arrears_notices(due_days)
        kept = {(duty.party_id, duty.occasion) for duty in wanted}
        gone = [row for row in open_rows[loan_id] if (row.party_id, row.occasion) not in kept]
        because = "other arrears are counted now" if wanted else each.standing.because
        for row in gone:
            await duties.drop(session, row, because, now)
        await duties.owe(session, wanted, now)


@dataclass(frozen=True)
class _Heard:
    """A loan as it stands now, and the transaction in which that is known."""

    session: AsyncSession
    desk: Desk
    standing: Standing
    now: datetime

    def to(self, party_id: str, role: Role) -> Addressed:
        known = self.standing
        return Addressed(known.tenant, known.loan_id, known.amounts.product, party_id, role)

    def may_owe(self, since: Since) -> bool:
        """Whether any rule asked about this loan begins so."""
        return bool(rules_of(self.desk, self.to("", Role.BORROWER), (since,), self.now))

    async def roles(self) -> dict[str, Role]:
        """The role of each party of the loan, the one in which it owes first."""
        links = await people.links_of_loans(self.session, [self.standing.loan_id])
        ordered = sorted(links, key=lambda link: list(Role).index(link.role), reverse=True)
        return {link.party_id: link.role for link in ordered}

    async def owed(self, roles: Collection[Role], since: Since, loan: KnownLoan) -> list[OweDuty]:
        """What is owed to every party in one of the roles, told apart by its date."""
        found: list[OweDuty] = []
        for party_id, role in (await self.roles()).items():
            if role in roles:
                to = self.to(party_id, role)
                given = await ground(self.session, self.desk, to, (since,), self.now)
                found += owed_on(self.desk, given, loan, "", self.now) if given else []
        return found

    async def arrears_notices(self, due_days: Collection[date]) -> list[OweDuty]:
        amounts = self.standing.amounts
        oldest = amounts.oldest_due_on
        if self.standing.disposition is not Disposition.OVERDUE or oldest is None:
            return []
        second = second_missed_on(oldest, due_days)
        loan = KnownLoan(self.standing.loan_id, amounts.product, payments_missed_two_on=second)
        return await self.owed(OWING_INSTALMENTS, Since.TWO_MISSED, loan)

    async def reminders(self, unpaid: Sequence[Instalment], *, is_new: bool) -> list[OweDuty]:
        """Of instalments to come. One told on its day, where none was owed before, or whose day
        has begun for the party, is not reminded of."""
        zone = ZoneInfo(self.desk.tenants.get(self.standing.tenant).zone)
        today = self.now.astimezone(zone).date()
        ahead = [each for each in unpaid if each.due_on > today or not is_new]
        if self.standing.disposition is not Disposition.CURRENT or not ahead:
            return []
        found: list[OweDuty] = []
        for party_id, role in (await self.roles()).items():
            if role in OWING_INSTALMENTS:
                found += await self._reminders_of(self.to(party_id, role), ahead)
        return [each for each in found if self.now < each.owed_by]

    async def _reminders_of(self, to: Addressed, ahead: Sequence[Instalment]) -> list[OweDuty]:
        given = await ground(self.session, self.desk, to, (Since.DUE_DAY,), self.now)
        if given is None:
            return []
        loans = [
            (KnownLoan(to.loan_id, to.product, next_due_on=each.due_on), each.number)
            for each in ahead
        ]
        return [
            duty
            for loan, number in loans
            for duty in owed_on(self.desk, given, loan, f"{_INSTALMENT}{number}", self.now)
        ]


async def _open(
    session: AsyncSession, loan_ids: Collection[str], kind: DutyKind, now: datetime
) -> dict[str, list[DutyRow]]:
    """Those not yet done whose date is still to come."""
    found: dict[str, list[DutyRow]] = defaultdict(list)
    for row in await store.of_loans(session, loan_ids, [kind]):
        if row.is_open and now < row.owed_by:
            found[row.loan_id].append(row)
    return found


def _why_not(row: DutyRow, standing: Standing, unpaid: Mapping[int, Instalment]) -> str:
    """Why a reminder is owed no more."""
    if standing.disposition is not Disposition.CURRENT:
        return standing.because
    instalment = unpaid.get(int(row.occasion.removeprefix(_INSTALMENT)))
    if instalment is None:
        return "the instalment was paid before its day"
    return f"the instalment due on {instalment.due_on.isoformat()} asks for none any more"
