"""The children's logs: bounded in size while they are written to, and read by name."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from forbear.stack.failures import StackError
from forbear.stack.process import tail

_BYTES_MAX = 8 * 1024 * 1024


def bound(directory: Path, bytes_max: int = _BYTES_MAX) -> None:
    """Move the text of each log that grew too large to `NAME.log.1`.

    Children append to a file that stays open, so it is copied and emptied, not renamed.
    """
    for log in directory.glob("*.log"):
        if log.stat().st_size > bytes_max:
            shutil.copyfile(log, log.with_name(f"{log.name}.1"))
            with log.open("r+b") as stream:
                stream.truncate(0)


def names(directory: Path) -> tuple[str, ...]:
    """The parts that have written a log."""
    return tuple(sorted(log.stem for log in directory.glob("*.log")))


def last(directory: Path, name: str | None, lines: int) -> Iterator[str]:
    """The last lines of one log, or of each, prefixed by its name."""
    for chosen in _chosen(directory, name):
        for line in tail(directory / f"{chosen}.log", lines).splitlines():
            yield line if name else f"{chosen:12} {line}"


def follow(directory: Path, name: str | None, goes_on: Callable[[], bool]) -> Iterator[str]:
    """New lines as they are written, until `goes_on` says no."""
    positions = {n: _size(directory, n) for n in _chosen(directory, name)}
    while goes_on():
        for chosen in _chosen(directory, name):
            size, read = _size(directory, chosen), positions.get(chosen, 0)
            if size != read:
                text, positions[chosen] = _whole_lines(
                    directory, chosen, read if read <= size else 0
                )
                yield from text if name else [f"{chosen:12} {line}" for line in text]
        time.sleep(0.2)


def _chosen(directory: Path, name: str | None) -> tuple[str, ...]:
    known = names(directory)
    if name is None:
        return known
    if name not in known:
        raise StackError(
            f"there is no log of {name!r} in {directory}; there are: {', '.join(known) or 'none'}"
        )
    return (name,)


def _size(directory: Path, name: str) -> int:
    return (directory / f"{name}.log").stat().st_size


def _whole_lines(directory: Path, name: str, start: int) -> tuple[list[str], int]:
    with (directory / f"{name}.log").open("rb") as stream:
        stream.seek(start)
        fresh = stream.read()
    whole = fresh[: fresh.rfind(b"\n") + 1]
    return whole.decode("utf-8", "replace").splitlines(), start + len(whole)
