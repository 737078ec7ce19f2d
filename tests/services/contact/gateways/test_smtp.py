"""E-mail to a real SMTP server, over TLS, and every point at which the line may break."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path

import pytest

from services.contact.gateways import HandoverInDoubt, NotHandedOver, RefusedForGood
from services.contact.gateways.addresses import server_of
from services.contact.gateways.smtp import SmtpProvider
from tests.services.contact.post import certificate, mail_server, message_of

SENDER = "collections@bank.example"


class Leaving:
    """Counts how often a message was about to leave."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


def provider(url: str, ca_file: str = "", timeout: float = 8.0) -> SmtpProvider:
    return SmtpProvider(server_of(url, ca_file), SENDER, timeout)


async def test_a_mail_says_who_writes_which_attempt_it_is_and_how_to_stop_it() -> None:
    link = f"https://bank.example/v1/demo/unsubscribe/{'abc' * 50}"
    async with mail_server() as server:
        sending = provider(f"smtp://127.0.0.1:{server.port}")
        receipt = await sending.send(message_of(unsubscribe=link), Leaving())
    assert receipt.is_accepted
    [envelope] = server.received
    assert envelope.mail_from == f"collections+{'a' * 32}@bank.example"
    assert envelope.rcpt_tos == ["b1@example.test"]
    assert isinstance(envelope.content, bytes)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in envelope.content
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["Message-ID"] == f"<{'a' * 32}@bank.example>"
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (mail["Subject"], mail["Content-Language"]) == ("还款提醒", "zh-CN")
    assert "逾期应还 1,234.56 CNY" in mail.get_content()


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
async def test_tls_is_spoken_and_its_certificate_is_checked(scheme: str, tmp_path: Path) -> None:
    context, authority = certificate(tmp_path)
    async with mail_server(context, starttls=scheme == "smtp+starttls") as server:
        url = f"{scheme}://127.0.0.1:{server.port}"
        assert (await provider(url, str(authority)).send(message_of(), Leaving())).is_accepted
        leaving = Leaving()
        with pytest.raises(NotHandedOver):
            await provider(url).send(message_of(), leaving)
    assert (len(server.received), leaving.times) == (1, 0)


async def test_starttls_is_not_gone_without_where_the_server_has_none() -> None:
    async with mail_server() as server:
        with pytest.raises(NotHandedOver):
            await provider(f"smtp+starttls://127.0.0.1:{server.port}").send(message_of(), Leaving())
    assert server.received == []


@pytest.mark.parametrize(
    "answer, is_refused",
    [
        ("550 no such user", True),
        ("550 5.1.1 unknown", True),
        ("450 try later", False),
        ("550 5.7.1 relay access denied", False),
        ("554 5.7.1 blocked as spam", False),
        ("552 5.2.2 mailbox full", False),
    ],
)
async def test_a_refused_address_is_undeliverable_and_a_busy_one_is_tried_again(
    answer: str, is_refused: bool
) -> None:
    leaving = Leaving()
    async with mail_server() as server:
        server.rcpt_answer = answer
        sending = provider(f"smtp://127.0.0.1:{server.port}")
        if is_refused:
            assert not (await sending.send(message_of(), leaving)).is_accepted
        else:
            with pytest.raises(NotHandedOver):
                await sending.send(message_of(), leaving)
    assert leaving.times == 0


@pytest.mark.parametrize("answer", ["451 come back later", "550 5.7.1 looks like spam"])
async def test_a_server_that_refuses_the_whole_did_surely_not_take_it(answer: str) -> None:
    async with mail_server() as server:
        server.data_answer = answer
        with pytest.raises(NotHandedOver):
            await provider(f"smtp://127.0.0.1:{server.port}").send(message_of(), Leaving())


@pytest.mark.parametrize(
    ("answer", "is_final"), [("550 5.7.1 policy of b1@example.test", True), ("451 later", False)]
)
@pytest.mark.parametrize("at", ["rcpt_answer", "data_answer"])
async def test_a_server_that_refuses_for_good_says_so_and_names_nobody(
    at: str, answer: str, is_final: bool
) -> None:
    async with mail_server() as server:
        setattr(server, at, answer)
        with pytest.raises(NotHandedOver) as fault:
            await provider(f"smtp://127.0.0.1:{server.port}").send(message_of(), Leaving())
    assert isinstance(fault.value, RefusedForGood) is is_final
    assert ("5.7.1" in str(fault.value)) is is_final
    assert "example.test" not in str(fault.value)


async def test_a_line_cut_after_the_message_leaves_it_in_doubt() -> None:
    leaving = Leaving()
    async with mail_server() as server:
        server.at_data = lambda session: session.transport.abort()  # type: ignore[union-attr]
        with pytest.raises(HandoverInDoubt):
            await provider(f"smtp://127.0.0.1:{server.port}").send(message_of(), leaving)
    assert (leaving.times, len(server.received)) == (1, 1)


async def test_a_server_that_is_down_did_surely_not_take_it() -> None:
    async with mail_server() as server:
        port = server.port
    with pytest.raises(NotHandedOver):
        await provider(f"smtp://127.0.0.1:{port}").send(message_of(), Leaving())


HIDDEN = "=?utf-8?q?a=0D=0ABcc=3A_x=40example.test?="


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@example.test", "a\nb", "a\rb", HIDDEN])
async def test_a_line_break_in_a_subject_makes_no_header(subject: str) -> None:
    async with mail_server() as server:
        sending = provider(f"smtp://127.0.0.1:{server.port}")
        assert (await sending.send(message_of(subject=subject), Leaving())).is_accepted
    content = server.received[0].content
    assert isinstance(content, bytes)
    assert email.message_from_bytes(content)["Bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        *("b1@example.test\r\nDATA", "b1@example.test> <x@y", "", "王"),
        *("=?utf-8?q?a=0D=0Ab?=@example.test", "=?utf-8?q?x?=@example.test"),
    ],
)
async def test_an_address_that_is_none_sends_nothing(address: str) -> None:
    async with mail_server() as server:
        sending = provider(f"smtp://127.0.0.1:{server.port}")
        try:
            receipt = await sending.send(message_of(address=address), Leaving())
        except NotHandedOver:
            return
        assert not receipt.is_accepted
    assert server.received == []


async def test_what_cannot_be_written_was_surely_not_handed_over() -> None:
    leaving = Leaving()
    async with mail_server() as server:
        with pytest.raises(ValueError, match="linefeed"):
            sending = provider(f"smtp://127.0.0.1:{server.port}")
            await sending.send(message_of(language="en\r\nx"), leaving)
    assert (leaving.times, server.received) == (0, [])


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example:25"])
def test_another_kind_of_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="mail server"):
        server_of(url)
