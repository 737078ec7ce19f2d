"""Of a mail only the sender's own new words count."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.commands.library import load
from services.contact.domain.abuse_reports import read_abuse_report
from services.contact.domain.bounces import read_bounce
from services.contact.domain.mail import BYTES_MAX, read_mail, read_or_begin
from services.contact.domain.quoting import own_words, text_of_html

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


OURS = partial(load(Path("config")).is_ours, "Demo Bank")


def mail(subject: str, body: str = "", kind: str = "text/plain") -> str:
    raw = f"From: a@b.test\r\nSubject: {subject}\r\nContent-Type: {kind}\r\n\r\n{body}"
    letter = read_mail(raw.encode(), OURS)
    assert letter is not None
    return letter.text


def test_a_subject_counts_unless_it_is_ours() -> None:
    assert mail("STOP") == mail("Re: STOP") == mail("Re: AW: STOP") == "STOP"
    assert mail("Unsubscribe", "Thanks, John") == "Unsubscribe\nThanks, John"
    ours = "A message from Demo Bank"
    assert mail(ours) == mail(f"Re: {ours}") == mail(f"回复：{ours}") == ""
    assert mail(f"Re: {ours}", "TD") == "TD"
    assert mail("From now on write to my lawyer") == "From now on write to my lawyer"


@pytest.mark.parametrize(
    "text",
    [
        "> old words\n> more\n\nSTOP",
        "On Mon, 2 Mar 2026 at 12:00, Bank <a@b.test> wrote:\n> old\n>\n> Dear A\n\nSTOP",
        "On Mon, 2 Mar 2026 at 12:00, Bank\n<a@b.test> wrote:\n\n> old\nSTOP",
        "在 2026年3月2日，银行 写道：\n> old\n\nSTOP\n",
        "Sent from my phone\n\nSTOP",
        "From: Bank\nSubject: x\n\nDear A, reply STOP to opt out.\n\nSTOP",
        "-----Original Message-----\nDear A, reply STOP to opt out.\nSTOP\n",
    ],
)
def test_words_below_a_quote_count(text: str) -> None:
    assert own_words(text) == "STOP"


@pytest.mark.parametrize(
    "source",
    [
        "<blockquote>old</blockquote><p>STOP</p>",
        "<div>STOP</div><blockquote>old</blockquote>",
        '<div class="gmail_quote"><div>On Mon, 2 Mar 2026 Bank wrote:</div>'
        "<blockquote>old<br>Dear A</blockquote></div><div>STOP</div>",
        "<blockquote>a<blockquote>b</blockquote>c</blockquote>STOP",
        "<style>p{}</style>STOP<script>while(1){}</script>",
    ],
)
def test_an_answer_in_html_is_read_above_and_below_its_quote(source: str) -> None:
    assert own_words(text_of_html(source)) == "STOP"


def test_our_own_words_are_never_taken_for_the_senders() -> None:
    ours = "Dear A, reply STOP to opt out.\n退订：https://bank.test/u"
    assert own_words(f"OK\nFrom: Bank\nTo: A\n\n{ours}") == "OK"
    assert own_words("\n".join(f"> {line}" for line in ours.split("\n"))) == ""


def test_an_empty_part_hides_no_other() -> None:
    parts = "--b\r\nContent-Type: text/plain\r\n\r\n \r\n"
    parts += "--b\r\nContent-Type: text/html\r\n\r\n<p>STOP</p>\r\n--b--"
    assert (
        mail("Re: A message from Demo Bank", parts, "multipart/alternative; boundary=b") == "STOP"
    )


def test_without_words_of_its_own_a_mail_is_shown_whole() -> None:
    raw = b"From: a@b.test\r\nSubject: Re: A message from Demo Bank\r\n\r\n> Dear A\r\n> pay"
    letter = read_mail(raw, OURS)
    assert letter is not None
    assert (letter.text, letter.whole) == ("", "Re: A message from Demo Bank\n\n> Dear A\r\n> pay")


HEAVY = {
    "styles": "<style>" * 30_000,
    "openings": "<" * 200_000,
    "unclosed": "<a" * 100_000,
    "spaces": "<p>" + " " * 200_000,
    "lines": "\n" * 200_000,
    "quotes": "<blockquote>x" * 15_000,
}


@pytest.mark.parametrize("kind", sorted(HEAVY))
def test_no_small_mail_takes_long_to_read(kind: str) -> None:
    raw = b"From: a@b.test\r\nContent-Type: text/html\r\n\r\n" + HEAVY[kind].encode()
    began = time.process_time()
    assert read_mail(raw) is not None
    assert time.process_time() - began < 5


@pytest.mark.parametrize("inner", [b"multipart/mixed; boundary=b", b"message/rfc822"])
def test_parts_within_parts_are_shown_as_far_as_they_go(inner: bytes) -> None:
    nested = b"From: a@b.test\r\nContent-Type: " + inner + b"\r\n\r\n"
    nested += (b"--b\r\nContent-Type: " + inner + b"\r\n\r\n") * 3_000
    letter = read_or_begin(nested)
    assert letter is not None and letter.from_address == "a@b.test"


def test_of_a_mail_too_large_a_person_sees_the_beginning() -> None:
    raw = b"From: Ann <a@b.test>\r\n\r\nSTOP" + b"x" * BYTES_MAX
    letter = read_or_begin(raw)
    assert letter is not None and not letter.is_whole
    assert (letter.from_address, letter.text) == ("a@b.test", "")
    assert "STOP" in letter.whole
    assert read_or_begin(b"nobody" * BYTES_MAX) is None


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
    "host names": b"From: a@b.test\r\nContent-Type: text/plain; charset=punycode\r\n\r\naa-"
    + b"kva" * _MANY,
    "spam reports": b"From: a@b.test\r\nContent-Type: multipart/report; boundary=x; report-type="
    b"feedback-report" + b"; a*0*=utf-8''x" * _MANY,
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_no_mail_keeps_its_reader_busy(kind: str) -> None:
    began = time.process_time()
    read_mail(HOSTILE[kind] + b"\r\n\r\nSTOP")
    read_bounce(HOSTILE[kind] + b"\r\n\r\nSTOP")
    read_abuse_report(HOSTILE[kind] + b"\r\n\r\nSTOP")
    assert time.process_time() - began < 5


def test_words_under_a_name_that_is_no_alphabet_are_read_all_the_same() -> None:
    head = b"From: a@b.test\r\nContent-Type: text/plain; charset="
    for name in (b"punycode", b"idna", b"nonsense", b"GB2312"):
        letter = read_mail(head + name + b"\r\n\r\nSTOP")
        assert letter is not None and letter.text == "STOP"


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
