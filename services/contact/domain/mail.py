"""What a person wrote in a mail: the new text alone, who sent it, and what it answers."""

from __future__ import annotations

import codecs
import email
import email.policy
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

from services.contact.domain.quoting import own_words, text_of_html

TEXT_LENGTH_MAX = 10_000
BYTES_MAX = 25 * 1024 * 1024
# What hostile mail could make reading take for ever.
HEADER_LENGTH_MAX = 4_000
MULTIPARTS_MAX = 30
_READ_LENGTH_MAX, _BYTES_OF_A_LETTER_MAX = 200_000, 4
# Spellings of host names, which nobody writes in, and which take for ever to undo.
_NO_ALPHABETS = frozenset({"punycode", "idna"})
_BEGINNING_BYTES, _HEADERS_BYTES = 256 * 1024, 32 * 1024
_ANSWERS = re.compile(r"^(?:\s*(?:re|aw|fw|fwd|回复|回覆|答复|转发|轉發)\s?[:：])+", re.I)
_SENDER = re.compile(rb"^from:[^\n]{0,300}?([^\s<>\",]{1,100}@[^\s<>\",]{1,200})", re.I | re.M)
_ATTEMPT = re.compile(r"<([0-9a-f]{32})@[^<>@\s]{1,255}>")
_PARSED_HEADERS = re.compile(
    rb"^(?:content-[a-z-]{4,20}|from|to|subject|message-id|auto-submitted):"
    rb"[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Letter:
    """`text` are the sender's own words; where there are none, `whole` is all there is to see.
    `is_automatic`: an absence notice or a bounce, which nobody wrote. `is_whole`: nothing was left
    unread."""

    message_id: str
    from_address: str
    attempt_ids: tuple[str, ...]
    text: str
    is_automatic: bool
    whole: str = ""
    is_whole: bool = True


def read_mail(raw: bytes, is_ours: Callable[[str], bool] | None = None) -> Letter | None:
    """Read a message/rfc822; none for bytes that name no sender, or that nobody sane would send.
    `is_ours` tells a subject of our own messages, which says nothing of the sender's."""
    if is_overdone(raw):
        return None
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        senders = [address for _, address in getaddresses([_raw(message, "From")]) if address]
        answered = f"{_raw(message, 'In-Reply-To')} {_raw(message, 'References')}"
        subject, texts = _decoded_header(_raw(message, "Subject")), _texts(message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # The parser is lenient but not total: what it cannot read has no sender for us.
        return None
    if not senders:
        return None
    said = _ANSWERS.sub("", subject).strip()
    own = next((words for text in texts if (words := own_words(text))), "")
    parts = ["" if is_ours and is_ours(said) else said, own[:TEXT_LENGTH_MAX]]
    seen = "\n\n".join(filter(None, [subject, *texts[:1]]))
    return Letter(
        message_id=_raw(message, "Message-ID") or hashlib.sha256(raw).hexdigest(),
        from_address=senders[0],
        attempt_ids=tuple(dict.fromkeys(_ATTEMPT.findall(answered))),
        text="\n".join(filter(None, parts)),
        is_automatic=_is_automatic(message),
        whole="" if own else seen,
    )


def read_or_begin(raw: bytes, is_ours: Callable[[str], bool] | None = None) -> Letter | None:
    """A mail that is too large, or cannot be read, is read by a person; none without a sender."""
    letter = read_mail(raw, is_ours) if len(raw) <= BYTES_MAX else None
    return letter or read_beginning(raw)


def read_beginning(raw: bytes) -> Letter | None:
    """Of a mail too large, or not readable, its sender and how it begins; none without a sender.
    Nothing of it is understood, a person reads it."""
    start = raw[:_BEGINNING_BYTES].replace(b"\r\n", b"\n")
    headers, _, _ = start.partition(b"\n\n")
    found = _SENDER.search(headers[:_HEADERS_BYTES])
    if found is None:
        return None
    shown = _plain(start.decode("utf-8", "replace"))[:TEXT_LENGTH_MAX]
    return Letter(
        message_id=hashlib.sha256(raw).hexdigest(),
        from_address=found[1].decode(),
        attempt_ids=(),
        text="",
        is_automatic=False,
        whole=shown,
        is_whole=False,
    )


def _raw(message: Message, name: str) -> str:
    """As it came, unfolded: the library's own parser of headers is slow on hostile ones."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            unfolded = str(value).replace("\r", "").replace("\n", "")
            return _plain(unfolded.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    return ""


def _decoded_header(text: str) -> str:
    return _plain(str(make_header(decode_header(text)))).strip()


def _plain(text: str) -> str:
    """Without what no database and no key could keep: NUL, and bytes that were no text."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def is_overdone(raw: bytes) -> bool:
    """What nobody sane sends, and the parser would read for minutes: headers without end, and
    parts within parts within parts."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if any(len(found[0]) > HEADER_LENGTH_MAX for found in _PARSED_HEADERS.finditer(lines)):
        return True
    return lines.lower().count(b"boundary") > MULTIPARTS_MAX


def is_report(raw: bytes) -> bool:
    """Whether its headers may say that a machine reports in it; all else need not be parsed."""
    headers, _, _ = raw[:_BEGINNING_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")
    return b"multipart/report" in headers.lower()


def _is_automatic(message: Message) -> bool:
    answered = _raw(message, "Auto-Submitted").lower()
    kind = message.get_content_type()
    return answered not in ("", "no") or kind == "multipart/report"


def _texts(message: Message) -> list[str]:
    """What is to be read, plain before HTML: a part that says nothing hides no other."""
    found = {"text/plain": "", "text/html": ""}
    for part in _parts(message):
        kind = part.get_content_type()
        if kind not in found or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload(decode=True)
        body = (
            payload[: _READ_LENGTH_MAX * _BYTES_OF_A_LETTER_MAX]
            if isinstance(payload, bytes)
            else b""
        )
        text = _decoded(body, part.get_content_charset() or "utf-8")[:_READ_LENGTH_MAX]
        text = text_of_html(text) if kind == "text/html" else text
        found[kind] = f"{found[kind]}\n{text}"[:_READ_LENGTH_MAX].strip("\n")
    return [_plain(text) for text in found.values() if text.strip()]


def _parts(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _decoded(body: bytes, charset: str) -> str:
    try:
        is_alphabet = codecs.lookup(charset).name not in _NO_ALPHABETS
        return body.decode(charset if is_alphabet else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
