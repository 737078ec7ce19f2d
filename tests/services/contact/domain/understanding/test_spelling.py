"""Width, case and script of a message do not matter to the word lists."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.understanding.spelling import plain


def test_script_width_case_and_invisible_letters_are_brought_to_one_spelling() -> None:
    assert plain("請　問ＳＴＯＰ\u200b 還欠多少？") == "请 问stop 还欠多少?"
    assert plain("Don’t\n\nstop") == "don't. stop"
    assert plain("ARRE\u0302T arrêt 割脈 活著 撐不下去") == "arret arret 割脉 活着 撑不下去"


@given(st.text(max_size=200))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
