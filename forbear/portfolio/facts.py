"""One door to every format: read a portfolio, then play it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from forbear.portfolio.forbear_csv import read_csv
from forbear.portfolio.planned import BadRow, PlannedFact, Portfolio, PortfolioError
from forbear.portfolio.player import Progress, play
from forbear.portfolio.uci import read_uci

__all__ = [
    "BadRow",
    "Format",
    "PlannedFact",
    "Portfolio",
    "PortfolioError",
    "Progress",
    "load",
    "play",
    "read",
]

SAMPLE_TENANT = "demo"


class Format(StrEnum):
    FORBEAR_CSV = "forbear-csv"
    UCI_CREDIT_CARD = "uci-credit-card"


def read(format: str, path: Path, sample: int = 1) -> Iterator[PlannedFact]:
    """The facts of a file in the order in which the bank sends them; bad rows are left out."""
    return load(Format(format), path, sample).facts


def load(format: Format, path: Path, sample: int = 1, tenant: str = SAMPLE_TENANT) -> Portfolio:
    """A file with its count, its bad rows and its facts; `tenant` is for rows that name none."""
    if sample < 1:
        raise PortfolioError(f"a sample of every {sample}th loan cannot be taken; give 1 or more")
    if format is Format.UCI_CREDIT_CARD:
        return read_uci(path, sample)
    return read_csv(path, tenant, sample)
