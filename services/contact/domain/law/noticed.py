"""What may not be done before a notice was given, and its time to remedy has passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.contact.domain.law.clocks import DAY, day_start, local_date
from services.contact.domain.law.facts import Known, KnownLoan, NoticeKind, Proposal
from services.contact.domain.law.judgement import Objection


@dataclass(frozen=True)
class NoticeBefore:
    """Of each loan the debtor got a notice of what is overdue now, and so many whole days after the
    day on which it arrived have passed for the debtor, wherever it may be. A notice that is not
    known to have arrived sets no time running, nor does one of arrears that were paid since."""

    notice: NoticeKind
    days: int

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        concerned = {each.loan_id: each for each in known.loans}
        loan_ids = act.loan_ids or tuple(concerned)
        if not loan_ids:
            return Objection(f"no loan is named, so no {self.notice.value} notice is known", None)
        over: list[datetime] = []
        for loan_id in loan_ids:
            loan = concerned.get(loan_id, KnownLoan(loan_id))
            ends = min(self._ends(loan, act, known), default=None)
            if ends is None:
                because = (
                    f"no {self.notice.value} notice of loan {loan_id} is known to have arrived"
                )
                return Objection(because, None)
            over.append(ends)
        until = max(over)
        if at >= until:
            return None
        return Objection(f"the {self.days} days of the {self.notice.value} notice still run", until)

    def _ends(self, loan: KnownLoan, act: Proposal, known: Known) -> Iterator[datetime]:
        """When the time of each notice to the debtor is over, in the last of its zones."""
        for given in known.notices:
            is_same = given.kind is self.notice and given.loan_id == loan.loan_id
            if not is_same or given.party_id != act.debtor_id or given.delivered_at is None:
                continue
            days = [(local_date(given.delivered_at, zone), zone) for zone in known.zones]
            since = loan.oldest_due_on
            if days and (since is None or all(day > since for day, _ in days)):
                yield max(day_start(day + DAY * (self.days + 1), zone) for day, zone in days)
