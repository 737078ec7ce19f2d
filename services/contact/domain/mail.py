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
from email.message import EmailMessage
from email.utils import getaddresses

TEXT_LENGTH_MAX = 10_000
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
_TAGS = re.compile(r"<(?:style|script)\b[^>]{0,500}>.{0,100000}?</(?:style|script)>", re.S | re.I)
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
    """Read a message/rfc822; none for bytes that name no sender."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        senders = [address for _, address in getaddresses([_header(message, "From")]) if address]
        answered = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
        text = _text(message)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, IndexError):
        # The parser is lenient but not total: what it cannot read has no sender for us.
        return None
    if not senders:
        return None
    subject = _header(message, "Subject")
    return Letter(
        message_id=_header(message, "Message-ID") or hashlib.sha256(raw).hexdigest(),
        from_address=senders[0],
        attempt_ids=tuple(dict.fromkeys(_ATTEMPT.findall(answered))),
        text=own_words(text)[:TEXT_LENGTH_MAX] or _own_subject(subject),
        is_automatic=_is_automatic(message),
    )


def own_words(text: str) -> str:
    """Without quoted lines, and without all that follows a signature's or a quote's beginning."""
    kept = []
    for line in text.replace("\r\n", "\n").replace("\x00", "").split("\n"):
        if _QUOTE_BEGINS.match(line[:400]):
            break
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
    return "\n".join(kept).strip()


def _header(message: EmailMessage, name: str) -> str:
    return str(message.get(name, "")).replace("\x00", "").strip()


def _own_subject(subject: str) -> str:
    """A mail of a subject alone says STOP as well as any; an answer's subject is ours."""
    is_answer = re.match(r"(?:re|aw|fw|fwd|回复|回覆|答复)\s?[:：]", subject, re.I)
    return "" if is_answer else subject


def _is_automatic(message: EmailMessage) -> bool:
    answered = _header(message, "Auto-Submitted").lower()
    kind = message.get_content_type()
    return answered not in ("", "no") or kind == "multipart/report"


def _text(message: EmailMessage) -> str:
    for kind in ("text/plain", "text/html"):
        for part in _parts(message):
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                payload = part.get_payload(decode=True)
                body = payload if isinstance(payload, bytes) else b""
                text = _decoded(body, part.get_content_charset() or "utf-8")
                return _without_tags(text) if kind == "text/html" else text
    return ""


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.walk():
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _decoded(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _without_tags(text: str) -> str:
    quote = _HTML_QUOTE.search(text)
    own = text[: quote.start()] if quote else text
    return html.unescape(_ANY_TAG.sub("", _BREAKS.sub("\n", _TAGS.sub("", own))))
