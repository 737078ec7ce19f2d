"""Requests between providers and contact are signed: `t=<unix>,v1=<hex>` over `t.body`."""

from __future__ import annotations

import hashlib
import hmac
import re

HEADER = "X-Forbear-Signature"
TOLERANCE_SECONDS = 300
_FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signature(secret: bytes, unix_seconds: int, body: bytes) -> str:
    """The header's value for a body sent at that second."""
    return f"t={unix_seconds},v1={_digest(secret, unix_seconds, body)}"


def problem(secret: bytes, header: str, body: bytes, unix_seconds: int) -> str:
    """What is wrong with a signature, in words; nothing if it is right."""
    found = _FORM.fullmatch(header.strip())
    if found is None:
        return f"The header {HEADER} must read t=<unix seconds>,v1=<64 hexadecimal digits>."
    signed_at = int(found[1])
    if not hmac.compare_digest(_digest(secret, signed_at, body), found[2]):
        return f"The signature in {HEADER} does not fit the body; sign `t.body` with the secret."
    if abs(unix_seconds - signed_at) > TOLERANCE_SECONDS:
        return (
            f"The request was signed {abs(unix_seconds - signed_at)} seconds from now, more than "
            f"{TOLERANCE_SECONDS}; check the clock and sign each try anew."
        )
    return ""


def _digest(secret: bytes, unix_seconds: int, body: bytes) -> str:
    return hmac.new(secret, f"{unix_seconds}.".encode() + body, hashlib.sha256).hexdigest()
