"""Whose words are whose in a mail: the sender's own, above, below and between what they answer."""

from __future__ import annotations

import html
import re

_QUOTED = re.compile(r"^\s*[>|]")
_ATTRIBUTION = re.compile(
    r"^\s*(?:on .{5,200} wrote:\s*$|.{0,120}(?:写道|寫道|来信|來信)\s?[:：]\s*$)", re.IGNORECASE
)
# From here on words of others may stand without a mark.
_OTHERS_BEGIN = re.compile(
    r"^\s*(?:-{2,}\s?(?:original|forwarded|原始|转发|轉發).{0,40}"
    r"|(?:from|发件人|寄件者|寄件人)\s?[:：].{0,200}$)",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^\s*(?:-- ?$|_{5,}|sent from my .{1,40}$|发自我的.{1,20}$|從我的.{1,20}傳送$)", re.IGNORECASE
)
# Said alone on a line it is nobody's sentence, ours least of all.
_BARE_STOP = re.compile(
    r"^\s*(?:please\s+)?(?:stop|unsubscribe|opt[ -]?out|remove me|td|t|退订|退訂|停止"
    r"|取消订阅)\W*$",
    re.I,
)
_UNSHOWN = re.compile(r"<(style|script)\b", re.I)
_ANY_TAG = re.compile(r"<(/?)([a-z!][a-z0-9]{0,20})?[^<>]{0,2000}>", re.I)
_BREAKING = frozenset(
    ("br", "p", "div", "tr", "li", "hr", "table", "h1", "h2", "h3", "blockquote", "ul", "ol")
)
_SPACES = re.compile(r"[ \t\r\n]{1,1000}")


def own_words(text: str) -> str:
    """Without what is quoted and without signatures. What follows a signature, or unmarked words of
    others, counts again after marked ones; of the unmarked only a bare STOP does."""
    lines = text.replace("\r\n", "\n").split("\n")
    kept: list[str] = []
    signed: list[str] = []
    state, number = "own", 0
    while number < len(lines):
        line, following = lines[number][:400], lines[number + 1 : number + 2]
        number += 1
        if _QUOTED.match(line):
            state = "own"
        elif _is_attribution(line, following):
            number += 0 if _ATTRIBUTION.match(line) else 1
            state = "own" if _is_quoted_next(lines, number) else "others"
        elif _OTHERS_BEGIN.match(line):
            state = "others"
        elif state == "own" and _SIGNATURE.match(line):
            state = "signature"
        elif state == "own" or _BARE_STOP.match(line):
            kept.append(lines[number - 1].rstrip())
        elif state == "signature":
            signed.append(lines[number - 1].rstrip())
    return "\n".join(kept).strip() or "\n".join(signed).strip()


def text_of_html(source: str) -> str:
    """As it is read, in lines, with what is quoted marked as in plain text; in linear time."""
    shown, depth, at = _shown(source), 0, 0
    lines = [(0, "")]

    def add(piece: str) -> None:
        words = _SPACES.sub(" ", html.unescape(piece))
        quoted, before = lines[-1]
        lines[-1] = (quoted if before.strip() else depth, before + words)

    for tag in _ANY_TAG.finditer(shown):
        add(shown[at : tag.start()])
        at, name = tag.end(), (tag[2] or "").lower()
        if name == "blockquote":
            depth = max(0, depth - 1) if tag[1] else depth + 1
        if name in _BREAKING:
            lines.append((depth, ""))
    add(shown[at:])
    return "\n".join(f"> {text}" if quoted else text.strip() for quoted, text in lines)


def _is_attribution(line: str, following: list[str]) -> bool:
    """Programs break it after the name."""
    joined = " ".join([line, *following])
    starts = line.strip()[:3].lower() == "on "
    return bool(_ATTRIBUTION.match(line) or (starts and _ATTRIBUTION.match(joined[:400])))


def _is_quoted_next(lines: list[str], number: int) -> bool:
    for line in lines[number : number + 10]:
        if line.strip():
            return bool(_QUOTED.match(line))
    return True


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
