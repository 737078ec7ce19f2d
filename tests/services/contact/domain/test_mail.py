"""Of a mail only the sender's own new words count."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.bounces import read_bounce
from services.contact.domain.mail import own_words, read_mail

ATTEMPT = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [
        "STOP\n> old words",
        "STOP\n\nOn Mon, 2 Mar 2026 at 12:00, Bank <a@b.test> wrote:\n> old",
        "STOP\n-- \nAnn\nSome Company",
        "STOP\n-----Original Message-----\nold",
        "STOP\n在 2026年3月2日，银行 写道：\nold",
        "STOP\nSent from my phone\nold",
        "STOP\n发件人: 银行\nold",
    ],
)
def test_quotes_and_signatures_are_cut(text: str) -> None:
    assert own_words(text) == "STOP"


def test_a_mail_in_html_is_read_without_its_tags_and_its_quote() -> None:
    raw = (
        b"From: Ann <Ann@Example.test>\r\nMessage-ID: <1@x>\r\n"
        + f"References: <other@x> <{ATTEMPT}@bank.test>\r\n".encode()
        + b"Content-Type: text/html; charset=gb18030\r\n\r\n<style>p{}</style><p>"
        + "退订".encode("gb18030")
        + b"&amp;</p><blockquote>old</blockquote>"
    )
    letter = read_mail(raw)
    assert letter is not None
    assert (letter.text, letter.from_address) == ("退订&", "Ann@Example.test")
    assert letter.attempt_ids == (ATTEMPT,)


def test_a_mail_of_a_subject_alone_says_its_subject_and_an_answer_does_not_say_ours() -> None:
    head = b"From: a@b.test\r\nSubject: "
    plain, answer = read_mail(head + b"STOP\r\n\r\n"), read_mail(head + b"Re: STOP to end\r\n\r\n")
    assert plain is not None and answer is not None
    assert (plain.text, answer.text) == ("STOP", "")


@pytest.mark.parametrize(
    "header", [b"Auto-Submitted: auto-replied", b"Content-Type: multipart/report; boundary=x"]
)
def test_what_nobody_wrote_is_known_as_automatic(header: bytes) -> None:
    letter = read_mail(b"From: a@b.test\r\n" + header + b"\r\n\r\nhi")
    assert letter is not None and letter.is_automatic


HEADS = (b"From: ", b"Content-Type: multipart/mixed; boundary=", b"Subject: =?", b"References: <")


@given(st.lists(st.tuples(st.sampled_from(HEADS), st.binary(max_size=40)), max_size=5), st.binary())
def test_no_bytes_break_the_reading(heads: list[tuple[bytes, bytes]], body: bytes) -> None:
    raw = b"\r\n".join(name + value for name, value in heads) + b"\r\n\r\n" + body
    letter = read_mail(raw)
    assert letter is None or letter.from_address


_MANY = 100_000
HOSTILE = {
    "quotes in a sender": b"From: " + b'"' * _MANY,
    "brackets in a sender": b"From: " + b"(" * _MANY,
    "parameters": b"From: a@b.test\r\nContent-Type: text/plain" + b'; a="' * _MANY,
    "folded": b"From: a@b.test\r\nSubject: " + b"=?x?q?y?=\r\n " * _MANY,
    "parts in parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 10_000,
    "styles": b"From: a@b.test\r\nContent-Type: text/html\r\n\r\n" + b"<style>" * _MANY,
    "thread": b"From: a@b.test\r\nReferences: " + b"<0123456789abcdef@" * _MANY,
    "lines": b"From: a@b.test\r\n\r\n" + b"\n" * _MANY,
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_no_mail_keeps_its_reader_busy(kind: str) -> None:
    began = time.process_time()
    read_mail(HOSTILE[kind] + b"\r\n\r\nSTOP")
    read_bounce(HOSTILE[kind] + b"\r\n\r\nSTOP")
    assert time.process_time() - began < 5


def test_a_long_thread_and_bytes_that_are_no_text_are_read() -> None:
    raw = b"From: a@b.test\r\nReferences: " + b"<x@y.test> " * 2_000 + f"<{ATTEMPT}@z>".encode()
    long, odd = read_mail(raw + b"\r\n\r\nSTOP"), read_mail(b"From: \xff@b.test\r\n\r\nSTOP \xff")
    assert long is not None and odd is not None
    assert (long.text, long.attempt_ids) == ("STOP", (ATTEMPT,))
    odd.text.encode(), odd.from_address.encode(), odd.message_id.encode()


def test_scripts_say_nothing_and_a_style_that_never_ends_hides_the_rest() -> None:
    head = b"From: a@b.test\r\nContent-Type: text/html\r\n\r\n"
    closed = read_mail(head + b"<SCRIPT>x</script ><style>y</STYLE>STOP<style>z")
    assert closed is not None and closed.text == "STOP"
