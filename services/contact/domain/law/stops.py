"""What stops an act whatever the hour: who is addressed, holds, opt-outs, no usable point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from interfaces.facts import HoldInterval
from interfaces.values import LIABLE_ROLES, Block, Capacity, Channel, HoldKind, Purpose, Role
from services.contact.domain import holds
from services.contact.domain.law.facts import Known, Proposal, Reachability, Result
from services.contact.domain.law.judgement import Objection

_SPEAKING = frozenset({Role.ATTORNEY, Role.ADVISER})
_OPEN_TO_OTHERS = frozenset({Purpose.SERVICE, Purpose.REPLY, Purpose.COURT_SERVICE})
_AFTER_REFUSAL = frozenset({Purpose.REPLY, Purpose.COURT_SERVICE})
_NOBODY_ASKED = frozenset({Result.BUSY, Result.OUT_OF_SERVICE, Result.NO_ANSWER})
# A contact is asked for the whereabouts of one who cannot be asked; what shields that one from
# contact is the very reason.
_REASONS_TO_LOCATE = frozenset({HoldKind.DECEASED, HoldKind.INCAPACITY})


@dataclass(frozen=True)
class RightParty:
    """Only who is liable is asked for money, or who speaks for them; a contact is asked at most
    where they are, which has rules of its own."""

    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.role not in known.roles:
            return Objection(f"the party is not linked to the loan as {act.role.value}", None)
        if not known.is_debtor_liable:
            return Objection("the party it is about is not liable for the loan", None)
        if act.role in LIABLE_ROLES or act.role in _SPEAKING or act.purpose in _OPEN_TO_OTHERS:
            return None
        if act.role is Role.CONTACT and act.purpose is Purpose.LOCATE:
            return None
        return Objection(f"a party in the role {act.role.value} is not liable for the loan", None)


@dataclass(frozen=True)
class NoHold:
    """No hold of certain kinds; no kinds means any kind."""

    kinds: frozenset[HoldKind] = frozenset(HoldKind)

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        bare = self._bare(act, known)
        if bare is not None:
            return Objection(f"held: {bare.value}", None)
        if not known.holds:
            return None
        stopping = [hold for hold in self._stopping(act, known) if hold.kind in self.kinds]
        span = holds.span_at(stopping, at)
        if span is None:
            return None
        kinds = sorted({hold.kind.value for hold in stopping if _covers(hold, at)})
        return Objection(f"held: {', '.join(kinds)}", span.until_at)

    def _bare(self, act: Proposal, known: Known) -> HoldKind | None:
        """A death or a lost mind that is known without a hold, which would say until when."""
        if act.party_id != act.debtor_id or not (known.is_dead or known.is_incapacitated):
            return None
        stated = {
            HoldKind.DECEASED: known.is_dead,
            HoldKind.INCAPACITY: known.is_incapacitated,
        }
        held = {hold.kind for hold in known.holds if _blocked(act) in hold.blocks}
        return next((k for k, is_so in stated.items() if is_so and k in self.kinds - held), None)

    @staticmethod
    def _stopping(act: Proposal, known: Known) -> Iterable[HoldInterval]:
        concerned = holds.concerning(known.holds, {act.party_id, act.debtor_id})
        passing = _passing(act)
        for hold in holds.stopping(concerned, _blocked(act), act.purpose):
            is_debtors = hold.party_id in (None, act.debtor_id)
            if not (hold.kind in passing and is_debtors):
                yield hold


@dataclass(frozen=True)
class NotPlaced:
    """The bank's own collectors leave a loan alone that an agency was given alone; who bought the
    debt is the bank here."""

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        is_own = act.capacity is not Capacity.AGENCY
        if not is_own or known.placed_until is None or at >= known.placed_until:
            return None
        return Objection("the loan is placed with an agency", known.placed_until)


@dataclass(frozen=True)
class NoOptOut:
    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        is_out = any(
            out.channel is act.channel and out.point_id in ("", act.point_id)
            for out in known.opt_outs
        )
        if not is_out or not act.point_id:
            return None
        return Objection(f"the party asked not to be reached by {act.channel.value}", None)


@dataclass(frozen=True)
class UsablePoint:
    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        is_invalid = any(
            point.is_invalid for point in known.points if point.point_id == act.point_id
        )
        if act.point_id and not is_invalid:
            return None
        return Objection(f"no usable contact point for {act.channel.value} is known", None)


@dataclass(frozen=True)
class ThirdParty:
    """A contact of the debtor is asked for nothing but the way to reach one who cannot be reached,
    hears nothing of the debt, and is left alone for ever once it refuses."""

    is_timeless = True

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if known.has_refused and act.purpose not in _AFTER_REFUSAL:
            return Objection("this third party refused to be contacted, which holds for ever", None)
        if act.discloses and act.purpose is not Purpose.COURT_SERVICE:
            return Objection("a third party must not learn of the debt", None)
        is_out_of_reach = known.reachability is Reachability.LOST
        if act.purpose in _OPEN_TO_OTHERS or is_out_of_reach or known.is_dead:
            return None
        if known.is_incapacitated:
            return None
        return Objection("the debtor itself can be reached", None)


@dataclass(frozen=True)
class LocateOnce:
    """A third party is asked for the debtor's whereabouts once, unless nobody answered."""

    is_timeless = True
    look_back = timedelta(days=20_000)

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        was_asked = any(
            past.party_id == act.party_id
            and past.purpose is Purpose.LOCATE
            and past.result not in _NOBODY_ASKED
            and past.result is not Result.UNDELIVERABLE
            for past in known.attempts
        )
        if act.purpose is not Purpose.LOCATE or not was_asked:
            return None
        return Objection("this third party was asked before", None)


def _passing(act: Proposal) -> frozenset[HoldKind]:
    """The kinds of the debtor's holds, or of the loan's, that such an act passes besides those
    that its purpose passes."""
    if act.role in _SPEAKING:
        return frozenset({HoldKind.REPRESENTED})
    if act.role is Role.CONTACT and act.purpose is Purpose.LOCATE:
        return _REASONS_TO_LOCATE
    if act.is_cease_notice:
        return frozenset({HoldKind.CEASE_REQUEST})
    return frozenset()


def _blocked(act: Proposal) -> Block:
    return Block.VISIT if act.channel is Channel.VISIT else Block.CONTACT


def _covers(hold: HoldInterval, at: datetime) -> bool:
    return holds.Span(hold.from_at, hold.until_at).covers(at)
