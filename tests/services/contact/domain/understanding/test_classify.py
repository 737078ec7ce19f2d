"""What a message says, from the word lists that ship: several things at once, and negations."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.settings import Settings
from services.contact import settings as contact
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import understand
from services.contact.domain.understanding.lexicon import Topic

TUESDAY = date(2026, 3, 3)
LEXICON = contact.lexicon(Settings().model_copy(update={"config": Path("config")}))
STOPS = ("STOP", "退订", "別再傳簡訊給我", "不要再打电话了", "unsubscribe", "T", "TD", "N")


def kinds(text: str) -> set[str]:
    return {kind.value for kind in understand(text, LEXICON, TUESDAY, "CNY").kinds}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("I did not pay", {"unclear"}),
        ("还没还", {"unclear"}),
        ("我還沒繳", {"unclear"}),
        ("不是不还，月底一定还", {"promise"}),
        ("please don't stop my account", {"unclear"}),
        ("我没有要投诉你们的意思", {"unclear"}),
        ("没有请律师", {"unclear"}),
        ("不还", {"unclear"}),
    ],
)
def test_a_negation_takes_back_what_it_denies(text: str, expected: set[str]) -> None:
    assert kinds(text) == expected


def test_a_message_is_several_things_at_once() -> None:
    text = "我失业了，下月15号能还八百，别再打电话了"
    said = understand(text, LEXICON, TUESDAY, "CNY")
    assert kinds(text) == {"hardship", "promise", "stop"}
    assert (said.amount_minor, said.on) == (80_000, date(2026, 4, 15))


@pytest.mark.parametrize(
    "text, minor, on",
    [
        ("下周五还三千", 300_000, date(2026, 3, 13)),
        ("15号先还一千五", 150_000, date(2026, 3, 15)),
        ("已经还了一千，剩下的月底还", None, date(2026, 3, 31)),
        ("I paid 100 today and will pay 250.50 on Friday", 25_050, date(2026, 3, 6)),
        ("3月20日之前一定还两万三", 2_300_000, date(2026, 3, 20)),
        ("I will pay you", None, None),
    ],
)
def test_a_promise_carries_its_amount_and_its_day(
    text: str, minor: int | None, on: date | None
) -> None:
    said = understand(text, LEXICON, TUESDAY, "CNY")
    assert ReplyKind.PROMISE in said.kinds
    assert (said.amount_minor, said.on) == (minor, on)


@pytest.mark.parametrize(
    "text, topic",
    [
        ("還欠多少？", Topic.BALANCE),
        ("When is it due?", Topic.DUE_DATE),
        ("怎么还款", Topic.HOW_TO_PAY),
        ("who is this?", Topic.OTHER),
    ],
)
def test_a_question_is_known_by_what_it_asks_after(text: str, topic: Topic) -> None:
    assert understand(text, LEXICON, TUESDAY, "CNY").topics == (topic,)


def test_a_call_back_is_wished_for_a_time() -> None:
    said = understand("请明天下午三点给我回电话", LEXICON, TUESDAY, "CNY")
    assert said.wished is not None
    assert (said.wished.on, said.wished.hour) == (date(2026, 3, 4), time(15, 0))


def test_a_label_names_the_words_that_spoke_for_it_and_more_of_them_make_it_surer() -> None:
    one = understand("我要投诉", LEXICON, TUESDAY, "CNY").labels[0]
    more = understand("态度恶劣，骚扰我家人，我要投诉", LEXICON, TUESDAY, "CNY").labels[0]
    assert one.label is more.label is ReplyKind.COMPLAINT
    assert one.evidence == ("投诉",)
    assert one.confidence_percent < more.confidence_percent < 100


@given(st.text(max_size=300))
def test_any_text_is_understood_as_something(text: str) -> None:
    said = understand(text, LEXICON, TUESDAY, "CNY")
    assert said.labels
    assert all(0 < each.confidence_percent < 100 for each in said.labels)
    assert (ReplyKind.UNCLEAR in said.kinds) <= (len(said.kinds) == 1)


@given(st.sampled_from(STOPS), st.sampled_from("!。.？ \n\u200b"), st.integers(0, 3))
def test_a_stop_stays_a_stop_whatever_stands_around_it(stop: str, mark: str, times: int) -> None:
    assert "stop" in kinds(mark * times + stop + mark * times)


def _widened(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@given(st.sampled_from(("STOP", "TD", "unsubscribe", "opt out")), st.data())
def test_neither_case_nor_width_hides_a_stop(stop: str, data: st.DataObject) -> None:
    cased = "".join(data.draw(st.sampled_from((c.lower(), c.upper()))) for c in stop)
    assert "stop" in kinds(cased)
    assert "stop" in kinds(_widened(cased))


@pytest.mark.parametrize(
    "piece",
    [
        "还",
        "不要",
        "i will ",
        "stop",
        "0",
        "一千",
        "明天 ",
        "don't ",
        "什么时候",
        "·",
        "请·",
        "paid ",
        "\ufdfa",
        " ",
    ],
)
def test_the_longest_message_is_read_in_bounded_time(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    began = process_time()
    said = understand(text, LEXICON, TUESDAY, "CNY")
    assert process_time() - began < 0.5  # a tenth of a second on an idle machine
    assert not said.is_whole


@settings(max_examples=10)
@given(st.text(max_size=100), st.text(min_size=1, max_size=100))
def test_of_a_long_message_only_the_first_2000_characters_are_read(start: str, end: str) -> None:
    read = start.ljust(2_000, "·")
    whole, cut = (understand(text, LEXICON, TUESDAY, "CNY") for text in (read, read + end))
    assert (cut.labels, cut.is_whole) == (whole.labels, False)
    assert kinds("·" * 2_000 + "STOP") == kinds("·")
    assert "stop" in kinds("STOP" + "·" * 9_996)
