"""One shape for every figure: what was measured, beside its limit in that run and its target."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`limit` is what the machine gives in the same run; `target` what was promised. Where
    `is_ceiling`, a smaller value is better."""

    name: str
    value: float
    unit: str
    limit: float
    target: float
    is_ceiling: bool = False

    @property
    def is_met(self) -> bool:
        return self.value <= self.target if self.is_ceiling else self.value >= self.target

    def as_row(self) -> dict[str, object]:
        row = asdict(self)
        del row["is_ceiling"]
        ratio = self.value / self.limit if self.limit else 0.0
        return {**row, "ratio": round(ratio, 3), "met": self.is_met}


def write(figures: Sequence[Figure], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [figure.as_row() for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
