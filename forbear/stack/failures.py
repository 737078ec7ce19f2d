"""The one kind of failure the local stack reports to a person, in words that say what to do."""

from __future__ import annotations

import errno
from pathlib import Path


class StackError(Exception):
    """Something outside the code stops the stack; the message names it and the way out."""


def explain(failure: OSError, what: str, where: Path) -> StackError:
    """An operating system's refusal in the words of the person who has to mend it."""
    if failure.errno in (errno.ENOSPC, errno.EDQUOT):
        return StackError(
            f"the disk that holds {where} is full, so {what} could not be written; "
            "free at least 1 GiB or set FORBEAR_VAR to a directory on another disk"
        )
    if failure.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StackError(
            f"{what} may not be written to {where} ({failure.strerror}); give this user the "
            "directory, or set FORBEAR_VAR (state) and FORBEAR_CACHE (downloads) to others"
        )
    return StackError(f"{what} failed at {where}: {failure.strerror or failure}")
