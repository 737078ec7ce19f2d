"""The mailbox into which a mail server delivers what people write: a Maildir on this machine.

A mail waits in `new` (or `cur`, if somebody looked at it) until it was taken in or turned away.
"""

from __future__ import annotations

import mailbox
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BYTES_MAX, _BEGINNING_BYTES = 25 * 1024 * 1024, 256 * 1024
PROCESSED, REJECTED = "processed", "rejected"
_WAITING = ("new", "cur")


class TooLarge(Exception):
    """A mail that would be read for too long; it says how large it is."""


@dataclass(frozen=True)
class Maildir:
    directory: Path

    def create(self) -> None:
        """With its folders, where they are not there yet."""
        box = mailbox.Maildir(self.directory, create=True)
        for name in ("tmp", *_WAITING):
            (self.directory / name).mkdir(exist_ok=True)
        for folder in (PROCESSED, REJECTED):
            box.add_folder(folder)

    def waiting(self) -> list[Path]:
        """The mails nobody has dealt with, the oldest first."""
        found = [each for name in _WAITING for each in self._files(name)]
        return [path for _, path in sorted(found)]

    def read(self, mail: Path) -> bytes:
        """Raises `TooLarge`, and FileNotFoundError if another process has dealt with it."""
        with mail.open("rb") as opened:
            raw = opened.read(BYTES_MAX + 1)
        if len(raw) > BYTES_MAX:
            raise TooLarge(f"the mail holds more than {BYTES_MAX} bytes")
        return raw

    def beginning(self, mail: Path) -> bytes:
        """Raises FileNotFoundError if another process has dealt with it."""
        with mail.open("rb") as opened:
            return opened.read(_BEGINNING_BYTES)

    def put_away(self, mail: Path) -> None:
        self._move(mail, PROCESSED)

    def reject(self, mail: Path, reason: str) -> None:
        """The reason is written first: no mail lies there without one."""
        folder = self.directory / f".{REJECTED}"
        name = f"{_name(mail)}.reason"
        (folder / name).write_text(f"{reason}\n", encoding="utf-8")
        self._move(mail, REJECTED)

    def forget(self, before: float) -> int:
        """Delete what was taken in and came before an instant (seconds since 1970): contact keeps
        its words, under a key of the person's own."""
        old = [path for at, path in self._files(f".{PROCESSED}/cur") if at < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _files(self, name: str) -> Iterator[tuple[float, Path]]:
        for path in (self.directory / name).iterdir():
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode) and not path.name.startswith("."):
                yield found.st_mtime, path

    def _move(self, mail: Path, folder: str) -> None:
        target = self.directory / f".{folder}" / "cur" / f"{_name(mail)}:2,S"
        while target.exists():
            target = target.with_name(f"again-{target.name}")
        try:
            mail.rename(target)
        except FileNotFoundError:
            # Another process of this service has just moved it.
            return


def _name(mail: Path) -> str:
    return mail.name.partition(":")[0]
