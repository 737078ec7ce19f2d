"""Reads mail that came back: a delivery status notification (RFC 3464) about a message of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from services.contact.domain.mail import is_overdone, is_report
from services.contact.domain.refusals import is_of_address

_ATTEMPT = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})(?![0-9a-f])")
_RETURN_PATH = re.compile(r"\+([0-9a-f]{32})@")
_PARTS_MAX = 50


@dataclass(frozen=True)
class Bounce:
    """Which attempt came back; `is_final` is false while the server still tries, and
    `is_of_address` says that nobody can be reached there."""

    attempt_id: str
    is_final: bool
    status: str
    is_of_address: bool = False


def read_bounce(raw: bytes) -> Bounce | None:
    """None for what is no notification, or about none of our messages."""
    if not is_report(raw) or is_overdone(raw):
        return None
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(raw)
        return _read(mail)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # The standard library's parser meets hostile mail with any of these.
        return None


def _read(mail: Message) -> Bounce | None:
    if mail.get_content_type() != "multipart/report":
        return None
    if str(mail.get_param("report-type", "")).casefold() != "delivery-status":
        return None
    fields, returned = _report(mail)
    attempt_id = _attempt_id(mail, fields, returned)
    actions = [_value(part, "Action").casefold() for part in fields]
    if not attempt_id or not any(actions):
        return None
    status = next((found for part in fields if (found := _value(part, "Status"))), "")
    words = next((found for part in fields if (found := _value(part, "Diagnostic-Code"))), "")
    return Bounce(attempt_id, "failed" in actions, status[:20], is_of_address(f"{status} {words}"))


def _report(mail: Message) -> tuple[list[Message], list[Message]]:
    """The groups of status fields, and the headers of what came back."""
    fields: list[Message] = []
    returned: list[Message] = []
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            fields += _within(part)
        elif kind == "message/rfc822":
            returned += _within(part)
        elif kind == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            returned.append(BytesParser(policy=policy.compat32).parsebytes(_bytes(text)))
    return fields, returned


def _parts(mail: Message) -> Iterator[Message]:
    payload = mail.get_payload()
    for part in payload[:_PARTS_MAX] if isinstance(payload, list) else ():
        if isinstance(part, Message):
            yield part


def _within(part: Message) -> list[Message]:
    return list(_parts(part))


def _attempt_id(mail: Message, fields: list[Message], returned: list[Message]) -> str:
    """Named by the envelope, by our Message-ID that came back, or by our return path."""
    named = [_value(part, "Original-Envelope-Id") for part in fields]
    named += [_value(part, "Message-ID") for part in returned]
    for text in named:
        if found := _ATTEMPT.search(text):
            return found[1]
    found = _RETURN_PATH.search(_value(mail, "To"))
    return found[1] if found else ""


def _value(part: Message, name: str) -> str:
    return str(part.get(name, "")).strip()


def _bytes(payload: object) -> bytes:
    return payload if isinstance(payload, bytes) else b""
