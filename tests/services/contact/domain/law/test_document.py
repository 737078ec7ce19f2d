"""A facts document says all that a verdict looked at: read again, it judges the same."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import jsonschema
from hypothesis import given, settings

from services.contact.domain.law.document import parse
from services.contact.domain.law.facts import Known, Proposal
from services.contact.domain.law.judgement import judge
from services.contact.domain.law.record import answer_of, document_of
from services.contact.domain.law.words import in_words
from tests.services.contact.domain.law.givens import pack
from tests.services.contact.domain.law.test_gate import acts, facts, instants

SCHEMA = json.loads(Path("config/law/facts.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PACKS = ("cn-bank", "us-reg-f", "uk-conc")


@settings(max_examples=150, deadline=None)
@given(acts(), facts(), instants)
def test_what_was_written_judges_the_same_when_read_again(
    act: Proposal, known: Known, at: datetime
) -> None:
    raw = json.loads(json.dumps(document_of(list(PACKS), at, act, known)))
    VALIDATOR.validate(raw)
    read = parse(raw, act.tenant)
    assert (read.packs, read.at, read.act) == (PACKS, at, act)
    before = judge(pack(*PACKS), act, known, at)
    after = judge(pack(*PACKS), read.act, read.known, read.at)
    assert before == after
    words = in_words(after, act, known)
    assert after.is_allowed or (after.because in words and after.rule_id in words)
    assert json.dumps(answer_of("p", after))


def test_the_documents_own_example_is_valid() -> None:
    text = Path("docs/law-facts.md").read_text(encoding="utf-8")
    example = json.loads(text.split("```json")[1].split("```")[0])
    VALIDATOR.validate(example)
    facts_of_example = parse(example)
    assert facts_of_example.act.loan_ids == ("l1",)
    assert facts_of_example.known.attempts[0].loan_ids == ("l1",)
