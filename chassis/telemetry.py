"""One line per log record on stderr, and the trace context that rides along with every event."""

from __future__ import annotations

import logging
import secrets
import sys
import time
import traceback
import uuid
from collections.abc import Mapping
from pathlib import Path

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_ABOUT_CODE = (OSError, ImportError, AttributeError, TypeError, NameError, AssertionError)


def configure(name: str, level: int = logging.INFO) -> None:
    """Send this process' log to stderr as `time level service message key=value`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line(name))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiokafka", "httpx", "alembic", "uvicorn.access", "temporalio"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))


def describe(error: BaseException) -> str:
    """The error's class, code and place in our code; its text only where it cannot repeat data."""
    state = getattr(error, "sqlstate", None) or getattr(
        getattr(error, "orig", None), "sqlstate", None
    )
    words = [type(error).__name__, str(getattr(error, "code", None) or state or "")]
    # SQLSTATE class 42 is about statements and schema, never about values.
    if isinstance(error, _ABOUT_CODE) or str(state or "").startswith("42"):
        words.append(str(error).splitlines()[0][:200] if str(error) else "")
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if ours:
        words.append(f"at {Path(ours[-1].filename).name}:{ours[-1].lineno}")
    return " ".join(word for word in words if word)


def new_traceparent() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def child_of(traceparent: str | None) -> str:
    """A new span of the same trace; a new trace if the given one is not valid."""
    fields = (traceparent or "").split("-")
    if len(fields) != 4 or [len(field) for field in fields] != [2, 32, 16, 2]:
        return new_traceparent()
    return f"{fields[0]}-{fields[1]}-{secrets.token_hex(8)}-{fields[3]}"


def new_event_id() -> str:
    """A version 7 UUID: unique, and roughly sorted by the time it was made."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


class _Line(logging.Formatter):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def format(self, record: logging.LogRecord) -> str:
        second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        stamp = f"{second}.{int(record.msecs):03d}Z"
        line = f"{stamp} {record.levelname.lower()} {self._name} {record.getMessage()}"
        extras = _pairs(vars(record))
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            extras += f" error={describe(error)}\n"
            extras += "".join(traceback.format_tb(error.__traceback__)).rstrip()
        return line + extras


def _pairs(fields: Mapping[str, object]) -> str:
    return "".join(f" {key}={fields[key]}" for key in fields if key not in _STANDARD)
