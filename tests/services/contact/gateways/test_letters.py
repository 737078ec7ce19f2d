"""Letters are pages with Chinese text, the same for the same message, whatever is in a name."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chassis.configuration import read_documents
from interfaces.tenant import parse_tenant
from interfaces.values import Channel
from services.contact.commands.composing import Addressee, write
from services.contact.commands.library import load
from services.contact.domain.templates import LANGUAGES, LETTER_FIELDS, LoanAmounts
from services.contact.gateways.letters import pdf_of
from tests.services.contact.post import NOON, message_of

LIBRARY = load(Path("config"))
TENANT = parse_tenant(read_documents(Path("config/tenants"))[Path("config/tenants/demo.yaml")])
LOAN = LoanAmounts("l1", "CNY", 123_456, 1_000_000, date(2026, 2, 1))


def letter(language: str, at: datetime = NOON) -> bytes:
    template = LIBRARY.latest["written_demand", language]
    to = Addressee(TENANT, "王小明", language, Channel.LETTER, at)
    written = write(LIBRARY, template, to, (LOAN,))
    assert written.letter is not None
    assert len(written.letter.sections) == len(LETTER_FIELDS)
    return pdf_of(
        message_of(
            channel=Channel.LETTER,
            address="上海市示例路 1 号",
            subject=written.subject,
            body=written.body,
            letter=written.letter,
        )
    )


def test_a_demand_letter_becomes_the_same_pages_each_time() -> None:
    for language in LANGUAGES:
        first = letter(language)
        assert (
            first.startswith(b"%PDF-") and b"WenQuanYiMicroHei" in first and b"/FontFile2" in first
        )
        assert letter(language) == first


def test_every_section_says_its_amounts_and_ways() -> None:
    template = LIBRARY.latest["written_demand", "zh-CN"]
    to = Addressee(TENANT, "王小明", "zh-CN", Channel.LETTER, NOON)
    written = write(LIBRARY, template, to, (LOAN,))
    assert written.letter is not None
    whole = written.body + "".join(text for _, text in written.letter.sections)
    for said in ("王小明", "1,234.56 CNY", "10,000.00 CNY", "2026-02-01", "提出异议", "提交证据"):
        assert said in whole


@hypothesis_settings(max_examples=25)
@given(st.text(max_size=40))
def test_a_name_is_never_markup(name: str) -> None:
    message = message_of(channel=Channel.LETTER, name=f"<b>{name}</para>&", address=name)
    assert pdf_of(message).startswith(b"%PDF-")
