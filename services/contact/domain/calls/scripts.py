"""What a collector may say, in the person's language; nothing of a debt before identity is sure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from string import Template
from typing import Any

from interfaces.values import Purpose
from services.contact.domain import treatments
from services.contact.domain.calls.queue import language_of

BEFORE = frozenset({"institution", "caller", "name"})
AFTER = BEFORE | {"amount", "since"}
_FALLBACK = "en"


class Mood(StrEnum):
    ANGER = "anger"
    AVOIDANCE = "avoidance"
    DOUBT = "doubt"
    HARDSHIP = "hardship"
    CRYING = "crying"


@dataclass(frozen=True)
class MoodAdvice:
    signs: str
    say: tuple[str, ...]
    avoid: str


@dataclass(frozen=True)
class Stage:
    """What is said of the matter at one stage, and which ways out are offered."""

    purpose: str
    questions: tuple[str, ...]
    ways_out: tuple[str, ...]


@dataclass(frozen=True)
class Script:
    """`tones`: stages as they are put to somebody vulnerable."""

    language: str
    version: int
    effective_from: date
    opening: str
    inbound: str
    recording_notice: str
    identity: tuple[str, ...]
    third_party: tuple[str, ...]
    voicemail: str
    stages: Mapping[str, Stage]
    moods: Mapping[Mood, MoodAdvice]
    vulnerable: tuple[str, ...]
    closing: tuple[str, ...]
    never_say: tuple[str, ...]
    tones: Mapping[treatments.Mood, Mapping[str, Stage]]

    @property
    def label(self) -> str:
        return f"{self.language}@{self.version}"

    @property
    def before_identity(self) -> tuple[str, ...]:
        """All that is said to somebody not identified."""
        return (
            self.opening,
            self.inbound,
            self.recording_notice,
            self.voicemail,
            *self.identity,
            *self.third_party,
        )


_OF_PURPOSE = {Purpose.REMINDER: "reminder", Purpose.SERVICE: "reminder"}


def parse_script(raw: Mapping[str, Any]) -> Script:
    """Reads a file already checked against config/scripts/schema.json; raises ValueError where
    something is filled in that must not be."""
    script = Script(
        language=raw["language"],
        version=raw["version"],
        effective_from=date.fromisoformat(raw["effective_from"]),
        opening=raw["opening"],
        inbound=raw["inbound"],
        recording_notice=raw["recording_notice"],
        identity=tuple(raw["identity"]),
        third_party=tuple(raw["third_party"]),
        voicemail=raw["voicemail"],
        stages={name: _stage(stage) for name, stage in raw["stages"].items()},
        moods={Mood(name): _advice(advice) for name, advice in raw["moods"].items()},
        vulnerable=tuple(raw["vulnerable"]),
        closing=tuple(raw["closing"]),
        never_say=tuple(raw["never_say"]),
        tones={
            treatments.Mood(tone): {name: _stage(stage) for name, stage in stages.items()}
            for tone, stages in raw.get("tones", {}).items()
        },
    )
    for said in script.before_identity:
        _check_fields(said, BEFORE)
    toned = [stage for stages in script.tones.values() for stage in stages.values()]
    for stage in (*script.stages.values(), *toned):
        for said in (stage.purpose, *stage.questions, *stage.ways_out):
            _check_fields(said, AFTER)
    return script


def choose(scripts: Iterable[Script], language: str, on: date) -> Script:
    """The newest script in force in the party's language, else in English; a language whose first
    version is still to come is spoken by it all the same."""
    newest: dict[str, Script] = {}
    for script in sorted(scripts, key=lambda script: script.version):
        spoken_in = language_of(script.language)
        if spoken_in not in newest or script.effective_from <= on:
            newest[spoken_in] = script
    return newest.get(language_of(language)) or newest[_FALLBACK]


def stage_of(
    script: Script,
    template: str,
    purpose: Purpose,
    tone: treatments.Mood = treatments.Mood.PLAIN,
) -> Stage:
    """The stage the strategy named by its template, else the one of the purpose; in the tone asked
    for, or the next plainer one that somebody wrote."""
    name = template if template in script.stages else _OF_PURPOSE.get(purpose, "follow_up")
    for each in treatments.from_tone(tone):
        if name in script.tones.get(each, {}):
            return script.tones[each][name]
    return script.stages[name]


def spoken(text: str, fields: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(fields)


def _check_fields(text: str, allowed: frozenset[str]) -> None:
    named = set(Template(text).get_identifiers())
    if not named <= allowed:
        wrong = ", ".join(sorted(named - allowed))
        raise ValueError(f"{wrong} must not be filled in here: {text!r}")


def _stage(raw: Mapping[str, Any]) -> Stage:
    return Stage(raw["purpose"], tuple(raw["questions"]), tuple(raw["ways_out"]))


def _advice(raw: Mapping[str, Any]) -> MoodAdvice:
    return MoodAdvice(raw["signs"], tuple(raw["say"]), raw["avoid"])
