"""What another system proved about the sample's loans that are taken over mid-ladder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from events.v1.bank_pb2 import (
    AgreedInstalment,
    InstalmentDue,
    LoanTakenOver,
    PartyRole,
    TakenOverAgreement,
    TakenOverContact,
    TakenOverMatter,
    TakenOverNotice,
)
from forbear.portfolio.sample_cast import START, Group

NOTICES = ("reminder", "overdue_notice", "demand_letter", "offer_letter", "legal_warning")
# Three years before this day limitation last began anew: it expires within the play's first month.
LIMITATION_RESTARTED_ON = date(2023, 3, 20)

_NOTICES_OF = {"demand": 3, "ladder": 5, "matter": 5, "plan": 4, "old": 5}
_DAYS_BETWEEN = 9
_ASKED_BY = ("call", "letter")


def proven_of(
    group: Group, parties: Sequence[PartyRole], instalments: Sequence[InstalmentDue]
) -> LoanTakenOver | None:
    """The take-over fact of a loan of this group; None for a loan collected here from the start."""
    if not group.proven:
        return None
    is_old = group.proven == "old"
    last = LIMITATION_RESTARTED_ON if is_old else START - timedelta(days=3)
    borrower = parties[0].party_ref
    taken_over = LoanTakenOver(
        on=START.isoformat(),
        notices=_notices(borrower, _NOTICES_OF[group.proven], last),
        contacts=[_contact(borrower, channel, last) for channel in _ASKED_BY],
        limitation_restarted_on=last.isoformat(),
    )
    if group.proven == "plan":
        taken_over.agreement.CopyFrom(_plan(borrower, instalments))
    if group.proven == "matter":
        taken_over.matter.CopyFrom(_matter(group, instalments))
    return taken_over


def _notices(borrower: str, count: int, last: date) -> list[TakenOverNotice]:
    notices = []
    for place, kind in enumerate(NOTICES[:count]):
        sent_on = last - timedelta(days=_DAYS_BETWEEN * (count - place))
        notices.append(
            TakenOverNotice(
                kind=kind,
                party_ref=borrower,
                sent_at=_at(sent_on),
                delivered_at=_at(sent_on + timedelta(days=2)),
                evidence=f"register/{borrower}/{kind}",
            )
        )
    return notices


def _contact(borrower: str, channel: str, last: date) -> TakenOverContact:
    return TakenOverContact(
        party_ref=borrower,
        channel=channel,
        at=_at(last - timedelta(days=20)),
        was_reached=channel == "call",
        asked_circumstances=True,
    )


def _plan(borrower: str, instalments: Sequence[InstalmentDue]) -> TakenOverAgreement:
    # Four parts of a plan: two were paid there, two fall due in the play's first days.
    owed = sum(i.costs_minor + i.interest_minor + i.principal_minor for i in instalments)
    half = owed // 2
    parts = ((-56, half), (-26, half), (4, half), (11, owed - half))
    return TakenOverAgreement(
        kind="plan",
        party_ref=borrower,
        total_minor=owed + 2 * half,
        paid_minor=2 * half,
        instalments=[
            AgreedInstalment(due_on=(START + timedelta(days=day)).isoformat(), amount_minor=amount)
            for day, amount in parts
        ],
    )


def _matter(group: Group, instalments: Sequence[InstalmentDue]) -> TakenOverMatter:
    is_enforcing = group.name == "enforcing"
    opened_on = START - timedelta(days=250 if is_enforcing else 12)
    return TakenOverMatter(
        status="enforcing" if is_enforcing else "filed",
        court_reference=f"court/{instalments[0].due_on}/{len(instalments)}",
        opened_on=opened_on.isoformat(),
        next_deadline_on=(START + timedelta(days=6)).isoformat(),
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(2, 0), tzinfo=UTC)
