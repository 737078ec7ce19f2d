"""Sentences that the word lists once misread, each with what it must never be taken for again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chassis.settings import Settings
from interfaces.values import Channel
from services.contact import settings as contact
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import Understanding, understand

TUESDAY = date(2026, 3, 3)
LEXICON = contact.lexicon(Settings().model_copy(update={"config": Path("config")}))
ALL_BUT_EMAIL = (Channel.SMS, Channel.PUSH, Channel.CALL, Channel.LETTER, Channel.VISIT)


def read(text: str) -> Understanding:
    return understand(text, LEXICON, TUESDAY, "CNY")


@pytest.mark.parametrize(
    "text",
    [
        "我不是不想还",
        "我不是故意的",
        "我不是老赖",
        "我叫李明，下周还款",
        "我认错了，下周还",
        "转账打错账号了",
        "这里是医院，我在住院",
        "我不认识字",
        "我找别人借钱还你",
        "this is not easy for me",
        "This is not helping, I want to die",
        "I used to work full time but lost my job",
        "I've moved away for work, I'll pay friday",
        "there's no work here",
        "I'm no longer living at home, please write to my new address",
        "I don't know who to turn to",
        "I sent it to the wrong number",
        "who is helping",
    ],
)
def test_what_a_debtor_says_is_not_taken_for_a_stranger(text: str) -> None:
    assert ReplyKind.WRONG_PERSON not in read(text).kinds


@pytest.mark.parametrize(
    "text",
    [
        "If you don't stop texting me I will report you",
        "you never stop calling me",
        "why do you not stop messaging me",
        "Never heard of you, stop texting me",
        "don't know this company stop texting",
        "I do not want to receive your texts",
        "I no longer wish to hear from you",
        "you are pestering me",
        "opt me out",
        "dnt txt me",
        "don't txt",
        "leave my mum alone",
        "Could you not call me at work",
        "give it a rest with the texts",
        "Only contact me by email",
        "我不同意你们再联系我",
        "不同意你们给我发短信",
        "停止发贷款短信",
        "取消贷款短信提醒",
        "停止发送贷款信息",
        "能不能不打电话了",
        "不打电话行不行",
        "删除我的信息",
        "唔好再打嚟",
    ],
)
def test_a_stop_is_found_in_whatever_words_and_is_no_wish_to_be_called(text: str) -> None:
    assert ReplyKind.STOP in read(text).kinds
    assert not {ReplyKind.CALLBACK, ReplyKind.DISPUTE}.intersection(read(text).kinds)


@pytest.mark.parametrize(
    "text",
    [
        *("ST0P", "s t o p", "S.T.O.P!", "cease", "halt", "TTD", "un subscribe", "opt me out"),
        *("arrêt", "ARRE\u0302T", "退 订", "退。订", "TD回复", "T 退订", "🛑", "🛑🛑", "⛔️"),
    ],
)
def test_marks_blanks_accents_and_signs_do_not_hide_a_keyword(text: str) -> None:
    assert read(text).kinds == (ReplyKind.STOP,)


@pytest.mark.parametrize(
    "text",
    [
        "I don't receive your texts",
        "I haven't received any text",
        "I can't stop crying",
        "please don't stop my account",
        "Don't stop sending the reminders, they help",
        "唔好意思，月底还",
    ],
)
def test_what_only_sounds_like_a_stop_is_none(text: str) -> None:
    assert ReplyKind.STOP not in read(text).kinds


@pytest.mark.parametrize(
    "text, channels",
    [
        ("STOP", ()),
        ("stop contacting me", ()),
        ("删除我的信息", ()),
        ("别再骚扰我", ()),
        ("please stop calling", (Channel.CALL,)),
        ("不要再打电话了", (Channel.CALL,)),
        ("别再打了，可以发短信", (Channel.CALL,)),
        ("don't call me, email is fine", (Channel.CALL,)),
        ("stop texting me. And stop calling me", (Channel.SMS, Channel.CALL)),
        ("别发短信，也别打电话", (Channel.SMS, Channel.CALL)),
        ("no more emails please", (Channel.EMAIL,)),
        ("Stop visiting my house", (Channel.VISIT,)),
        ("Only contact me by email", ALL_BUT_EMAIL),
        ("只接受邮件联系", ALL_BUT_EMAIL),
        ("I will pay by phone", ()),
    ],
)
def test_a_stop_says_which_channels_it_names(text: str, channels: tuple[Channel, ...]) -> None:
    assert read(text).stops_channels == channels


def test_who_wants_calls_instead_of_texts_is_called() -> None:
    assert {ReplyKind.STOP, ReplyKind.CALLBACK} <= set(
        read("stop texting me. please call me tomorrow at 3 pm").kinds
    )
    assert ReplyKind.CALLBACK not in read("stop contacting me. call me back never").kinds


@pytest.mark.parametrize(
    "text",
    [
        *("kms", "cant do this anymore", "I cannot go on", "nothing left to live for"),
        *("I don't want to wake up", "took all my pills", "slit my wrists", "im feeling sucidal"),
        *("我在天台", "我要吞药了", "割脈", "活著沒意思", "我真的撐不下去了", "我有憂鬱症"),
        *("我带孩子一起走", "熬不下去了", "This is not helping, I want to die"),
    ],
)
def test_nobody_in_danger_is_missed(text: str) -> None:
    assert ReplyKind.SELF_HARM in read(text).kinds


@pytest.mark.parametrize(
    "text",
    [
        *("I lost my mom last week", "my dad is no longer alive", "he took his own life"),
        *("亡夫欠的", "我妈刚走", "我是他的继承人", "我爸過身了", "死了还催"),
    ],
)
def test_nobody_in_mourning_is_missed(text: str) -> None:
    assert ReplyKind.BEREAVEMENT in read(text).kinds


@pytest.mark.parametrize(
    "text, is_alarming",
    [
        *(("我快没命了", True), ("你们要我死吗", True), ("这样活", True), ("hmm my life", True)),
        *(("death", True), ("kill", True), ("嗯嗯", False), ("ok then", False), ("STOP", False)),
    ],
)
def test_what_is_not_understood_but_speaks_of_death_or_life_is_alarming(
    text: str, is_alarming: bool
) -> None:
    assert read(text).is_alarming == is_alarming


def test_every_language_has_its_weights_and_no_line_is_long() -> None:
    for path in Path("config/replies").glob("*.yaml"):
        assert max(map(len, path.read_text("utf-8").splitlines())) <= 100, path
