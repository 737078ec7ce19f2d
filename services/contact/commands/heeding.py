"""Which holds stand against an act, and what disputes over parts leave to be asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from interfaces.facts import HoldInterval
from interfaces.values import HoldKind
from services.contact.domain.holds import Span, concerning, disputed_minor, is_of_a_part
from services.contact.store.dockets import Docket


@dataclass(frozen=True)
class Heeded:
    """`disputed_minor` is what these parties dispute of each loan by parts."""

    holds: tuple[HoldInterval, ...]
    disputed_minor: Mapping[str, int]


def heed(docket: Docket, parties: Collection[str], at: datetime, now: datetime) -> Heeded:
    """The loans' holds, less disputes over parts where they leave a rest: they forbid nothing
    about that."""
    held = _begun(docket, at, now)
    of_loan: dict[str, list[HoldInterval]] = {}
    for hold in concerning(held, parties):
        of_loan.setdefault(docket.held_loans.get(hold.hold_id, ""), []).append(hold)
    disputed = {loan_id: disputed_minor(found, at) for loan_id, found in of_loan.items()}
    owed = {each.loan_id: each.amounts.overdue_minor for each in docket.standings}

    def leaves_a_rest(hold: HoldInterval) -> bool:
        loan_id = docket.held_loans.get(hold.hold_id, "")
        parts = max(hold.amount_minor or 0, disputed.get(loan_id, 0))
        return is_of_a_part(hold) and parts < owed.get(loan_id, 0)

    return Heeded(tuple(hold for hold in held if not leaves_a_rest(hold)), disputed)


def is_marked(held: Sequence[HoldInterval], kind: HoldKind, party_id: str, at: datetime) -> bool:
    """Whether a hold of this kind of the party's own is in force."""
    return any(
        hold.kind is kind
        and hold.party_id == party_id
        and Span(hold.from_at, hold.until_at).covers(at)
        for hold in held
    )


def _begun(docket: Docket, at: datetime, now: datetime) -> tuple[HoldInterval, ...]:
    """An act may lag behind a clock that runs fast: a hold that has begun on the clock stands
    against it all the same."""
    return tuple(
        replace(hold, from_at=at) if at < hold.from_at <= now else hold
        for hold in {hold.hold_id: hold for hold in docket.holds}.values()
    )
