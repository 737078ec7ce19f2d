"""How somebody who is vulnerable is to be treated; several records ask for all of it together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from interfaces.values import Channel


class Mood(StrEnum):
    """The tone of templates and scripts, plainest first."""

    PLAIN = "plain"
    WARM = "warm"
    CAREFUL = "careful"


def from_tone(tone: Mood) -> Iterable[Mood]:
    """The tone and then each plainer one, down to the one before plain."""
    moods = list(Mood)
    return reversed(moods[1 : moods.index(tone) + 1])


@dataclass(frozen=True)
class Treatment:
    """What is asked for beyond the ordinary; the default asks for nothing.

    `touches_per_week_max` slows the cadence over all loans (PACE); without `allows_automated_voice`
    only a person calls (AUTOMATED-VOICE); `mood` chooses the variants of texts and scripts, plainer
    ones where none is written; `queue` names the people who take the calls.
    """

    touches_per_week_max: int | None = None
    closed_channels: frozenset[Channel] = frozenset()
    allows_automated_voice: bool = True
    mood: Mood = Mood.PLAIN
    adds_help_text: bool = False
    queue: str = ""

    @property
    def asks_for_something(self) -> bool:
        return self != ORDINARY


ORDINARY = Treatment()


def combined(treatments: Iterable[Treatment]) -> Treatment:
    """The strictest of each, whatever their order."""
    whole = ORDINARY
    for each in treatments:
        whole = _both(whole, each)
    return whole


def _both(one: Treatment, other: Treatment) -> Treatment:
    caps = [
        cap for cap in (one.touches_per_week_max, other.touches_per_week_max) if cap is not None
    ]
    return Treatment(
        touches_per_week_max=min(caps, default=None),
        closed_channels=one.closed_channels | other.closed_channels,
        allows_automated_voice=one.allows_automated_voice and other.allows_automated_voice,
        mood=max(one.mood, other.mood, key=list(Mood).index),
        adds_help_text=one.adds_help_text or other.adds_help_text,
        # Queues have no order of strictness: the first by name, so that it is always the same.
        queue=min((each for each in (one.queue, other.queue) if each), default=""),
    )


def written(treatment: Treatment) -> dict[str, object]:
    """As it is stored."""
    return {
        "touches_per_week_max": treatment.touches_per_week_max,
        "closed_channels": sorted(channel.value for channel in treatment.closed_channels),
        "allows_automated_voice": treatment.allows_automated_voice,
        "mood": treatment.mood.value,
        "adds_help_text": treatment.adds_help_text,
        "queue": treatment.queue,
    }


def read(stored: Mapping[str, Any]) -> Treatment:
    return Treatment(
        touches_per_week_max=stored["touches_per_week_max"],
        closed_channels=frozenset(map(Channel, stored["closed_channels"])),
        allows_automated_voice=stored["allows_automated_voice"],
        mood=Mood(stored["mood"]),
        adds_help_text=stored["adds_help_text"],
        queue=stored["queue"],
    )
