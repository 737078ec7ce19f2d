"""Texts name the bank, state what is owed to who owes it, and threaten nobody."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Purpose
from services.contact.domain.templates import TEMPLATES, Words, amount_text, render

THREATS = ("police", "arrest", "jail", "警察", "逮捕", "坐牢", "曝光", "后果自负")


def words(name: str = "王小明", **changes: object) -> Words:
    fields: dict[str, object] = {
        "institution": "Demonstration Bank",
        "name": name,
        "currency": "CNY",
        "overdue_minor": 123_456,
        "oldest_due_on": date(2026, 2, 1),
    }
    return Words(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["zh-CN", "zh-TW", "en", "fr"])
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_text_names_the_institution_and_threatens_nobody(
    template: str, language: str
) -> None:
    rendered = render(template, Purpose.COLLECTION, language, words())
    whole = rendered.subject + rendered.body
    assert "Demonstration Bank" in whole
    assert "$" not in whole
    assert not any(threat in whole for threat in THREATS)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("template", ["reminder", "follow_up", "written_demand", "legal_notice"])
def test_what_asks_for_money_states_the_amount_and_a_way_out(template: str, language: str) -> None:
    body = render(template, Purpose.COLLECTION, language, words()).body
    assert "1,234.56 CNY" in body
    assert any(way in body for way in ("分期", "方案", "instalments", "suit you"))


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_who_is_not_liable_learns_nothing_of_the_debt(template: str) -> None:
    rendered = render(template, Purpose.SERVICE, "en", words(may_disclose=False))
    assert "1,234.56" not in rendered.body and "2026-02-01" not in rendered.body
    assert "due" not in rendered.body


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_template_nobody_wrote_falls_back_to_its_purposes_text(purpose: Purpose) -> None:
    assert render("of-a-new-strategy", purpose, "zh-CN", words()).body


def test_circumstances_are_asked_for_where_the_act_asks() -> None:
    asked = render("follow_up", Purpose.COLLECTION, "en", words(asks_circumstances=True))
    assert "circumstances" in asked.body


@given(st.text(max_size=50))
def test_a_name_is_never_read_as_a_template(name: str) -> None:
    assert name in render("reminder", Purpose.REMINDER, "en", words(name=name)).body


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
