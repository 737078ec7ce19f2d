"""How somebody vulnerable is reached: not too often, and by a person where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from interfaces.values import Channel, Direction
from services.contact.domain.law.clocks import DAY
from services.contact.domain.law.counts import NO_COLLECTION, full_until
from services.contact.domain.law.facts import Known, KnownTreatment, PastAttempt, Proposal, Result
from services.contact.domain.law.judgement import Objection

_DAYS = 7
# Neither a bounced message nor a line that never rang has disturbed anybody.
_DISTURBED_NOBODY = frozenset({Result.UNDELIVERABLE, Result.BUSY, Result.OUT_OF_SERVICE})


@dataclass(frozen=True)
class Pace:
    """At most as many touches of the person in any seven local days with the day of the act as the
    strictest treatment allows, over loans, channels and agencies."""

    look_back = DAY * (_DAYS + 2)

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        caps = [
            each.touches_per_week_max
            for each in known.treatments
            if each.touches_per_week_max is not None and each.lasts(at)
        ]
        if not caps:
            return None
        cap = min(caps)
        if cap == 0:
            return Objection("the treatment of the party allows no touch", _changes(known, at))
        past = [each for each in known.attempts if _counts(act, each)]
        full = [end for zone in known.zones if (end := full_until(past, zone, at, cap, _DAYS))]
        if not full:
            return None
        because = f"{cap} touches of the party in {_DAYS} days, the most that its treatment allows"
        return Objection(because, min(max(full), _changes(known, at) or max(full)))


@dataclass(frozen=True)
class NoAutomatedVoice:
    """Nobody is called by a machine whose treatment asks for a person."""

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if not act.is_automated or act.channel is not Channel.CALL:
            return None
        if all(each.allows_automated_voice for each in known.treatments if each.lasts(at)):
            return None
        because = "the treatment of the party asks for a person to call"
        return Objection(because, _changes(known, at))


def _counts(act: Proposal, past: PastAttempt) -> bool:
    return (
        past.party_id == act.party_id
        and past.direction is Direction.OUTBOUND
        and past.purpose not in NO_COLLECTION
        and past.result not in _DISTURBED_NOBODY
    )


def _changes(known: Known, at: datetime) -> datetime | None:
    """When a treatment next begins or ends, if that is known."""
    edges = (edge for each in known.treatments for edge in _edges(each))
    return min((edge for edge in edges if edge > at), default=None)


def _edges(treatment: KnownTreatment) -> tuple[datetime, ...]:
    ends = (treatment.until_at,) if treatment.until_at else ()
    return (treatment.from_at, *ends)
