"""What a person wrote in a mail: the new text alone, who sent it, and what it answers."""

from __future__ import annotations

import email
import email.policy
import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

TEXT_LENGTH_MAX = 10_000
# What hostile mail could make reading take for ever.
HEADER_LENGTH_MAX = 4_000
MULTIPARTS_MAX = 30
_READ_LENGTH_MAX = 200_000
_ATTEMPT = re.compile(r"<([0-9a-f]{32})@[^<>@\s]{1,255}>")
# Where the words of somebody else, or a signature, begin.
_QUOTE_BEGINS = re.compile(
    r"^\s*(?:-- ?$|_{5,}|-{2,}\s?(?:original|forwarded|原始|转发|轉發).{0,40}"
    r"|on .{5,120} wrote:\s*$|(?:from|发件人|寄件者|寄件人)\s?[:：].{0,200}$"
    r"|.{0,120}(?:写道|寫道|来信|來信)\s?[:：]\s*$|sent from my .{1,40}$|发自我的.{1,20}$"
    r"|從我的.{1,20}傳送$)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^\s*[>|]")
_PARSED_HEADERS = re.compile(
    rb"^(?:content-[a-z-]{4,20}|from|to|subject|message-id|auto-submitted):"
    rb"[^\n]*(?:\n[ \t][^\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_UNSHOWN = re.compile(r"<(style|script)\b", re.I)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr)\b[^>]{0,200}>", re.I)
_ANY_TAG = re.compile(r"<[^<>]{0,2000}>")
_HTML_QUOTE = re.compile(r"<(?:blockquote|div class=\"gmail_quote)", re.I)


@dataclass(frozen=True)
class Letter:
    """`is_automatic`: an absence notice or a bounce, which nobody wrote."""

    message_id: str
    from_address: str
    attempt_ids: tuple[str, ...]
    text: str
    is_automatic: bool


def read_mail(raw: bytes) -> Letter | None:
    """Read a message/rfc822; none for bytes that name no sender, or that nobody sane would send."""
    if is_overdone(raw):
        return None
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        senders = [address for _, address in getaddresses([_raw(message, "From")]) if address]
        answered = f"{_raw(message, 'In-Reply-To')} {_raw(message, 'References')}"
        subject, text = _decoded_header(_raw(message, "Subject")), _text(message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        # The parser is lenient but not total: what it cannot read has no sender for us.
        return None
    if not senders:
        return None
    return Letter(
        message_id=_raw(message, "Message-ID") or hashlib.sha256(raw).hexdigest(),
        from_address=senders[0],
        attempt_ids=tuple(dict.fromkeys(_ATTEMPT.findall(answered))),
        text=own_words(text)[:TEXT_LENGTH_MAX] or _own_subject(subject),
        is_automatic=_is_automatic(message),
    )


def own_words(text: str) -> str:
    """Without quoted lines, and without all that follows a signature's or a quote's beginning."""
    kept = []
    for line in _plain(text).replace("\r\n", "\n").split("\n"):
        if _QUOTE_BEGINS.match(line[:400]):
            break
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


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


def _own_subject(subject: str) -> str:
    """A mail of a subject alone says STOP as well as any; an answer's subject is ours."""
    is_answer = re.match(r"(?:re|aw|fw|fwd|回复|回覆|答复)\s?[:：]", subject, re.I)
    return "" if is_answer else subject


def _is_automatic(message: Message) -> bool:
    answered = _raw(message, "Auto-Submitted").lower()
    kind = message.get_content_type()
    return answered not in ("", "no") or kind == "multipart/report"


def _text(message: Message) -> str:
    for kind in ("text/plain", "text/html"):
        for part in _parts(message):
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                payload = part.get_payload(decode=True)
                body = payload if isinstance(payload, bytes) else b""
                text = _decoded(body, part.get_content_charset() or "utf-8")[:_READ_LENGTH_MAX]
                return _without_tags(text) if kind == "text/html" else text
    return ""


def _parts(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if not part.is_multipart():
            yield part


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _without_tags(text: str) -> str:
    quote = _HTML_QUOTE.search(text)
    own = text[: quote.start()] if quote else text
    return html.unescape(_ANY_TAG.sub("", _BREAKS.sub("\n", _shown(own))))


def _shown(text: str) -> str:
    """Without styles and scripts; one that is never closed hides all that follows."""
    kept, at, spelled = [], 0, text.lower()
    while found := _UNSHOWN.search(text, at):
        kept.append(text[at : found.start()])
        closing = spelled.find(f"</{found[1].lower()}", found.end())
        if closing < 0:
            return "".join(kept)
        end = text.find(">", closing)
        at = len(text) if end < 0 else end + 1
    return "".join([*kept, text[at:]])
