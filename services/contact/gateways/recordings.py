"""Where the recordings of calls lie, as far as the law cares: can each one be retrieved?"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Recordings(Protocol):
    def exists(self, tenant: str, reference: str) -> bool:
        """Whether a recording can be retrieved under its reference now."""


class FileRecordings:
    """Recordings as files that the telephone system leaves in a tenant's folder."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def exists(self, tenant: str, reference: str) -> bool:
        """An empty file holds no conversation, and a reference never leads out of the folder."""
        folder = (self._directory / tenant).resolve()
        file = (folder / reference).resolve()
        return file.parent == folder and file.is_file() and file.stat().st_size > 0
