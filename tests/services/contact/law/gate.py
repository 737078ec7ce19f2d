"""The one place where the checker's world calls the gate: a facts document in, a verdict out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from services.contact.domain.law.document import parse
from services.contact.domain.law.judgement import judge
from services.contact.domain.law.packs import LawBook
from services.contact.domain.law.record import answer_of
from services.contact.settings import read_law
from tests.services.contact.law.clocks import Document

LAW = Path(__file__).resolve().parents[4] / "config" / "law"


@cache
def book() -> LawBook:
    return read_law(LAW)


def ask(document: Document) -> Document:
    facts = parse(document)
    pack = book().pack(facts.packs, facts.at)
    return answer_of(pack.label, judge(pack, facts.act, facts.known, facts.at))
