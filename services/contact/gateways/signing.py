"""Signed requests, both ways: HMAC-SHA256 over time, method, path and body under a shared secret.

The header is `Forbear-Signature: t=<unix seconds>,v1=<hex>`; the time makes an old request worth
nothing, method and path make it worth nothing at another door.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

HEADER = "Forbear-Signature"
TOLERANCE = timedelta(minutes=5)
SECRET_CHARACTERS_MIN = 32
_FORM = re.compile(r"^t=(\d{1,12}),v1=([0-9a-f]{64})$")


class BadSignature(Exception):
    """The request was not signed with the secret, or too long ago; the text says which."""


def sign(secret: str, at: datetime, method: str, path: str, body: bytes) -> str:
    """The header's value; `path` is without scheme, host and query."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, method, path, body)}"


def verify(secret: str, header: str, now: datetime, of: tuple[str, str, bytes]) -> None:
    """`of` is (method, path, body); raises `BadSignature`."""
    found = _FORM.match(header)
    if found is None:
        raise BadSignature(f"the header {HEADER} must read t=<unix seconds>,v1=<64 hex digits>")
    seconds = int(found[1])
    if not hmac.compare_digest(found[2], _digest(secret, seconds, *of)):
        raise BadSignature("the signature does not fit time, method, path and body")
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > TOLERANCE:
        raise BadSignature(
            f"the signature is more than {TOLERANCE.seconds // 60} minutes off the clock here"
        )


def _digest(secret: str, seconds: int, method: str, path: str, body: bytes) -> str:
    whole = b"\n".join((str(seconds).encode(), method.upper().encode(), path.encode(), body))
    return hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()
