"""A soft rule may be overridden, for what and as long as somebody answers for it; no other may."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from interfaces.values import Channel
from services.contact.domain.law.document import parse
from services.contact.domain.law.facts import Known, KnownOverride, KnownTreatment, Result
from services.contact.domain.law.judgement import judge, judge_window
from services.contact.domain.law.record import document_of, overridden
from services.contact.domain.law.words import in_words
from tests.services.contact.domain.law.givens import NOON, act, asked, pack, past, plain, rules_of
from tests.services.contact.domain.law.test_document import VALIDATOR

HOUR = timedelta(hours=1)
OVERRIDE = KnownOverride(
    override_id="o1",
    rule_id="CN-FREQ-3",
    reason="the debtor asked to be tried again",
    authority="team lead 4",
    from_at=NOON - HOUR,
    until_at=NOON + HOUR,
)
RANG = tuple(past(NOON - HOUR * n / 10, Result.NO_ANSWER) for n in range(1, 7))


def with_override(**changes: object) -> Known:
    override = replace(OVERRIDE, **changes)  # type: ignore[arg-type]
    return plain(attempts=RANG, overrides=(override,))


def test_the_rule_named_is_overridden_and_the_verdict_says_by_whom() -> None:
    assert asked("cn-bank", act(), plain(attempts=RANG)).rule_id == "CN-FREQ-3"
    known = with_override()
    verdict = asked("cn-bank", act(), known)
    assert verdict.is_allowed
    assert overridden(verdict) == (
        "CN-FREQ-3 overridden by team lead 4 (o1): the debtor asked to be tried again"
    )
    assert "Overridden by team lead 4" in in_words(verdict, act(), known)


@pytest.mark.parametrize(
    "change",
    [
        {"rule_id": "CN-FIELD-1"},
        {"channel": Channel.VISIT},
        {"loan_id": "l2"},
        {"from_at": NOON + timedelta(minutes=1)},
        {"until_at": NOON},
    ],
    ids=str,
)
def test_another_rule_channel_loan_or_time_is_not_overridden(change: dict[str, object]) -> None:
    assert asked("cn-bank", act(), with_override(**change)).rule_id == "CN-FREQ-3"


def test_an_act_about_several_loans_needs_an_override_of_all() -> None:
    both = act(loan_ids=("l1", "l2"))
    assert not asked("cn-bank", both, with_override(loan_id="l1")).is_allowed
    assert asked("cn-bank", both, with_override()).is_allowed
    assert asked("cn-bank", act(), with_override(loan_id="l1")).is_allowed


def test_a_hard_rule_of_the_name_refuses_all_the_same() -> None:
    talks = tuple(past(NOON - HOUR * n / 10) for n in range(1, 4))
    known = plain(attempts=talks, overrides=(replace(OVERRIDE, rule_id="CN-FREQ-1"),))
    verdict = asked("cn-bank", act(), known)
    assert (verdict.is_allowed, verdict.rule_id) == (False, "CN-FREQ-1")
    assert "CN-FREQ-1" in rules_of(verdict)


def test_the_next_allowed_instant_is_when_an_override_begins() -> None:
    begins = NOON + timedelta(minutes=30)
    verdict = asked("cn-bank", act(), with_override(from_at=begins))
    assert verdict.next_allowed_at == begins


def test_a_window_that_outlasts_the_override_is_refused() -> None:
    cn, known = pack("cn-bank"), with_override()
    assert judge_window(cn, act(), known, NOON, NOON + HOUR).is_allowed
    assert not judge_window(cn, act(), known, NOON, NOON + HOUR + HOUR / 2).is_allowed
    assert not judge(cn, act(), known, NOON + HOUR).is_allowed


def test_overrides_and_treatments_read_back_as_they_were_written() -> None:
    treatment = KnownTreatment(NOON - HOUR, None, 0, allows_automated_voice=False)
    known = replace(with_override(loan_id="l1", channel=Channel.CALL), treatments=(treatment,))
    raw = json.loads(json.dumps(document_of(["cn-bank"], NOON, act(is_automated=True), known)))
    VALIDATOR.validate(raw)
    read = parse(raw)
    assert (read.known.overrides, read.known.treatments) == (known.overrides, (treatment,))
    assert read.act.is_automated
