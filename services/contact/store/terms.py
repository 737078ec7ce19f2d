"""What a person agreed to, forbade or refused, as the docket's JSON has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from interfaces.values import Channel
from services.contact.domain.agreements import Hours, TermKind
from services.contact.domain.treatments import Treatment, read


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


@dataclass(frozen=True)
class Treated:
    """How a person is treated, with the interval in which it holds."""

    treatment: Treatment
    from_at: datetime
    until_at: datetime | None

    def lasts(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


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


def treated_of(raw: dict[str, Any]) -> Treated:
    return Treated(
        treatment=read(raw["treatment"]),
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=datetime.fromisoformat(raw["until_at"]) if raw["until_at"] else None,
    )


def treatment_terms(treated: Treated) -> list[Term]:
    """The channels that the treatment of somebody vulnerable closes, as bans."""
    return [
        Term(TermKind.BAN, channel, None, None, treated.from_at, treated.until_at)
        for channel in sorted(treated.treatment.closed_channels)
    ]


def _hours(raw: dict[str, Any]) -> Hours | None:
    if not raw["hours_from"]:
        return None
    return Hours(time.fromisoformat(raw["hours_from"]), time.fromisoformat(raw["hours_until"]))
