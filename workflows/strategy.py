"""What a versioned treatment strategy asks for next: due stage, due steps, notices that suffice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from interfaces.calendar import Delay
from interfaces.facts import HoldInterval, Notice, PartyInRole
from interfaces.strategy import NoticeRule, StageRule, Step
from interfaces.values import Block, NoticeStatus, Role, Stage
from workflows.state import CaseState, StepRecord

STANDING_OF = {
    NoticeStatus.ATTEMPTED: 0,
    NoticeStatus.UNDELIVERABLE: 0,
    NoticeStatus.SENT: 1,
    NoticeStatus.DEEMED: 2,
    NoticeStatus.DELIVERED: 3,
}
CHANNELS_FOR_CIRCUMSTANCES = 2


@dataclass(frozen=True)
class DueStep:
    """A step owed to a party from `at` on."""

    step: Step
    party: PartyInRole
    record: StepRecord
    at: datetime


def due_stage(state: CaseState, now: datetime) -> Stage:
    """The highest rung whose day has come: a pure function of position, paused intervals and now,
    so facts may come in any order."""
    age = treatment_age_days(state, state.calendar.local_date(now))
    due = [rule.stage for rule in state.strategy.stages if rule.from_day <= age]
    return max(due, key=lambda stage: stage.rung, default=Stage.ASSESS)


def treatment_age_days(state: CaseState, today: date) -> int:
    """Days since the oldest unpaid due date, less the days on which loan or borrower was held."""
    oldest = state.position.oldest_due_on
    if oldest is None or oldest >= today:
        return 0
    days = (oldest + timedelta(days=n) for n in range(1, (today - oldest).days + 1))
    held = _held_dates(state, today)
    if not held:
        return (today - oldest).days
    return sum(not any(start <= day <= end for start, end in held) for day in days)


def _held_dates(state: CaseState, today: date) -> list[tuple[date, date]]:
    borrowers = {party.party_id for party in state.parties(Role.BORROWER)}
    return [
        (
            state.calendar.local_date(hold.from_at),
            state.calendar.local_date(hold.until_at) if hold.until_at else today,
        )
        for hold in holds(state)
        if hold.party_id is None or hold.party_id in borrowers
        if hold.amount_minor is None and Block.CONTACT in hold.blocks
    ]


def holds(state: CaseState) -> tuple[HoldInterval, ...]:
    return state.facts.holds.intervals if state.facts.holds else ()


def blocking(
    state: CaseState, now: datetime, block: Block, party_id: str | None
) -> list[HoldInterval]:
    """The holds that forbid `block` at `now` for the loan or for this party. A dispute over an
    amount forbids nothing about the rest, if there is a rest."""
    whole_minor = state.position.overdue.total_minor - state.position.tolerance_minor
    return [
        hold
        for hold in holds(state)
        if block in hold.blocks
        if hold.amount_minor is None or hold.amount_minor >= whole_minor
        if hold.party_id is None or hold.party_id == party_id
        if hold.from_at <= now and (hold.until_at is None or now < hold.until_at)
    ]


def act_instant(state: CaseState, day: date) -> datetime:
    """When this loan's acts start on a day: spread over the window by a hash of the borrower, so
    that mass timers do not fall on one instant but those of one person's loans do, and contact can
    make one touch of them."""
    hour, minute = map(int, state.strategy.act_from.split(":"))
    borrowers = state.parties(Role.BORROWER)
    whose = borrowers[0].party_id if borrowers else state.loan_id
    digest = int.from_bytes(sha256(whose.encode()).digest()[:4], "big")
    seconds = digest % (state.strategy.spread_minutes * 60 or 1)
    return state.calendar.at(day, time(hour, minute)) + timedelta(seconds=seconds)


def next_act_instant(state: CaseState, instant: datetime) -> datetime:
    """`instant` itself within the day's acting hours, else the next start of them."""
    day = state.calendar.local_date(instant)
    if instant >= acting_until(state, instant):
        return act_instant(state, day + timedelta(days=1))
    return max(act_instant(state, day), instant)


def acting_until(state: CaseState, instant: datetime) -> datetime:
    """The end of the acting hours of the instant's day."""
    hour, minute = map(int, state.strategy.act_until.split(":"))
    return state.calendar.at(state.calendar.local_date(instant), time(hour, minute))


def due_again(state: CaseState, since: datetime, delay: Delay) -> datetime:
    """The start of acting hours on the day `delay` after `since`, shortened for an urgent case."""
    day = state.calendar.add(state.calendar.local_date(since), _hurried(state, delay))
    return max(act_instant(state, day), since)


def _hurried(state: CaseState, delay: Delay) -> Delay:
    if not is_urgent(state):
        return delay
    return Delay(delay.days * state.strategy.urgency.percent // 100, delay.kind)


def is_urgent(state: CaseState) -> bool:
    urgency = state.strategy.urgency
    return (
        state.position.overdue.total_minor >= urgency.overdue_minor_from
        or state.earlier_episodes >= urgency.earlier_episodes_from
    )


def stage_rule(state: CaseState, stage: Stage) -> StageRule | None:
    return state.strategy.stage(stage)


def next_rung(state: CaseState) -> StageRule | None:
    """The strategy's next rung above the reached one."""
    above = [rule for rule in state.strategy.stages if rule.stage.rung > state.reached.rung]
    return min(above, key=lambda rule: rule.stage.rung, default=None)


def due_steps(state: CaseState) -> list[DueStep]:
    """All that the reached rung still owes, each with its earliest instant."""
    rule = stage_rule(state, state.reached)
    if rule is None:
        return []
    owed = (
        _due_step(state, step, party) for step in rule.steps for party in state.parties(*step.roles)
    )
    return sorted((due for due in owed if due), key=lambda due: due.at)


def _due_step(state: CaseState, step: Step, party: PartyInRole) -> DueStep | None:
    record = state.record(f"{state.reached}/{step.key}/{party.party_id}")
    if any(wish.step == record.key for wish in state.wishes):
        return None
    if record.times >= step.times_max or (step.channels and not open_channels(state, step, party)):
        return None
    if step.notice and has_notice(state, step.notice, party.party_id):
        return None
    if record.last_at is None:
        at = due_again(state, state.stage_since, step.after)
    elif step.every is not None:
        at = due_again(state, record.last_at, step.every)
    else:
        return None
    return DueStep(step, party, record, max(at, record.not_before or at))


def has_notice(state: CaseState, kind: str, party_id: str) -> bool:
    """Whether this party was already sent the notice in this episode."""
    found = notice(state, kind, party_id)
    return found is not None and STANDING_OF[found.status] >= STANDING_OF[NoticeStatus.SENT]


def notice(state: CaseState, kind: str, party_id: str) -> Notice | None:
    notices = state.facts.contact.notices if state.facts.contact else ()
    same = [found for found in notices if found.kind == kind and found.party_id == party_id]
    return max(same, key=lambda found: STANDING_OF[found.status], default=None)


def open_channels(state: CaseState, step: Step, party: PartyInRole) -> list[str]:
    """The step's channels that have not failed for this party, in the strategy's order."""
    record = state.record(f"{state.reached}/{step.key}/{party.party_id}")
    failed = set(record.failed)
    found = notice(state, step.notice, party.party_id) if step.notice else None
    if found is not None and found.status is NoticeStatus.UNDELIVERABLE:
        failed.add(found.channel)
    return [channel for channel in step.channels if channel not in failed]


def notice_stands_at(state: CaseState, kind: str) -> datetime | None:
    """When the borrower's notice of this kind suffices to rise; None while it cannot be known.
    Deemed delivery is derived here from the instant of sending."""
    rule = state.strategy.notice(kind)
    if rule is None:
        return state.now
    found = [notice(state, kind, party.party_id) for party in state.parties(Role.BORROWER)]
    instants = [_stands_at(state, rule, each) for each in found if each is not None]
    return min((instant for instant in instants if instant), default=None)


def _stands_at(state: CaseState, rule: NoticeRule, found: Notice) -> datetime | None:
    if found.status is NoticeStatus.DELIVERED:
        return found.delivered_at or found.sent_at
    if found.status is not NoticeStatus.SENT or found.sent_at is None:
        return None
    if rule.suffices is NoticeStatus.SENT:
        return found.sent_at
    if rule.suffices is NoticeStatus.DEEMED:
        return state.calendar.after(found.sent_at, rule.deemed_after)
    return None


def notice_waived_at(state: CaseState, kind: str) -> datetime | None:
    """When documented attempts have lasted so long that the rung may be climbed without."""
    rule = state.strategy.notice(kind)
    tried = next((each for each in state.tries if each.kind == kind), None)
    if rule is None or tried is None:
        return None
    return state.calendar.after(tried.first_at, rule.fallback_after)


def circumstances_were_asked(state: CaseState) -> bool:
    """Every borrower answered, or was asked on two channels; court is closed until then."""
    asked = state.facts.contact.circumstances if state.facts.contact else ()
    known = {
        each.party_id
        for each in asked
        if each.answered_at or len(set(each.channels_tried)) >= CHANNELS_FOR_CIRCUMSTANCES
    }
    return all(party.party_id in known for party in state.parties(Role.BORROWER))


def day_of_age(state: CaseState, age_days: int, today: date) -> date:
    """The first day from today on that has this treatment age, if no further hold comes."""
    return today + timedelta(days=max(0, age_days - treatment_age_days(state, today)))
