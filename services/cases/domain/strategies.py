"""Reads treatment strategies, refuses those that would leave a case stuck, and chooses one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Any

from interfaces.calendar import DayKind, Delay
from interfaces.strategy import (
    CureRule,
    NoticeRule,
    StageRule,
    Step,
    StepKind,
    Strategy,
    Urgency,
)
from interfaces.values import LIABLE_ROLES, Channel, NoticeStatus, Purpose, Role, Stage

# Civil Code art. 188: three years, where neither the strategy nor the product says otherwise.
LIMITATION_YEARS = 3
CHANNELS_FOR_CIRCUMSTANCES = 2
_THIRD_PARTY_PURPOSES = frozenset({Purpose.SERVICE, Purpose.LOCATE, Purpose.REPLY})


@dataclass(frozen=True)
class Applies:
    """Which loans a strategy is for; an empty part means all."""

    products: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()

    def to(self, tenant: str, product: str, segment: str) -> bool:
        wanted = ((self.tenants, tenant), (self.products, product), (self.segments, segment))
        return all(not known or value in known for known, value in wanted)


@dataclass(frozen=True)
class EffectiveStrategy:
    """A version of a strategy with the first day on which it may be chosen."""

    strategy: Strategy
    effective_from: date
    applies: Applies


@dataclass(frozen=True)
class Loan:
    """What the choice looks at."""

    tenant: str
    product: str
    segment: str


def choose(
    known: Iterable[EffectiveStrategy], allowed: Sequence[str], loan: Loan, on: date
) -> Strategy | None:
    """The newest version in effect of the first of the tenant's strategies that fits the loan."""
    fitting = [
        each
        for each in known
        if each.strategy.strategy_id in allowed
        and each.effective_from <= on
        and each.applies.to(loan.tenant, loan.product, loan.segment)
    ]
    if not fitting:
        return None
    return min(fitting, key=lambda each: _preference(each, allowed)).strategy


def parse_strategy(raw: Mapping[str, Any]) -> EffectiveStrategy:
    """Reads one strategy file's content, already checked against its schema; raises ValueError
    naming what would leave a case stuck or reach the wrong person."""
    strategy = Strategy(
        strategy_id=raw["strategy_id"],
        version=raw["version"],
        cure=CureRule(raw["cure"]),
        confirmation=_delay(raw["confirmation"]),
        act_from=raw["act_from"],
        act_until=raw["act_until"],
        spread_minutes=raw["spread_minutes"],
        review=_delay(raw["review"]),
        limitation_years=raw.get("limitation_years", LIMITATION_YEARS),
        urgency=Urgency(**raw["urgency"]),
        notices=tuple(_notice(each) for each in raw["notices"]),
        stages=tuple(_stage(each) for each in raw["stages"]),
    )
    faults = list(faults_of(strategy))
    if faults:
        raise ValueError("; ".join(faults))
    applies = Applies(**{part: tuple(names) for part, names in raw["applies"].items()})
    return EffectiveStrategy(strategy, date.fromisoformat(raw["effective_from"]), applies)


def faults_of(strategy: Strategy) -> Iterator[str]:
    """What is wrong with a strategy as a whole, one sentence each."""
    yield from _hours_faults(strategy)
    yield from _ladder_faults(strategy)
    yield from _repeated("notice", [notice.kind for notice in strategy.notices])
    yield from _repeated("step key", [step.key for step in _steps(strategy.stages)])
    for step in _steps(strategy.stages):
        yield from _step_faults(strategy, step)


def _preference(each: EffectiveStrategy, allowed: Sequence[str]) -> tuple[int, int, int]:
    place = list(allowed).index(each.strategy.strategy_id)
    return place, -each.effective_from.toordinal(), -each.strategy.version


def _hours_faults(strategy: Strategy) -> Iterator[str]:
    start, end = time.fromisoformat(strategy.act_from), time.fromisoformat(strategy.act_until)
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    if minutes <= strategy.spread_minutes:
        yield (
            f"spread_minutes {strategy.spread_minutes} does not fit between act_from "
            f"{strategy.act_from} and act_until {strategy.act_until}"
        )


def _ladder_faults(strategy: Strategy) -> Iterator[str]:
    rules = strategy.stages
    if rules[0].stage is not Stage.ASSESS or rules[0].from_day != 0:
        yield "the first stage must be assess, from day 0: every case starts there"
    for lower, upper in pairwise(rules):
        if upper.stage.rung <= lower.stage.rung:
            yield f"the stage {upper.stage} must not come after {lower.stage}"
        if upper.from_day < lower.from_day:
            yield f"the stage {upper.stage} is due before {lower.stage}"
    for number, rule in enumerate(rules):
        yield from _requirement_faults(strategy, rule, rules[:number])


def _requirement_faults(
    strategy: Strategy, rule: StageRule, earlier: Sequence[StageRule]
) -> Iterator[str]:
    """What a stage waits for must be done by an earlier one, or nobody ever enters it."""
    if rule.requires_notice:
        if strategy.notice(rule.requires_notice) is None:
            yield f"{rule.stage} requires the notice {rule.requires_notice}, which is not described"
        to_borrower = (step for step in _steps(earlier) if Role.BORROWER in step.roles)
        if all(step.notice != rule.requires_notice for step in to_borrower):
            yield (
                f"{rule.stage} requires the notice {rule.requires_notice}, which no earlier stage "
                "sends to the borrower"
            )
    if rule.requires_circumstances:
        asking = {
            channel
            for step in _steps(earlier)
            if step.asks_circumstances and Role.BORROWER in step.roles
            for channel in step.channels
        }
        if len(asking) < CHANNELS_FOR_CIRCUMSTANCES:
            yield (
                f"{rule.stage} requires the borrower's circumstances, which earlier stages ask for "
                f"on {len(asking)} channels; {CHANNELS_FOR_CIRCUMSTANCES} are needed"
            )


def _step_faults(strategy: Strategy, step: Step) -> Iterator[str]:
    if step.notice and strategy.notice(step.notice) is None:
        yield f"the step {step.key} sends the notice {step.notice}, which is not described"
    if (step.every is None) != (step.times_max == 1):
        yield f"the step {step.key} needs both `every` and a `times_max` above 1, or neither"
    if step.kind is StepKind.TOUCH:
        if not step.channels or not step.template:
            yield f"the step {step.key} is a touch and needs channels and a template"
        if Channel.VISIT in step.channels:
            yield f"the step {step.key} is a touch by visit; write it as a step of kind visit"
    elif step.channels or step.notice or step.asks_circumstances:
        yield f"the step {step.key} is a {step.kind}, which has no channels, notice or questions"
    if step.purpose is Purpose.SERVICE and (step.notice or step.kind is StepKind.VISIT):
        yield f"the step {step.key} collects, so its purpose cannot be service"
    wrong = sorted(set(step.roles) - LIABLE_ROLES)
    if wrong and step.purpose not in _THIRD_PARTY_PURPOSES:
        yield f"the step {step.key} addresses {', '.join(wrong)}, who owes nothing"


def _repeated(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"the {what} {name} is given twice"


def _steps(rules: Iterable[StageRule]) -> Iterator[Step]:
    return (step for rule in rules for step in rule.steps)


def _delay(raw: Mapping[str, int]) -> Delay:
    if "working_days" in raw:
        return Delay(raw["working_days"], DayKind.WORKING)
    return Delay(raw["days"])


def _notice(raw: Mapping[str, Any]) -> NoticeRule:
    return NoticeRule(
        kind=raw["kind"],
        suffices=NoticeStatus(raw["suffices"]),
        deemed_after=_delay(raw["deemed_after"]),
        fallback_after=_delay(raw["fallback_after"]),
    )


def _stage(raw: Mapping[str, Any]) -> StageRule:
    return StageRule(
        stage=Stage(raw["stage"]),
        from_day=raw["from_day"],
        dwell=_delay(raw["dwell"]),
        requires_notice=raw.get("requires_notice", ""),
        requires_circumstances=raw.get("requires_circumstances", False),
        steps=tuple(_step(each) for each in raw.get("steps", ())),
    )


def _step(raw: Mapping[str, Any]) -> Step:
    return Step(
        key=raw["key"],
        kind=StepKind(raw["kind"]),
        roles=tuple(Role(role) for role in raw["roles"]),
        after=_delay(raw["after"]),
        every=_delay(raw["every"]) if "every" in raw else None,
        times_max=raw.get("times_max", 1),
        channels=tuple(Channel(channel) for channel in raw.get("channels", ())),
        purpose=Purpose(raw.get("purpose", Purpose.COLLECTION)),
        template=raw.get("template", ""),
        notice=raw.get("notice", ""),
        asks_circumstances=raw.get("asks_circumstances", False),
    )
