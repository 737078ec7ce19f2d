"""What no message may say, and what it must: judged on the template's source, before any is sent.

It refuses threats, playing police or court, shaming, disclosure toward third parties, and texts
without the bank's name, a way to opt out, or the fields of a demand letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from interfaces.values import Channel, Purpose
from services.contact.domain.announced import NAMED
from services.contact.domain.readings import TooManyBranches, readings
from services.contact.domain.templates import (
    ELECTRONIC,
    LETTER_FIELDS,
    Disclosure,
    Template,
)
from services.contact.domain.wording import (
    DEBT,
    DEBT_FIELDS,
    FORBIDDEN,
    THIRD_PARTY_FIELDS,
    unlisted,
)


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
    try:
        spoken(template)
    except TooManyBranches:
        remedy = "write it with fewer branches, or as several texts"
        return [Finding(template.label, "too_many_branches", "", remedy)]
    return [
        *_forbidden(template),
        *_letters(template),
        *_disclosed(template),
        *_institution(template),
        *_opt_out(template),
        *_service(template),
        *_letter(template),
        *_named(template),
        *_fields(template),
    ]


def spoken(template: Template) -> str:
    """All that a reader may come to see, values aside, in one spelling: full-width letters, case,
    invisible characters, line breaks and branches hide nothing. A value may be empty, so each text
    is read with and without what stands for it. Raises `TooManyBranches`."""
    parts = [template.subject, template.body]
    parts += [part for _, heading, text in template.sections for part in (heading, text)]
    said = [reading for part in parts for reading in readings(part)]
    whole = [_FIELD.sub(value, reading) for reading in said for value in (" ", "")]
    return _APART.join(normalised(each) for each in dict.fromkeys(whole))


def normalised(text: str) -> str:
    whole = unicodedata.normalize("NFKC", text).casefold()
    shown = "".join(each for each in whole if unicodedata.category(each) != "Cf")
    spaced = re.sub(r"\s+", " ", shown)
    # Chinese words are written without spaces; one between two characters would only hide them.
    return _BETWEEN.sub("", spaced)


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


def _letters(template: Template) -> list[Finding]:
    """Letters that look like others would hide any word: our texts are Chinese and English."""
    found = sorted({each for each in spoken(template) if _is_strange(each)})
    remedy = "write with Chinese characters and plain Latin letters alone"
    return [Finding(template.label, "strange_letters", "".join(found), remedy)] if found else []


def _is_strange(character: str) -> bool:
    is_letter = unicodedata.category(character)[0] in "LM"
    return is_letter and not character.isascii() and not _CHINESE.match(character)


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
    if _always_uses(template.body, "institution"):
        return []
    remedy = "say who writes: use {{ institution }} in the body"
    return [Finding(template.label, "no_institution", "", remedy)]


def _opt_out(template: Template) -> list[Finding]:
    is_electronic = bool(template.channels & ELECTRONIC)
    is_collection = bool(template.purposes & {Purpose.REMINDER, Purpose.COLLECTION})
    if not (is_electronic and is_collection) or _always_uses(template.body, "opt_out"):
        return []
    remedy = "say how to stop such messages: use {{ opt_out }} in the body"
    return [Finding(template.label, "no_opt_out", "", remedy)]


def _service(template: Template) -> list[Finding]:
    """What names what is owed collects: as service it would pass opt-outs and holds."""
    if Purpose.SERVICE not in template.purposes or template.disclosure is Disclosure.NON_DISCLOSING:
        return []
    remedy = "a text that names what is owed is of purpose reminder or collection, never service"
    fields = sorted(used_fields(_whole(template)) & DEBT_FIELDS)
    return [Finding(template.label, "service_collects", each, remedy) for each in fields]


def _letter(template: Template) -> list[Finding]:
    is_demand = Purpose.STATUTORY_NOTICE in template.purposes
    if not (is_demand and Channel.LETTER in template.channels):
        return []
    filled = {name for name, _, text in template.sections if text.strip()}
    remedy = "art. 69 asks for it: add a section of this name"
    absent = [name for name in LETTER_FIELDS if name not in filled]
    if not _always_uses(template.body, "name"):
        absent.insert(0, "name")
    return [Finding(template.label, "letter_field_missing", name, remedy) for name in absent]


def _named(template: Template) -> list[Finding]:
    """A notice that names somebody says all that it owes of them (CN-PIPL-2), whichever way its
    branches go."""
    said = _ATTRIBUTE.findall(_sure(template))
    owed = {(name, part) for name in template.names for part in NAMED[name]}
    remedy = "a notice that names somebody must say this of them: add it"
    return [
        Finding(template.label, "announcement_incomplete", f"{name}.{part}", remedy)
        for name, part in sorted(owed - set(said))
    ]


def _sure(template: Template) -> str:
    """What stands in the text outside all branches."""
    sources = (template.body, *(text for _, _, text in template.sections))
    return " ".join(_BRANCH.sub("", source) for source in sources)


def _fields(template: Template) -> list[Finding]:
    used = used_fields(_whole(template)) - {"loan"}
    remedy = "list exactly the fields that the text uses"
    return [
        Finding(template.label, "undeclared_field", name, remedy)
        for name in sorted(used ^ template.fields)
    ]


def _always_uses(source: str, name: str) -> bool:
    """Whichever way its branches go."""
    return all(name in used_fields(reading) for reading in readings(source))


def _whole(template: Template) -> str:
    texts = [text for _, heading, text in template.sections]
    return " ".join((template.subject, template.body, *texts))


_CHINESE = re.compile(r"[\u3005-\u3007\u3400-\u9fff\U00020000-\U0003ffff]")
_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff])(?:(?![,;:!?()。、“”《》¦])[\W_])+(?=[\u3400-\u9fff])")
# Between two readings, so that no pattern finds words of both.
_APART = "\n¦\n"
_FIELD = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
_BRANCH = re.compile(r"\{%.*%\}", re.DOTALL)
_ATTRIBUTE = re.compile(r"\{\{ ?([a-z_]+)\.([a-z_]+) ?\}\}")
_SYNTAX = {
    "if", "else", "elif", "endif", "for", "endfor", "in", "not", "and", "or", "is",
    "true", "false", "none", "loop",
}  # fmt: skip
