"""Until when a claim may be brought to court.

Civil Code art. 188: three years from knowing of the breach, never more than twenty from the breach
itself; art. 189: a debt in instalments counts from the last one's due date; arts. 192 and 193: the
debtor who pays or acknowledges afterwards is bound again; arts. 194 and 195, with Interpretation
2008-11 (2020) arts. 8 to 17: what interrupts starts the whole time anew, for the whole claim.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

ABSOLUTE_YEARS = 20


class InterruptionKind(StrEnum):
    DEMAND = "demand"
    PAYMENT = "payment"
    ACKNOWLEDGEMENT = "acknowledgement"
    SUIT = "suit"


BINDS_AFTER_EXPIRY = frozenset({InterruptionKind.PAYMENT, InterruptionKind.ACKNOWLEDGEMENT})


@dataclass(frozen=True)
class Interruption:
    on: date
    kind: InterruptionKind


@dataclass(frozen=True)
class Claim:
    """What limitation counts from. An accelerated claim is due as a whole, so the cautious date is
    the oldest one."""

    years: int
    oldest_due_on: date | None
    last_instalment_due_on: date | None = None
    is_accelerated: bool = False

    @property
    def began_on(self) -> date | None:
        if self.is_accelerated:
            return self.oldest_due_on
        return self.last_instalment_due_on or self.oldest_due_on


def expires_on(claim: Claim, interruptions: Iterable[Interruption]) -> date | None:
    """The last day on which the claim may be brought; None while nothing has fallen due."""
    began_on = claim.began_on
    if began_on is None:
        return None
    expires, absolute = years_after(began_on, claim.years), years_after(began_on, ABSOLUTE_YEARS)
    for interruption in sorted(interruptions, key=lambda each: (each.on, each.kind)):
        is_in_time = interruption.on <= expires or interruption.kind in BINDS_AFTER_EXPIRY
        if is_in_time and interruption.on >= began_on:
            expires = max(expires, years_after(interruption.on, claim.years))
    return min(expires, absolute)


def years_after(day: date, years: int) -> date:
    """The corresponding day of a later year; a leap day's is 28 February where there is none."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
