"""What people still mean to do, kept on disk so that a restart goes on where it stopped."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

from events.v1.bank_pb2 import BankFact
from forbear.play.behaviour import Deed, Detail, Intent
from forbear.stack.state import write_json


@dataclass
class Entry:
    """One deed for one loan, due at an instant of case time; `entry_id` makes it repeatable."""

    entry_id: str
    loan_id: str
    deed: Deed
    at: datetime
    details: dict[str, Detail] = field(default_factory=dict)
    tries: int = 0
    is_once: bool = False


@dataclass
class Agenda:
    """The cursors over what came, the day the bank has reported, deeds to do, facts to send."""

    file: Path
    seen: int = 0
    arrived: int = 0
    reported_through: date | None = None
    entries: dict[str, Entry] = field(default_factory=dict)
    done_once: set[str] = field(default_factory=set)
    to_send: list[BankFact] = field(default_factory=list)
    sent: int = 0
    is_changed: bool = False

    def plan(self, intents: Iterable[tuple[str, datetime, str, Intent]]) -> None:
        """Take in intents as (source id, instant of the cause's answer, loan id, intent)."""
        for source, at, loan_id, intent in intents:
            entry_id = f"{loan_id}/{intent.once}" if intent.once else f"{source}/{intent.deed}"
            details = dict(intent.details)
            self.add(Entry(entry_id, loan_id, intent.deed, at, details, is_once=bool(intent.once)))

    def add(self, entry: Entry) -> None:
        """Take in one entry, unless it is there or was done for good."""
        if entry.entry_id not in self.done_once and entry.entry_id not in self.entries:
            self.entries[entry.entry_id] = entry
            self.is_changed = True

    def saw(self, seq: int) -> None:
        self.seen, self.is_changed = seq, True

    def took_in(self, seq: int) -> None:
        self.arrived, self.is_changed = seq, True

    def due(self, now: datetime) -> list[Entry]:
        return sorted((e for e in self.entries.values() if e.at <= now), key=lambda e: e.at)

    def finish(self, entry: Entry) -> None:
        self.entries.pop(entry.entry_id, None)
        if entry.is_once:
            self.done_once.add(entry.entry_id)
        self.is_changed = True

    def save(self) -> None:
        if not self.is_changed:
            return
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_json(self.file, self._content())
        self.is_changed = False

    def _content(self) -> dict[str, object]:
        sent = [base64.b64encode(fact.SerializeToString()).decode() for fact in self.to_send]
        return {
            "seen": self.seen,
            "arrived": self.arrived,
            "sent": self.sent,
            "reported_through": str(self.reported_through or ""),
            "entries": [asdict(e) | {"at": e.at.isoformat()} for e in self.entries.values()],
            "done_once": sorted(self.done_once),
            "to_send": sent,
        }


def open_agenda(file: Path) -> Agenda:
    """The agenda as it was left, or an empty one."""
    if not file.exists():
        return Agenda(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    entries = [
        Entry(**{**e, "deed": Deed(e["deed"]), "at": datetime.fromisoformat(e["at"])})
        for e in kept["entries"]
    ]
    return Agenda(
        file,
        seen=kept["seen"],
        arrived=kept.get("arrived", 0),
        sent=kept["sent"],
        reported_through=_day(kept["reported_through"]),
        entries={entry.entry_id: entry for entry in entries},
        done_once=set(kept["done_once"]),
        to_send=[BankFact.FromString(base64.b64decode(text)) for text in kept["to_send"]],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
