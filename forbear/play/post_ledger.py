"""What arrived at the play's post office: ids in their order, kept in a file across restarts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Arrived:
    seq: int
    attempt_id: str
    channel: str


class PostLedger:
    """Taking an id twice changes nothing."""

    def __init__(self, file: TextIO, known: list[Arrived]) -> None:
        self._file, self._in_order = file, known
        self._by_id = {each.attempt_id: each for each in known}

    def take(self, attempt_id: str, channel: str) -> None:
        if attempt_id in self._by_id:
            return
        arrived = Arrived(len(self._in_order) + 1, attempt_id, channel)
        self._file.write(json.dumps([attempt_id, channel]) + "\n")
        self._file.flush()
        self._in_order.append(arrived)
        self._by_id[attempt_id] = arrived

    def find(self, attempt_id: str) -> Arrived | None:
        return self._by_id.get(attempt_id)

    def after(self, seq: int, limit: int) -> list[Arrived]:
        return self._in_order[seq : seq + limit]

    def close(self) -> None:
        self._file.close()


def open_ledger(path: Path) -> PostLedger:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    # A line that a kill cut short was never answered for.
    whole = [json.loads(line) for line in lines if line.endswith("\n")]
    known = [Arrived(place, *each) for place, each in enumerate(whole, start=1)]
    file = path.open("w", encoding="utf-8")
    file.writelines(json.dumps([each.attempt_id, each.channel]) + "\n" for each in known)
    file.flush()
    return PostLedger(file, known)
