"""Measures how well replies are understood, on any labelled file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from chassis.errors import Invalid
from chassis.settings import Settings
from services.contact import settings as contact
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import understand
from services.contact.domain.understanding.lexicon import Lexicon

# Labels do not depend on the day; one is named only because days in a text need one.
_DAY, _CURRENCY = date(2026, 3, 2), "CNY"


@dataclass(frozen=True)
class Judged:
    """A message, what it was labelled, and what was understood."""

    text: str
    labelled: frozenset[str]
    understood: frozenset[str]


def register(app: typer.Typer) -> None:
    replies = typer.Typer(help="How replies are understood.", no_args_is_help=True)
    replies.command("evaluate")(evaluate)
    app.add_typer(replies, name="replies")


def evaluate(
    file: Path,
    misses: Annotated[bool, typer.Option(help="Also list the messages misunderstood.")] = False,
) -> None:
    """Print precision and recall per label of FILE (columns text,label; several joined by `|`)."""
    judged = judge(read(file), contact.lexicon(Settings()))
    report = {"messages": len(judged), "exact": sum(_is_exact(each) for each in judged)}
    report_all: dict[str, object] = {**report, "labels": figures(judged)}
    if misses:
        report_all["misunderstood"] = [
            {
                "text": each.text,
                "label": sorted(each.labelled),
                "understood": sorted(each.understood),
            }
            for each in judged
            if not _is_exact(each)
        ]
    print(json.dumps(report_all, indent=1, ensure_ascii=False))


def read(file: Path) -> list[tuple[str, frozenset[str]]]:
    """The messages of a labelled file; raises `contact/labelled_file`."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError) as failure:
        raise Invalid("contact/labelled_file", f"{file} cannot be read: {failure}.") from failure
    return [_row(file, number, row) for number, row in enumerate(rows, start=2)]


def judge(messages: Iterable[tuple[str, frozenset[str]]], lexicon: Lexicon) -> list[Judged]:
    return [
        Judged(text, labelled, frozenset(understand(text, lexicon, _DAY, _CURRENCY).kinds))
        for text, labelled in messages
    ]


def figures(judged: Sequence[Judged]) -> dict[str, dict[str, float | int | None]]:
    """Precision and recall per label with their support; none where there is nothing to divide."""
    return {
        label.value: _figure(label.value, judged)
        for label in sorted(ReplyKind)
        if any(label in each.labelled | each.understood for each in judged)
    }


def _figure(label: str, judged: Sequence[Judged]) -> dict[str, float | int | None]:
    support = sum(label in each.labelled for each in judged)
    said = sum(label in each.understood for each in judged)
    right = sum(label in each.labelled & each.understood for each in judged)
    return {
        "precision": round(right / said, 4) if said else None,
        "recall": round(right / support, 4) if support else None,
        "support": support,
    }


def _is_exact(judged: Judged) -> bool:
    return judged.labelled == judged.understood


def _row(file: Path, number: int, row: dict[str, str | None]) -> tuple[str, frozenset[str]]:
    text, label = row.get("text"), row.get("label")
    if text is None or not label:
        raise Invalid(
            "contact/labelled_file", f"{file}:{number}: needs the columns text and label, filled."
        )
    labels = frozenset(part.strip() for part in label.split("|"))
    unknown = sorted(labels - set(ReplyKind))
    if unknown:
        known = ", ".join(sorted(ReplyKind))
        raise Invalid(
            "contact/labelled_file", f"{file}:{number}: no label {unknown[0]!r}; known: {known}."
        )
    return text, labels
