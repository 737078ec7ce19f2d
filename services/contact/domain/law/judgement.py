"""May this person be touched now? One pure judgement over rules that are data.

A rule objects to an act at an instant, and says until when nothing about that changes. The verdict
names the first rule that refuses and the earliest instant at which none would, so that a case
sleeps until then instead of asking again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from interfaces.values import Capacity, Channel, Direction, Purpose, Role
from services.contact.domain.law.facts import UNKNOWN_REGION, Known, KnownOverride, Proposal
from services.contact.domain.law.instants import decisive

_STEPS_MAX = 100


class Strength(StrEnum):
    HARD = "hard"
    SOFT = "soft"
    REPORT = "report"
    DUTY = "duty"


class Status(StrEnum):
    LAW = "law"
    POLICY = "policy"
    UNVERIFIED = "unverified"
    DRAFT = "draft"


@dataclass(frozen=True)
class Objection:
    """Why not, and until when at least; no end means that time alone will not change it."""

    because: str
    until: datetime | None


class Kind(Protocol):
    """How a rule looks at an act; its numbers come from the pack."""

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None: ...


@dataclass(frozen=True)
class Article:
    """What a rule says and where it stands written."""

    rule_id: str
    says: str
    strength: Strength
    status: Status
    source: str
    confidence: str
    test: str = ""


class KindOfAct(NamedTuple):
    """What decides which rules concern an act."""

    channel: Channel
    purpose: Purpose
    role: Role
    capacity: Capacity
    direction: Direction
    region: str


@dataclass(frozen=True)
class Scope:
    """Which kinds of acts a rule concerns. Acts that came in are refused by nothing. Where a person
    may live in one of the regions, the rule is kept."""

    channels: frozenset[Channel] = frozenset(Channel)
    purposes: frozenset[Purpose] = frozenset(Purpose)
    roles: frozenset[Role] = frozenset(Role)
    capacities: frozenset[Capacity] = frozenset(Capacity)
    regions: frozenset[str] = frozenset()

    def covers(self, kind: KindOfAct) -> bool:
        return (
            kind.purpose in self.purposes
            and kind.channel in self.channels
            and kind.role in self.roles
            and (kind.capacity in self.capacities or self._may_lie_in(kind.region))
            and kind.direction is Direction.OUTBOUND
        )

    def _may_lie_in(self, region: str) -> bool:
        return region in self.regions or (region == UNKNOWN_REGION and bool(self.regions))


@dataclass(frozen=True)
class Rule:
    article: Article
    kind: Kind
    scope: Scope = Scope()
    in_force_from: datetime | None = None
    law_for: frozenset[str] = frozenset()
    look_back: timedelta = timedelta(0)
    is_asked_last: bool = False
    is_timeless: bool = False
    is_stopgap: bool = False

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if self.in_force_from is not None and at < self.in_force_from:
            return None
        return self.kind.objection(act, known, at)

    @property
    def is_standing(self) -> bool:
        """Whether it refuses at every instant, without another that stands in for it."""
        is_hard = self.article.strength is Strength.HARD
        return is_hard and not self.is_stopgap and self.in_force_from is None

    def status_for(self, product: str) -> Status:
        """Used on a product that its source does not speak of, a law is the bank's policy."""
        status = self.article.status
        is_wider = bool(self.law_for) and bool(product) and product not in self.law_for
        return Status.POLICY if is_wider and status is Status.LAW else status


@dataclass(frozen=True, eq=False)
class Pack:
    """The rules of one or several packs, in the order in which they are asked; known by identity,
    so that which of them concern a kind of act is worked out once."""

    label: str
    rules: tuple[Rule, ...]

    @cached_property
    def asks_for_region(self) -> bool:
        """Whether a rule depends on where in the land a person lives."""
        return any(rule.scope.regions for rule in self.rules)

    def look_back(self, role: Role, channel: Channel) -> timedelta:
        """How far back attempts matter to such an act."""
        return _look_back(self, role, channel)


@dataclass(frozen=True)
class Finding:
    """A rule that objected or reported; `override` is the recorded one that answers for it."""

    article: Article
    because: str
    until: datetime | None
    is_overridden: bool = False
    status: Status = Status.LAW
    override: KnownOverride | None = None

    @property
    def refuses(self) -> bool:
        return self.article.strength in (Strength.HARD, Strength.SOFT) and not self.is_overridden


@dataclass(frozen=True)
class Verdict:
    is_allowed: bool
    rule_id: str = ""
    because: str = ""
    next_allowed_at: datetime | None = None
    deciding: Finding | None = None
    findings: tuple[Finding, ...] = ()


ALLOWED = Verdict(is_allowed=True)


def judge(pack: Pack, act: Proposal, known: Known, at: datetime) -> Verdict:
    """The verdict on an act at an instant."""
    rules = _rules(pack, act, known)
    findings = tuple(_findings(rules, act, known, at))
    if not findings:
        return ALLOWED
    deciding = next((finding for finding in findings if finding.refuses), None)
    if deciding is None:
        return Verdict(True, findings=findings)
    return Verdict(
        False,
        deciding.article.rule_id,
        deciding.because,
        _earliest(rules, act, known, at, findings),
        deciding,
        findings,
    )


def judge_window(
    pack: Pack, act: Proposal, known: Known, from_at: datetime, until_at: datetime
) -> Verdict:
    """The verdict on an act at any instant of a window, its end excluded. Where nothing objected
    so far, the rules that look at no time need not be asked again."""
    seen: dict[str, Finding] = {}
    timed = [rule for rule in _rules(pack, act, known) if not rule.is_timeless]
    for instant in decisive(known, from_at, until_at):
        is_asked = instant > from_at and not seen
        if is_asked and not any(rule.objection(act, known, instant) for rule in timed):
            continue
        verdict = judge(pack, act, known, instant)
        if not verdict.is_allowed:
            return verdict
        for finding in verdict.findings:
            seen.setdefault(finding.article.rule_id, finding)
    return Verdict(True, findings=tuple(seen.values())) if seen else ALLOWED


@lru_cache(maxsize=1_024)
def _look_back(pack: Pack, role: Role, channel: Channel) -> timedelta:
    concerned = [r for r in pack.rules if role in r.scope.roles and channel in r.scope.channels]
    return max((rule.look_back for rule in concerned), default=timedelta(0))


@lru_cache(maxsize=4_096)
def _concerning(pack: Pack, kind: KindOfAct) -> tuple[Rule, ...]:
    """A stopgap concerns an act where no hard rule of its kind does, and so never loosens one."""
    rules = [rule for rule in pack.rules if rule.scope.covers(kind)]
    own = {type(rule.kind) for rule in rules if rule.is_standing}
    return tuple(rule for rule in rules if not (rule.is_stopgap and type(rule.kind) in own))


def _rules(pack: Pack, act: Proposal, known: Known) -> tuple[Rule, ...]:
    kind = KindOfAct(act.channel, act.purpose, act.role, act.capacity, act.direction, known.region)
    return _concerning(pack, kind)


def _findings(
    rules: tuple[Rule, ...], act: Proposal, known: Known, at: datetime
) -> Iterator[Finding]:
    for rule in rules:
        objection = rule.objection(act, known, at)
        if objection is None:
            continue
        yield _finding(rule, objection, act, known, at)


def _finding(
    rule: Rule, objection: Objection, act: Proposal, known: Known, at: datetime
) -> Finding:
    """Soft rules alone can be overridden; one that will be is refused until then."""
    article, status = rule.article, rule.status_for(act.product)
    if article.strength is not Strength.SOFT:
        return Finding(article, objection.because, objection.until, status=status)
    fitting = [each for each in known.overrides if each.concerns(article.rule_id, act)]
    override = next((each for each in fitting if each.lasts(at)), None)
    is_overridden = override is not None or act.override is not None
    edges = [each.from_at for each in fitting if each.from_at > at]
    until = min([*edges, *([objection.until] if objection.until else [])], default=None)
    return Finding(article, objection.because, until, is_overridden, status, override)


def _earliest(
    rules: tuple[Rule, ...],
    act: Proposal,
    known: Known,
    at: datetime,
    findings: tuple[Finding, ...],
) -> datetime | None:
    """The first instant from `at` on at which no rule refuses, as far as is known today."""
    for _ in range(_STEPS_MAX):
        refusing = [finding for finding in findings if finding.refuses]
        if not refusing:
            return at
        for finding in refusing:
            if finding.until is None:
                return None
            at = max(at, finding.until)
        findings = tuple(_findings(rules, act, known, at))
    return None
