"""E-mail over SMTP. A server cannot be asked whether a message left, so the last step is guarded.

Up to the end of RCPT nothing has left. From DATA on, only the server's answer tells; without one
the hand-over is in doubt, and it is never made twice.
"""

from __future__ import annotations

import re
import ssl
from contextlib import suppress
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import aiosmtplib

from services.contact.domain.refusals import is_of_address, status_in
from services.contact.gateways.addresses import SmtpServer
from services.contact.gateways.messages import (
    AboutToLeave,
    HandoverInDoubt,
    Message,
    NotHandedOver,
    Receipt,
    RefusedForGood,
)

TIMEOUT_SECONDS = 8.0
_PERMANENT = 500
_OF_THE_MESSAGE = (
    aiosmtplib.SMTPSenderRefused,
    aiosmtplib.SMTPRecipientRefused,
    aiosmtplib.SMTPDataError,
)
# No spaces, brackets or line breaks, nor what stands for them in a header (RFC 2047): an address
# must not become a command of its own.
_ADDRESS = re.compile(r"(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}\Z")


class _Unfolded(UnstructuredHeader):
    """Folding an address that is longer than a line would encode it, and no mail program would
    find it any more."""

    name: str

    def fold(self, *, policy: EmailPolicy[Any]) -> str:
        return f"{self.name}: {self}{policy.linesep}"


def _wire() -> EmailPolicy[Any]:
    headers: Any = HeaderRegistry()
    for name in ("list-unsubscribe", "message-id"):
        headers.map_to_type(name, _Unfolded)
    return SMTP.clone(header_factory=headers)


WIRE = _wire()


class SmtpProvider:
    name = "smtp"
    can_be_asked = False

    def __init__(self, server: SmtpServer, sender: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server, self._sender, self._timeout = server, sender, timeout

    async def send(self, message: Message, about_to_leave: AboutToLeave) -> Receipt:
        if not _ADDRESS.match(message.address):
            return Receipt(message.attempt_id, is_accepted=False)
        # What cannot be written fails here, while it surely has not left.
        written = email_of(message, self._sender).as_bytes(policy=WIRE)
        client = self._client()
        try:
            if not await self._introduce(client, message):
                return Receipt(message.attempt_id, is_accepted=False)
            await about_to_leave()
            return await self._hand_over(client, message.attempt_id, written)
        finally:
            client.close()

    async def find(self, attempt_id: str) -> Receipt | None:
        raise HandoverInDoubt(f"a mail server cannot be asked about {attempt_id}")

    def _client(self) -> aiosmtplib.SMTP:
        is_plain = self._server.scheme == "smtp"
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            use_tls=self._server.scheme == "smtps",
            start_tls=self._server.scheme == "smtp+starttls",
            tls_context=None if is_plain else _authorities(self._server.ca_file),
            timeout=self._timeout,
        )

    async def _introduce(self, client: aiosmtplib.SMTP, message: Message) -> bool:
        """Up to the recipient; false if the server says that nobody can be reached there."""
        try:
            await client.connect()
            if self._server.username:
                await client.login(self._server.username, self._server.password)
            await client.mail(bounce_address(self._sender, message.attempt_id))
            await client.rcpt(message.address)
        except aiosmtplib.SMTPRecipientRefused as refused:
            if refused.code >= _PERMANENT and is_of_address(refused.message):
                return False
            raise _put_off(refused) from None
        except aiosmtplib.SMTPException as fault:
            raise _put_off(fault) from None
        except (OSError, ValueError) as fault:
            raise NotHandedOver(f"mail server: {type(fault).__name__}") from None
        return True

    async def _hand_over(self, client: aiosmtplib.SMTP, attempt_id: str, written: bytes) -> Receipt:
        try:
            await client.data(written)
        except aiosmtplib.SMTPResponseException as answered:
            if isinstance(answered, aiosmtplib.SMTPTimeoutError) or answered.code < 0:
                raise HandoverInDoubt(f"mail server: {_words(answered)}") from None
            if answered.code >= _PERMANENT and is_of_address(answered.message):
                return Receipt(attempt_id, is_accepted=False)
            raise _put_off(answered) from None
        except (aiosmtplib.SMTPException, OSError) as fault:
            raise HandoverInDoubt(f"mail server: {_words(fault)}") from None
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        return Receipt(attempt_id, is_accepted=True)


def email_of(message: Message, sender: str) -> EmailMessage:
    """Plain text in the person's language; its Message-ID tells the attempt. Line breaks in a
    subject, written out or as RFC 2047 spells them, would be headers of somebody else's making."""
    mail = EmailMessage(policy=WIRE)
    mail["Message-ID"] = f"<{message.attempt_id}@{domain_of(sender)}>"
    mail["Date"] = format_datetime(message.at)
    mail["From"] = sender
    mail["To"] = message.address
    mail["Subject"] = " ".join(message.subject.replace("=?", "= ?").split())
    mail["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe:
        mail["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.body, cte="base64")
    if message.language:
        # Setting the content takes every earlier Content- header away.
        mail["Content-Language"] = message.language
    return mail


def bounce_address(sender: str, attempt_id: str) -> str:
    """Each message has its own return path, so that a bounce says which one came back."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+{attempt_id}@{domain}"


def domain_of(sender: str) -> str:
    return sender.rpartition("@")[2]


def _put_off(fault: aiosmtplib.SMTPException) -> NotHandedOver:
    """RFC 5321, 4.2.1: a 5xx is an answer for good. One to our greeting or login is not about the
    message, and is for the bank to mend."""
    if isinstance(fault, _OF_THE_MESSAGE) and fault.code >= _PERMANENT:
        status = f" {found}" if (found := status_in(fault.message)) else ""
        return RefusedForGood(f"the mail server refuses the message: {fault.code}{status}")
    return NotHandedOver(f"mail server: {_words(fault)}")


def _words(fault: Exception) -> str:
    """The kind of fault and its code; a server's own words may repeat the address."""
    code = getattr(fault, "code", None)
    return type(fault).__name__ if code is None else f"{type(fault).__name__} {code}"


@lru_cache(maxsize=8)
def _authorities(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)
