"""What collectors go by: the scripts, the codes, and where recordings lie; read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from chassis.configuration import Misconfigured, read_documents
from chassis.settings import Settings
from services.contact.domain.calls.dispositions import Codes, in_force, parse_codes
from services.contact.domain.calls.scripts import Script, choose, parse_script
from services.contact.gateways.recordings import FileRecordings, Recordings

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class CallBooks:
    """Every version there is; what is in force is asked for with the day."""

    scripts: tuple[Script, ...]
    code_lists: tuple[Codes, ...]
    recordings: Recordings

    def codes(self, at: datetime) -> Codes:
        return in_force(self.code_lists, at.date())

    def script(self, language: str, at: datetime) -> Script:
        return choose(self.scripts, language, at.date())


def call_books(settings: Settings) -> CallBooks:
    """Raises `Misconfigured` for a file that cannot be used."""
    return CallBooks(
        scripts=_scripts(settings.config / "scripts"),
        code_lists=_codes(settings.config / "dispositions"),
        recordings=FileRecordings(settings.var / "recordings"),
    )


@lru_cache(maxsize=8)
def _scripts(directory: Path) -> tuple[Script, ...]:
    scripts = tuple(_parsed(directory, parse_script))
    if not any(script.language == "en" for script in scripts):
        raise Misconfigured(f"{directory}: a script in English is needed for every other language")
    return scripts


@lru_cache(maxsize=8)
def _codes(directory: Path) -> tuple[Codes, ...]:
    lists = tuple(_parsed(directory, parse_codes))
    if not lists:
        raise Misconfigured(f"{directory}: a list of disposition codes is needed")
    return lists


def _parsed(directory: Path, parse: Callable[[Mapping[str, Any]], Parsed]) -> list[Parsed]:
    found = []
    for path, raw in read_documents(directory).items():
        try:
            found.append(parse(raw))
        except ValueError as wrong:
            raise Misconfigured(f"{path}: {wrong}") from wrong
    return found
