"""What no message may say, and what it must: judged on the template's source, before any is sent.

It refuses threats, playing police or court, shaming, disclosure toward third parties, and texts
without the bank's name, a way to opt out, or the fields of a demand letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from interfaces.values import Channel, Purpose
from services.contact.domain.templates import (
    ELECTRONIC,
    LETTER_FIELDS,
    Disclosure,
    Template,
)
from services.contact.domain.wording import DEBT, FORBIDDEN, THIRD_PARTY_FIELDS, unlisted


@dataclass(frozen=True)
class Finding:
    """What is wrong with a template, where, and which words show it."""

    template: str
    code: str
    words: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.template}: {self.code}: {self.words!r}; {self.remedy}"


def lint(template: Template) -> list[Finding]:
    """Everything that is wrong, worst first; an empty list lets the template be used."""
    return [
        *_forbidden(template),
        *_disclosed(template),
        *_institution(template),
        *_opt_out(template),
        *_letter(template),
        *_fields(template),
    ]


def spoken(template: Template) -> str:
    """All that a reader may come to see, field names aside but not what they quote, in one
    spelling: full-width letters, case, invisible characters and line breaks hide nothing."""
    parts = [template.subject, template.body]
    parts += [part for _, heading, text in template.sections for part in (heading, text)]
    whole = " ".join(parts)
    quoted = [each for field in _FIELD.findall(whole) for each in _QUOTED.findall(field)]
    return normalised(" ".join([_FIELD.sub(" ", whole), *quoted]))


def normalised(text: str) -> str:
    whole = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(each for each in whole if unicodedata.category(each) != "Cf")
    spaced = re.sub(r"\s+", " ", shown)
    # Chinese words are written without spaces; one between two characters would only hide them.
    return re.sub(r"(?<=[\u3400-\u9fff])[\s.·*_-]+(?=[\u3400-\u9fff])", "", spaced)


def used_fields(source: str) -> set[str]:
    """The names a source asks for."""
    inside = " ".join(_FIELD.findall(source))
    return {name for name in re.findall(r"(?<![.\w'\"])[a-z_]+(?!\w)", inside)} - _SYNTAX


def _forbidden(template: Template) -> list[Finding]:
    words = spoken(template)
    return [
        Finding(template.label, code, found[0], remedy)
        for code, pattern, remedy in FORBIDDEN
        if (found := pattern.search(words))
    ]


def _disclosed(template: Template) -> list[Finding]:
    if template.disclosure is not Disclosure.NON_DISCLOSING:
        return []
    remedy = "a text for third parties may only ask for a call back, in the words listed for it"
    fields = sorted(used_fields(_whole(template)) - THIRD_PARTY_FIELDS)
    words = spoken(template)
    found = DEBT.search(words)
    shown = [*fields, *([found[0]] if found else unlisted(words))]
    return [Finding(template.label, "disclosure", each, remedy) for each in shown]


def _institution(template: Template) -> list[Finding]:
    if "institution" in used_fields(template.body):
        return []
    remedy = "say who writes: use {{ institution }} in the body"
    return [Finding(template.label, "no_institution", "", remedy)]


def _opt_out(template: Template) -> list[Finding]:
    is_electronic = bool(template.channels & ELECTRONIC)
    is_collection = bool(template.purposes & {Purpose.REMINDER, Purpose.COLLECTION})
    if not (is_electronic and is_collection) or "opt_out" in used_fields(template.body):
        return []
    remedy = "say how to stop such messages: use {{ opt_out }} in the body"
    return [Finding(template.label, "no_opt_out", "", remedy)]


def _letter(template: Template) -> list[Finding]:
    is_demand = Purpose.STATUTORY_NOTICE in template.purposes
    if not (is_demand and Channel.LETTER in template.channels):
        return []
    filled = {name for name, _, text in template.sections if text.strip()}
    remedy = "art. 69 asks for it: add a section of this name"
    absent = [name for name in LETTER_FIELDS if name not in filled]
    if "name" not in used_fields(template.body):
        absent.insert(0, "name")
    return [Finding(template.label, "letter_field_missing", name, remedy) for name in absent]


def _fields(template: Template) -> list[Finding]:
    used = used_fields(_whole(template)) - {"loan"}
    remedy = "list exactly the fields that the text uses"
    return [
        Finding(template.label, "undeclared_field", name, remedy)
        for name in sorted(used ^ template.fields)
    ]


def _whole(template: Template) -> str:
    texts = [text for _, heading, text in template.sections]
    return " ".join((template.subject, template.body, *texts))


_FIELD = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_SYNTAX = {
    "if", "else", "elif", "endif", "for", "endfor", "in", "not", "and", "or", "is",
    "true", "false", "none", "loop",
}  # fmt: skip
