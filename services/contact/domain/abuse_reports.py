"""Reads spam reports (RFC 5965): a mail program's word that a person wants no more of our mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser

from services.contact.domain.mail import is_overdone, is_report

# Our Message-ID, and the return path of one message.
_MESSAGE_ID = re.compile(r"<([0-9a-f]{32})@")
_RETURN_PATH = re.compile(r"\+([0-9a-f]{32})@")
_PARTS_MAX = 50
# RFC 6430 takes a report back; RFC 6591 speaks of signatures, not of a person.
_NO_COMPLAINT = frozenset({"", "not-spam", "auth-failure"})


def read_abuse_report(raw: bytes) -> str:
    """The attempt that somebody reported as spam; empty for what is no such report, or about none
    of our messages."""
    if not is_report(raw) or is_overdone(raw):
        return ""
    try:
        return _read(BytesParser(policy=policy.compat32).parsebytes(raw))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # The standard library's parser meets hostile mail with any of these.
        return ""


def _read(mail: Message) -> str:
    if mail.get_content_type() != "multipart/report":
        return ""
    if str(mail.get_param("report-type", "")).casefold() != "feedback-report":
        return ""
    fields = list(_within(mail, "message/feedback-report"))
    kind = next((found for each in fields if (found := _value(each, "Feedback-Type"))), "")
    if kind.casefold() in _NO_COMPLAINT:
        return ""
    named = [_MESSAGE_ID.search(_value(each, "Message-ID")) for each in _returned(mail)]
    named += [_RETURN_PATH.search(_value(each, "Original-Mail-From")) for each in fields]
    return next((found[1] for found in named if found), "")


def _returned(mail: Message) -> Iterator[Message]:
    """The headers of the message that was reported."""
    yield from _within(mail, "message/rfc822")
    for part in _parts(mail):
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            if isinstance(headers, bytes):
                yield BytesParser(policy=policy.compat32).parsebytes(headers)


def _within(mail: Message, kind: str) -> Iterator[Message]:
    for part in _parts(mail):
        if part.get_content_type() == kind:
            yield from _parts(part)


def _parts(mail: Message) -> Iterator[Message]:
    payload = mail.get_payload()
    for part in payload[:_PARTS_MAX] if isinstance(payload, list) else ():
        if isinstance(part, Message):
            yield part


def _value(part: Message, name: str) -> str:
    return str(part.get(name, "")).strip()
