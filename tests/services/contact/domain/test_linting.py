"""The linter lets the bundled texts pass, and nothing that threatens, pretends, shames or tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel, Purpose
from services.contact.commands.library import faults, load
from services.contact.domain.linting import lint, normalised
from services.contact.domain.templates import LETTER_FIELDS, Disclosure, Template

LIBRARY = load(Path("config"))
REMINDER = LIBRARY.latest["reminder", "en"]
SERVICE = LIBRARY.latest["service", "en"]
THIRD_PARTY = LIBRARY.latest["call_back", "zh-CN"]
DEMAND = LIBRARY.latest["written_demand", "zh-CN"]

THREATS = [
    "否则后果自负", "我们将曝光您的信息", "您可能坐牢", "我们会通知您的单位", "将影响您的子女",
    "We will have you arrested", "You will go to jail", "Pay today, or else.",
    "We will tell your employer", "This is your final warning",
    "我们已报警", "公安已介入", "警方将介入", "您会后悔的", "父母会知道", "您的单位很快会知道",
    "我们知道您住哪里", "您将失去住房", "最后警告",
    "we know where you work", "last warning", "you will lose your home", "You'll be sorry",
    "Your boss will hear of it", "You could lose everything",
]  # fmt: skip
IMPERSONATIONS = [
    "这里是公安局", "我们是法院执行局", "代表市检察院", "附传票一份", "律师函",
    "This is the police", "We are the court", "You have been summoned", "a subpoena follows",
]  # fmt: skip
SHAMING = [
    "不要做老赖", "欠钱不还真丢人", "您是失信人员", "恶意拖欠", "You should be ashamed",
    "Do not be a deadbeat", "this is embarrassing for you", "dishonest people",
]  # fmt: skip
DISCLOSURES = [
    "他有一笔逾期贷款", "请转告他还款", "an overdue debt", "he owes us", "about a loan", "他的账单",
    "有一笔未还", "an outstanding balance", "an unpaid bill", "他有事没办完",
    "a serious matter of his",
    "转告王先生", "his agreement", "{{ 'an unpaid bill' }}",
]  # fmt: skip


def says(template: Template, words: str) -> Template:
    return replace(template, body=f"{template.body}\n{words}")


def codes(template: Template) -> set[str]:
    return {finding.code for finding in lint(template)}


@pytest.mark.parametrize("template", LIBRARY.templates, ids=lambda each: each.label)
def test_no_bundled_text_has_a_fault(template: Template) -> None:
    assert faults(template) == []


@pytest.mark.parametrize("part", ["name", "contact", "purpose", "data_kinds"])
def test_a_notice_that_names_the_buyer_says_all_that_is_owed_of_it(part: str) -> None:
    """CN-PIPL-2: the name, how to reach it, what for, and which data; whatever a branch may say."""
    named = LIBRARY.latest["assignment_notice", "en"]
    said = "{{ assignee." + part + " }}"
    maybe = "{% if balance %}" + said + "{% endif %}"
    for template in (_without(named, said, ""), _without(named, said, maybe)):
        found = {each.words for each in lint(template) if each.code == "announcement_incomplete"}
        assert f"assignee.{part}" in found


def test_a_notice_of_an_agency_says_its_name() -> None:
    named = LIBRARY.latest["agent_intimation", "zh-CN"]
    assert "announcement_incomplete" in codes(_without(named, "{{ agency.name }}", ""))


def _without(template: Template, words: str, instead: str) -> Template:
    sections = tuple((f, h, text.replace(words, instead)) for f, h, text in template.sections)
    return replace(template, body=template.body.replace(words, instead), sections=sections)


@pytest.mark.parametrize(
    "words, code",
    [
        *((words, "threat") for words in THREATS),
        *((words, "impersonation") for words in IMPERSONATIONS),
        *((words, "shaming") for words in SHAMING),
    ],
)
def test_words_that_frighten_pretend_or_shame_are_refused(words: str, code: str) -> None:
    assert code in codes(says(REMINDER, words))
    assert code in codes(replace(REMINDER, subject=f"{REMINDER.subject} {words}"))


@pytest.mark.parametrize("words", DISCLOSURES)
def test_a_text_for_third_parties_that_speaks_of_a_debt_is_refused(words: str) -> None:
    assert "disclosure" in codes(says(THIRD_PARTY, words))


@pytest.mark.parametrize("field", ["amount", "balance", "since", "count", "asks_circumstances"])
def test_a_text_for_third_parties_that_asks_for_an_amount_is_refused(field: str) -> None:
    asking = replace(says(THIRD_PARTY, f"{{{{ {field} }}}}"), fields=THIRD_PARTY.fields | {field})
    assert codes(asking) == {"disclosure"}


@pytest.mark.parametrize("field", ["amount", "balance", "since", "count", "asks_circumstances"])
def test_a_service_text_that_names_what_is_owed_is_refused(field: str) -> None:
    asking = replace(says(SERVICE, f"{{{{ {field} }}}}"), fields=SERVICE.fields | {field})
    assert codes(asking) == {"service_collects"}
    offer = LIBRARY.latest["negotiate", "en"]
    assert codes(replace(offer, purposes=frozenset({Purpose.SERVICE}))) == {"service_collects"}


@pytest.mark.parametrize(
    "words", ["Hello, please return our call at your convenience.", "请您在工作时间回电，谢谢！"]
)
def test_a_text_for_third_parties_may_greet_thank_and_ask_for_a_call(words: str) -> None:
    assert codes(says(THIRD_PARTY, words)) == set()


@pytest.mark.parametrize("field", ["loans", "opt_out", "today"])
def test_a_text_for_third_parties_has_only_the_fields_of_its_list(field: str) -> None:
    asking = replace(says(THIRD_PARTY, f"{{{{ {field} }}}}"), fields=THIRD_PARTY.fields | {field})
    assert codes(asking) == {"disclosure"}


def test_a_text_that_does_not_say_who_writes_is_refused() -> None:
    nameless = replace(REMINDER, body=REMINDER.body.replace("{{ institution }}", "Your bank"))
    assert "no_institution" in codes(nameless)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL, Channel.PUSH])
def test_an_electronic_collection_text_without_an_opt_out_is_refused(channel: Channel) -> None:
    without = replace(
        REMINDER,
        channels=frozenset({channel}),
        body=REMINDER.body.replace("{{ opt_out }}", ""),
        fields=REMINDER.fields - {"opt_out"},
    )
    assert codes(without) == {"no_opt_out"}
    # A statutory notice may not be opted out of, and a letter has no such thing.
    assert codes(replace(without, channels=frozenset({Channel.LETTER}))) == set()


@pytest.mark.parametrize("field", LETTER_FIELDS)
def test_a_demand_letter_without_one_of_the_fields_of_article_69_is_refused(field: str) -> None:
    kept = tuple(section for section in DEMAND.sections if section[0] != field)
    wrong = [finding for finding in lint(replace(DEMAND, sections=kept))]
    assert ("letter_field_missing", field) in {(each.code, each.words) for each in wrong}


def test_a_demand_letter_that_names_nobody_is_refused() -> None:
    nameless = replace(DEMAND, body=DEMAND.body.replace("{{ name }}", "尊敬的客户"))
    wrong = lint(nameless)
    assert ("letter_field_missing", "name") in {(each.code, each.words) for each in wrong}


def test_a_field_that_is_used_and_not_declared_or_the_reverse_is_refused() -> None:
    assert codes(replace(REMINDER, fields=REMINDER.fields - {"amount"})) == {"undeclared_field"}
    assert codes(replace(REMINDER, fields=REMINDER.fields | {"today"})) == {"undeclared_field"}


@given(st.sampled_from(THREATS[:5]), st.lists(st.sampled_from([" ", "\u200b", "·", "\n", "*"])))
def test_chinese_threats_cannot_hide_between_characters(words: str, between: list[str]) -> None:
    hidden = words[0] + "".join(
        filler + each for filler, each in zip([*between, *[""] * 20], words[1:], strict=False)
    )
    assert "threat" in codes(says(REMINDER, hidden))


@given(st.sampled_from(["jail", "police", "fraud"]), st.booleans())
def test_english_words_cannot_hide_in_case_or_full_width_letters(word: str, wide: bool) -> None:
    shown = "".join(chr(ord(each) + 0xFEE0) for each in word) if wide else word.upper()
    assert codes(says(REMINDER, shown)) & {"threat", "impersonation", "shaming"}


@given(st.text(max_size=200))
def test_normalising_is_done_once(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_lint_counts_only_what_a_demand_letter_owes() -> None:
    mail = replace(
        DEMAND, channels=frozenset({Channel.EMAIL}), purposes=frozenset({Purpose.SERVICE})
    )
    bare = replace(mail, sections=(), disclosure=Disclosure.DISCLOSING)
    assert "letter_field_missing" not in codes(bare)
