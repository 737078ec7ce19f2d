"""One suite run over a fake and over the real thing: what both must answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from temporalio.exceptions import ApplicationError

from chassis.errors import Rejected

FAKE_AND_REAL = ["fake", pytest.param("real", marks=pytest.mark.database)]


@contextmanager
def refused(code: str) -> Iterator[None]:
    """A service refuses by its code; a fake as the refusal reaches a workflow."""
    try:
        yield
    except Rejected as refusal:
        assert refusal.code == code
    except ApplicationError as refusal:
        assert refusal.type == code
    else:
        pytest.fail(f"not refused with {code}")
