"""Which text an act takes, and how amounts are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Purpose
from services.contact.commands.library import load
from services.contact.domain.templates import (
    LANGUAGES,
    OF_PURPOSE,
    PLAIN,
    Disclosure,
    LoanAmounts,
    Template,
    amount_text,
    strays,
    tongue_of,
    total_text,
)
from services.contact.domain.treatments import Mood

LIBRARY = load(Path("config"))


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en", "fr", ""])
@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_template_nobody_wrote_falls_back_to_its_purposes_text(
    purpose: Purpose, language: str
) -> None:
    chosen = LIBRARY.choose("of-a-new-strategy", purpose, language, may_disclose=True)
    assert (chosen.id, chosen.language) == (OF_PURPOSE[purpose], tongue_of(language))


@given(st.sampled_from(LIBRARY.templates), st.sampled_from(list(Purpose)))
def test_who_is_not_liable_always_gets_the_text_that_says_nothing(
    wanted: Template, purpose: Purpose
) -> None:
    chosen = LIBRARY.choose(wanted.id, purpose, wanted.language, may_disclose=False)
    assert chosen.id == PLAIN


def test_every_text_is_there_in_both_languages() -> None:
    ids = {each.id for each in LIBRARY.templates}
    assert {(each.id, each.language) for each in LIBRARY.templates} == {
        (name, language) for name in ids for language in LANGUAGES
    }


@pytest.mark.parametrize(
    "minor, currency, written",
    [
        (5, "CNY", "0.05 CNY"),
        (-123_456_789, "TWD", "-1,234,567.89 TWD"),
        (1_000, "JPY", "1,000 JPY"),
        (1_005, "KWD", "1.005 KWD"),
    ],
)
def test_amounts_are_written_with_their_currencys_digits(
    minor: int, currency: str, written: str
) -> None:
    assert amount_text(minor, currency) == written


def test_the_sum_over_loans_is_given_per_currency() -> None:
    day = date(2026, 2, 1)
    loans = [
        LoanAmounts("l1", "CNY", 100, 1_000, day),
        LoanAmounts("l2", "CNY", 250, 2_000, day),
        LoanAmounts("l3", "JPY", 7, 70, day),
    ]
    assert total_text(loans, "overdue_minor") == "3.50 CNY + 7 JPY"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tone_nobody_wrote_falls_back_to_the_next_plainer_one(language: str) -> None:
    text = LIBRARY.latest[("reminder", language)]
    assert LIBRARY.toned(text, Mood.CAREFUL).tone is Mood.CAREFUL
    without = replace(
        LIBRARY, templates=tuple(t for t in LIBRARY.templates if t.tone is not Mood.CAREFUL)
    )
    assert without.toned(text, Mood.CAREFUL).tone is Mood.WARM
    assert LIBRARY.toned(text, Mood.PLAIN) is text
    unwritten = LIBRARY.latest[("written_demand", language)]
    assert LIBRARY.toned(unwritten, Mood.CAREFUL) is unwritten


def test_a_variant_that_could_be_sent_where_its_plain_text_may_not_is_found() -> None:
    variant = LIBRARY.variants[("reminder", "en", Mood.WARM)]
    assert strays(LIBRARY) == []
    for wrong in (
        replace(variant, disclosure=Disclosure.NON_DISCLOSING),
        replace(variant, purposes=frozenset({Purpose.COLLECTION})),
        replace(variant, id="of-nothing"),
    ):
        assert strays(replace(LIBRARY, templates=(*LIBRARY.templates, replace(wrong, version=9))))
