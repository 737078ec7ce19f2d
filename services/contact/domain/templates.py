"""Which text a message takes, and how amounts are written; the texts are data in config/templates.

A strategy names a template; one that is not known falls back to its purpose's own text, so that a
new strategy can never make a message without words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from interfaces.values import Channel, Purpose
from services.contact.domain.announced import NAMED, Announced
from services.contact.domain.treatments import Mood, from_tone

_INSTITUTION = re.compile(r"\{\{ ?institution ?\}\}")
_FIELD = re.compile(r"\{\{.*?\}\}")
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3}
CHINESE, ENGLISH = "zh-CN", "en"
LANGUAGES = (CHINESE, ENGLISH)
ELECTRONIC = frozenset({Channel.SMS, Channel.EMAIL, Channel.PUSH})
# What a demand letter must say: 商业银行信用卡业务监督管理办法 art. 69.
LETTER_FIELDS = (
    "balance",
    "reason",
    "legal_basis",
    "rights",
    "duties",
    "query",
    "repay",
    "object",
    "evidence",
    "contact",
    "seal",
)


class Disclosure(StrEnum):
    """Whether a text may speak of a debt: only toward who is liable for it."""

    DISCLOSING = "disclosing"
    NON_DISCLOSING = "non_disclosing"


@dataclass(frozen=True)
class Template:
    """One text in one language; `tone` other than plain: the same matter, said to somebody
    vulnerable. `sections` are a letter's headed parts by the field they fill;
    `fields` are the values it asks for."""

    id: str
    version: int
    language: str
    channels: frozenset[Channel]
    purposes: frozenset[Purpose]
    mood: str
    disclosure: Disclosure
    subject: str
    body: str
    fields: frozenset[str]
    sections: tuple[tuple[str, str, str], ...] = ()
    tone: Mood = Mood.PLAIN

    @property
    def label(self) -> str:
        toned = f"{self.id}.{self.tone.value}" if self.tone is not Mood.PLAIN else self.id
        return f"{toned}/{self.language}/{self.version}"

    @property
    def names(self) -> frozenset[str]:
        """Whom it names beside the loan: it cannot be written without them."""
        return self.fields & NAMED.keys()


@dataclass(frozen=True)
class Issuer:
    """Who writes, as people may reach them."""

    tenant: str
    name: str
    phone: str
    hours: str
    address: str
    website: str
    account: str


@dataclass(frozen=True)
class LoanAmounts:
    """What a message may say of one loan, as it stands at the moment of sending; `names` are those
    whom a notice of it is about."""

    loan_id: str
    currency: str
    overdue_minor: int
    balance_minor: int
    oldest_due_on: date | None
    names: tuple[Announced, ...] = ()


@dataclass(frozen=True)
class Library:
    """All texts and issuers that are configured."""

    templates: tuple[Template, ...]
    issuers: Mapping[str, Issuer]

    @cached_property
    def latest(self) -> Mapping[tuple[str, str], Template]:
        """The highest version of each plain text by its id and language."""
        ordered = sorted(self.templates, key=lambda each: each.version)
        return {(each.id, each.language): each for each in ordered if each.tone is Mood.PLAIN}

    @cached_property
    def variants(self) -> Mapping[tuple[str, str, Mood], Template]:
        """The highest version of each text in another tone than the plain one."""
        ordered = sorted(self.templates, key=lambda each: each.version)
        toned = (each for each in ordered if each.tone is not Mood.PLAIN)
        return {(each.id, each.language, each.tone): each for each in toned}

    def is_ours(self, institution: str, subject: str) -> bool:
        """Whether a message of ours may have had this subject: answers to it repeat it."""
        said = " ".join(subject.split())[:1000]
        return any(
            re.fullmatch(_subject(each.subject, institution), said)
            for each in self.templates
            if each.subject
        )

    def find(self, template_id: str, language: str) -> Template | None:
        return self.latest.get((template_id, tongue_of(language)))

    def choose(
        self, wanted: str, purpose: Purpose, language: str, *, may_disclose: bool
    ) -> Template:
        """The text for an act. Toward who is not liable it is always the one that says nothing."""
        if may_disclose:
            found = self.find(wanted, language)
            if found is not None:
                return found
        return self.latest[(OF_PURPOSE[purpose] if may_disclose else PLAIN, tongue_of(language))]

    def toned(self, template: Template, tone: Mood) -> Template:
        """The text in a tone: where nobody wrote it as careful the warm one, else the plain."""
        for mood in from_tone(tone):
            found = self.variants.get((template.id, template.language, mood))
            if found is not None:
                return found
        return template


def _subject(source: str, institution: str) -> str:
    """A pattern of what a subject may look like once it is filled in."""
    named = _INSTITUTION.sub(lambda _: institution, " ".join(source.split()))
    return ".{1,200}".join(map(re.escape, _FIELD.split(named)))


def missing(library: Library) -> list[str]:
    """The texts that messages may fall back to or add, and that are not there."""
    names = (*OF_PURPOSE.values(), PLAIN, HELP)
    needed = {(name, tongue) for name in names for tongue in LANGUAGES}
    return sorted(f"{name}/{tongue}" for name, tongue in needed - library.latest.keys())


def strays(library: Library) -> list[str]:
    """Variants that could be sent where their plain text may not, or that have none."""
    return sorted(
        each.label
        for each in library.variants.values()
        if (plain := library.latest.get((each.id, each.language))) is None
        or plain.disclosure is not each.disclosure
        or not (plain.channels <= each.channels and plain.purposes <= each.purposes)
    )


def tongue_of(language: str) -> str:
    """Chinese for every Chinese tag, else English."""
    return CHINESE if language.lower().split("-")[0] == "zh" else ENGLISH


def amount_text(minor: int, currency: str) -> str:
    """An amount as people write it, with its currency and without floats."""
    digits = _MINOR_DIGITS.get(currency, 2)
    sign, whole = ("-", -minor) if minor < 0 else ("", minor)
    if digits == 0:
        return f"{sign}{whole:,} {currency}"
    major, rest = divmod(whole, 10**digits)
    return f"{sign}{major:,}.{rest:0{digits}d} {currency}"


def total_text(loans: Sequence[LoanAmounts], of: str) -> str:
    """The sum of one kind of amount over loans, per currency."""
    totals: dict[str, int] = {}
    for loan in loans:
        totals[loan.currency] = totals.get(loan.currency, 0) + int(getattr(loan, of))
    return " + ".join(amount_text(minor, currency) for currency, minor in totals.items())


PLAIN = "call_back"
# The paragraph that somebody vulnerable finds in every message: where there is help.
HELP = "help"
OF_PURPOSE: Mapping[Purpose, str] = {
    Purpose.SERVICE: "service",
    Purpose.REMINDER: "reminder",
    Purpose.COLLECTION: "follow_up",
    Purpose.STATUTORY_NOTICE: "written_demand",
    Purpose.COURT_SERVICE: "court_notice",
    Purpose.LOCATE: "call_back",
    Purpose.REPLY: "reply",
}
