"""What a person agreed to, forbade or refused, as the docket's JSON has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from interfaces.values import Channel
from services.contact.domain.agreements import Hours, TermKind
from services.contact.domain.treatments import read


@dataclass(frozen=True)
class Term:
    """One word of a person, with the interval in which it holds."""

    kind: TermKind
    channel: Channel | None
    hours: Hours | None
    per_day_max: int | None
    from_at: datetime
    until_at: datetime | None
    evidence: str = ""


def term_of(raw: dict[str, Any]) -> Term:
    """A row of what was agreed; it ends when it was to end, or when it was revoked."""
    ends = (raw["until_at"], raw["revoked_at"])
    return Term(
        kind=TermKind(raw["kind"]),
        channel=Channel(raw["channel"]) if raw["channel"] else None,
        hours=_hours(raw),
        per_day_max=raw["per_day_max"],
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=min((datetime.fromisoformat(each) for each in ends if each), default=None),
        evidence=raw["evidence"],
    )


def treatment_terms(raw: dict[str, Any]) -> list[Term]:
    """The channels that the treatment of somebody vulnerable closes, as bans."""
    until = datetime.fromisoformat(raw["until_at"]) if raw["until_at"] else None
    from_at = datetime.fromisoformat(raw["from_at"])
    return [
        Term(TermKind.BAN, channel, None, None, from_at, until)
        for channel in sorted(read(raw["treatment"]).closed_channels)
    ]


def _hours(raw: dict[str, Any]) -> Hours | None:
    if not raw["hours_from"]:
        return None
    return Hours(time.fromisoformat(raw["hours_from"]), time.fromisoformat(raw["hours_until"]))
