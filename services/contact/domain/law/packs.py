"""Rule packs as read from configuration, and which of their versions is asked when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from interfaces.values import Capacity, Channel, HoldKind, Purpose, Role
from services.contact.domain.law.facts import NoticeKind, Proposal
from services.contact.domain.law.judgement import Article, Pack, Rule, Scope, Status, Strength
from services.contact.domain.law.kinds import JUDGED, build
from services.contact.domain.law.owed import DutyRule, Since
from services.contact.domain.law.retention import RetentionRule

PLATFORM = "platform"


class UnknownPack(ValueError):
    """No such pack or version; the message names those there are."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A rule as the pack states it, judged or kept by another part of the platform."""

    article: Article
    kind: str
    parameters: Mapping[str, Any]
    kept_by: str = ""


@dataclass(frozen=True)
class LeftOut:
    rule_id: str
    reason: str
    confidence: str


@dataclass(frozen=True, eq=False)
class PackVersion:
    """One version of a pack. `products` are those its sources speak of; none means all;
    `capacities` those in which somebody acts under it."""

    name: str
    version: int
    title: str
    jurisdiction: str
    effective_from: date
    products: frozenset[str]
    rules: tuple[Rule, ...]
    duties: tuple[DutyRule, ...]
    retention: tuple[RetentionRule, ...]
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    capacities: frozenset[Capacity] = frozenset(Capacity)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def grants_cease(self) -> bool:
        """Whether a person may forbid all contact by writing so."""
        return any("cease_request" in each.parameters.get("kinds", ()) for each in self.entries)

    @property
    def held_kinds(self) -> frozenset[HoldKind]:
        """The holds that an article of its own says are kept."""
        return frozenset(
            HoldKind(kind)
            for each in self.entries
            if each.kind == "hold"
            for kind in each.parameters.get("kinds", ())
        )

    @property
    def letter_fields(self) -> tuple[str, ...]:
        """What a demand letter must contain, for the linter of templates."""
        fields = (each.parameters["fields"] for each in self.entries if each.kind == "letter")
        return tuple(field for each in fields for field in each)


class LawBook:
    """All packs by name and version; what is asked together is joined once."""

    def __init__(self, versions: Iterable[PackVersion]) -> None:
        self._by_name: dict[str, list[PackVersion]] = {}
        self._found: dict[tuple[str, date], PackVersion] = {}
        self._joined: dict[tuple[PackVersion, ...], Pack] = {}
        for each in sorted(versions, key=lambda each: (each.name, each.version)):
            self._by_name.setdefault(each.name, []).append(each)

    @property
    def versions(self) -> list[PackVersion]:
        return [version for versions in self._by_name.values() for version in versions]

    def find(self, name: str, at: datetime) -> PackVersion:
        """`name@version`, or the version of `name` in force at an instant: before the first began,
        the first. Raises `UnknownPack`."""
        day = at.astimezone(UTC).date()
        if (name, day) not in self._found:
            self._found[name, day] = self._in_force(name, day)
        return self._found[name, day]

    def pack(self, names: Sequence[str], at: datetime) -> Pack:
        """The named packs and the platform's own as one, in that order."""
        return self.joined([self.find(name, at) for name in names], at)

    def chosen(self, names: Sequence[str], act: Proposal, at: datetime) -> list[PackVersion]:
        """Of a tenant's packs those made for the act's product, or else its first."""
        found = [self.find(name, at) for name in names]
        fitting = [each for each in found if not each.products or act.product in each.products]
        return fitting or found[:1]

    def joined(self, versions: Sequence[PackVersion], at: datetime) -> Pack:
        own = [self.find(PLATFORM, at)] if PLATFORM in self._by_name else []
        parts = (*own, *(each for each in versions if each.name != PLATFORM))
        if parts not in self._joined:
            rules = [rule for each in parts for rule in each.rules]
            # Where a pack has an article of its own on a matter, that one is named.
            rules.sort(key=lambda rule: rule.is_asked_last)
            self._joined[parts] = Pack("+".join(each.label for each in parts), tuple(rules))
        return self._joined[parts]

    def _in_force(self, name: str, day: date) -> PackVersion:
        base, _, number = name.partition("@")
        found = self._by_name.get(base, [])
        if number:
            found = [each for each in found if str(each.version) == number]
        if not found:
            known = ", ".join(each.label for each in self.versions)
            raise UnknownPack(f"there is no rule pack {name!r}; known: {known}")
        in_force = [each for each in found if each.effective_from <= day]
        return in_force[-1] if in_force else found[0]


def parse_pack(raw: Mapping[str, Any]) -> PackVersion:
    """Reads one pack, already checked against config/law/schema.json."""
    scope = raw.get("scope", {})
    rules = raw["rules"]
    return PackVersion(
        name=raw["pack"],
        version=raw["version"],
        title=raw["title"],
        jurisdiction=raw["jurisdiction"],
        effective_from=date.fromisoformat(raw["effective_from"]),
        products=frozenset(scope.get("products", ())),
        rules=tuple(_rule(each, scope) for each in rules if each["kind"] in JUDGED),
        duties=tuple(_duty(each) for each in rules if each["kind"] == "duty"),
        retention=tuple(_retention(each) for each in rules if each["kind"] == "retention"),
        entries=tuple(_entry(each) for each in rules),
        left_out=tuple(
            LeftOut(each["id"], each["reason"], each.get("confidence", ""))
            for each in raw.get("left_out", ())
        ),
        capacities=frozenset(map(Capacity, scope.get("capacities", Capacity))),
    )


def _rule(raw: Mapping[str, Any], scope: Mapping[str, Any]) -> Rule:
    kind = build(raw["kind"], raw.get("with", {}))
    begins = raw.get("in_force_from")
    return Rule(
        article=_article(raw),
        kind=kind,
        scope=Scope(
            channels=frozenset(map(Channel, raw.get("channels", Channel))),
            purposes=frozenset(map(Purpose, raw.get("purposes", Purpose))),
            roles=frozenset(map(Role, raw.get("roles", Role))),
            capacities=frozenset(map(Capacity, scope.get("capacities", Capacity))),
            regions=frozenset(scope.get("regions", ())),
        ),
        in_force_from=_midnight(date.fromisoformat(begins)) if begins else None,
        law_for=frozenset(scope.get("products", ())),
        look_back=getattr(kind, "look_back", Rule.look_back),
        is_timeless=getattr(kind, "is_timeless", False) and not begins,
        is_asked_last=raw.get("asked") == "last",
        is_stopgap=raw.get("stopgap", False),
    )


def _article(raw: Mapping[str, Any]) -> Article:
    return Article(
        rule_id=raw["id"],
        says=raw["says"],
        strength=Strength(raw["strength"]),
        status=Status(raw["status"]),
        source=raw["source"],
        confidence=raw["confidence"],
        test=raw.get("test", ""),
    )


def _entry(raw: Mapping[str, Any]) -> Entry:
    return Entry(_article(raw), raw["kind"], raw.get("with", {}), raw.get("kept_by", ""))


def _duty(raw: Mapping[str, Any]) -> DutyRule:
    stated = raw["with"]
    return DutyRule(
        article=_article(raw),
        notice=NoticeKind(stated["notice"]),
        since=Since(stated["since"]),
        days=stated.get("days", 0),
        every_months=stated.get("every_months", 0),
        lead_days=stated.get("lead_days", 0),
    )


def _retention(raw: Mapping[str, Any]) -> RetentionRule:
    stated = raw["with"]
    return RetentionRule(_article(raw), stated["years"], stated["from"] == "last_activity")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
