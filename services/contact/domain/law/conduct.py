"""How it is done: visits, agencies, suits on old debts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from interfaces.values import Capacity, Purpose
from services.contact.domain.law.clocks import local_date
from services.contact.domain.law.facts import Known, KnownAgency, KnownLoan, Proposal
from services.contact.domain.law.judgement import Objection


@dataclass(frozen=True)
class VisitPeople:
    """Not alone; while it is not known how many come, there is nothing to object to yet."""

    is_timeless = True

    people_min: int

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.people == 0 or act.people >= self.people_min:
            return None
        because = f"{act.people} would come to visit; at least {self.people_min} must"
        return Objection(because, None)


@dataclass(frozen=True)
class ConsentToEnter:
    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if not act.enters or act.has_consent_to_enter:
            return None
        return Objection("nobody consented to the visitors entering the dwelling", None)


@dataclass(frozen=True)
class ListedAgency:
    """Whom an agency acts for has listed it, evaluated it lately, and holds a contract with it."""

    evaluated_days_max: int

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.capacity is not Capacity.AGENCY:
            return None
        because = self.against(known.agency, act.agency, local_date(at, known.zones[0]))
        return Objection(because, None) if because else None

    def against(self, agency: KnownAgency | None, name: str, day: date) -> str:
        """Why an agency may not act on a day; empty if it may."""
        if agency is None or (name and agency.name != name):
            return f"nothing is known of the agency {name or 'that acts'}"
        if not agency.is_listed:
            return f"the agency {agency.name} is not on the bank's list"
        if agency.evaluated_on is None:
            return f"the agency {agency.name} was never evaluated"
        if (day - agency.evaluated_on).days > self.evaluated_days_max:
            return f"the agency {agency.name} was last evaluated on {agency.evaluated_on}"
        if agency.contract_until is not None and agency.contract_until < day:
            return f"the contract with the agency {agency.name} ended on {agency.contract_until}"
        return ""


@dataclass(frozen=True)
class CertifiedAgents:
    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        is_certified = known.agency is not None and known.agency.agents_certified
        if act.capacity is not Capacity.AGENCY or is_certified:
            return None
        return Objection("the agency's agents are not known to be certified", None)


@dataclass(frozen=True)
class NotArranged:
    """Nobody collects what a plan covers while it is kept. The bank itself may still remind of the
    payments to come; when it is broken, a person's word or a judgement says, not time."""

    is_timeless = True

    kinds: frozenset[str]

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.purpose is Purpose.REMINDER and act.capacity is Capacity.CREDITOR:
            return None
        for loan in known.loans:
            is_meant = not act.loan_ids or loan.loan_id in act.loan_ids
            if is_meant and loan.arrangement in self.kinds:
                return Objection(f"a {loan.arrangement} of loan {loan.loan_id} is kept", None)
        return None


@dataclass(frozen=True)
class NoSuitWhenBarred:
    """Neither a suit nor the threat of one on a debt whose limitation has expired, or of which
    nobody knows whether it has."""

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if not act.threatens_suit and act.purpose is not Purpose.COURT_SERVICE:
            return None
        for loan in known.loans:
            is_meant = not act.loan_ids or loan.loan_id in act.loan_ids
            if is_meant and not loan.is_limitation_known:
                because = f"nobody knows whether the limitation of loan {loan.loan_id} has expired"
                return Objection(because, None)
            if is_meant and any(is_barred(loan, local_date(at, zone)) for zone in known.zones):
                expired = loan.limitation_expires_on
                return Objection(f"the limitation of loan {loan.loan_id} expired {expired}", None)
        return None


def is_barred(loan: KnownLoan, day: date) -> bool:
    return loan.limitation_expires_on is not None and loan.limitation_expires_on < day


def placement_refusal(rule: ListedAgency, agency: KnownAgency, loan: KnownLoan, day: date) -> str:
    """Why a loan may not be placed with an agency on a day; empty if it may. A settled debt is
    never placed (12 CFR 1006.30(b))."""
    if loan.is_settled:
        return f"loan {loan.loan_id} is paid or settled"
    return rule.against(agency, agency.name, day)
