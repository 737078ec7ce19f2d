"""All texts that one source may come to say: which way its branches go must not hide a word.

The language is that of `gateways/rendering.py`: text, values, `if`, and one level of `for`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

READINGS_MAX = 512
_TAG = re.compile(r"(\{[{%].*?[%}]\})", re.DOTALL)
_WORD = re.compile(r"\{%[-+]?\s*(\w+)")
_ENDS = {"endif", "endfor", "elif", "else"}


class TooManyBranches(Exception):
    """More readings than anybody can look through, or tags that do not fit each other."""


@dataclass
class _Tokens:
    parts: Sequence[str]
    at: int = 0

    def word(self) -> str:
        """The keyword of the block tag that comes next; empty before text, a value or the end."""
        if self.at >= len(self.parts):
            return ""
        found = _WORD.match(self.parts[self.at])
        return found[1] if found else ""


def readings(source: str) -> list[str]:
    """Each with its values still as `{{ … }}`; a loop is read not at all, once and twice. Raises
    `TooManyBranches`."""
    tokens = _Tokens(list(_parts(source)))
    found = _sequence(tokens)
    if tokens.at < len(tokens.parts):
        raise TooManyBranches
    return found


def _sequence(tokens: _Tokens) -> list[str]:
    found = [""]
    while tokens.at < len(tokens.parts) and tokens.word() not in _ENDS:
        found = _joined(found, _one(tokens))
    return found


def _one(tokens: _Tokens) -> list[str]:
    word, part = tokens.word(), tokens.parts[tokens.at]
    tokens.at += 1
    if word == "if":
        return _branches(tokens)
    if word == "for":
        body = _sequence(tokens)
        other = _end(tokens, "endfor")
        return ["", *other, *body, *_joined(body, body)]
    # Other tags are refused when the text is checked; here they say nothing.
    return [""] if part.startswith("{%") else [part]


def _branches(tokens: _Tokens) -> list[str]:
    found, has_else = _sequence(tokens), False
    while tokens.word() in ("elif", "else"):
        has_else |= tokens.word() == "else"
        tokens.at += 1
        found = _within([*found, *_sequence(tokens)])
    _end(tokens, "endif")
    return found if has_else else _within([*found, ""])


def _end(tokens: _Tokens, word: str) -> list[str]:
    """Past the end tag; what stands between an `else` of a loop and its end is read too."""
    found: list[str] = []
    if word == "endfor" and tokens.word() == "else":
        tokens.at += 1
        found = _sequence(tokens)
    if tokens.word() != word:
        raise TooManyBranches
    tokens.at += 1
    return found


def _joined(heads: list[str], tails: list[str]) -> list[str]:
    if len(heads) * len(tails) > READINGS_MAX:
        raise TooManyBranches
    return _within([head + tail for head in heads for tail in tails])


def _within(found: list[str]) -> list[str]:
    unlike = list(dict.fromkeys(found))
    if len(unlike) > READINGS_MAX:
        raise TooManyBranches
    return unlike


def _parts(source: str) -> Iterator[str]:
    """Text and tags in turn, with the blanks that tags take away taken away."""
    parts = _TAG.split(source)
    for place, part in enumerate(parts):
        if place % 2:
            yield part
            continue
        before = parts[place - 1] if place else ""
        after = parts[place + 1] if place + 1 < len(parts) else ""
        # A block tag takes the line break after it away.
        text = part.removeprefix("\n") if before.endswith("%}") else part
        text = text.lstrip() if before[-3:-2] == "-" else text
        yield text.rstrip() if after[2:3] == "-" else text
