"""Providers for tests: real servers on loopback that can be told how to misbehave."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from interfaces.values import Channel, Purpose, Role
from services.contact.gateways import Letter, Message

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SECRET = "a shared secret of thirty-two characters"


def message_of(
    attempt_id: str = "a" * 32, channel: Channel = Channel.EMAIL, **changes: object
) -> Message:
    fields: dict[str, object] = {
        "attempt_id": attempt_id,
        "tenant": "demo",
        "key": "l1/1/k",
        "loan_id": "l1",
        "party_id": "b1",
        "role": Role.BORROWER,
        "channel": channel,
        "purpose": Purpose.REMINDER,
        "template": "reminder",
        "notice": "",
        "asks_circumstances": False,
        "at": NOON,
        "address": "b1@example.test",
        "subject": "还款提醒",
        "body": "王小明，您好！\n逾期应还 1,234.56 CNY。",
        "subject_key": b"",
        "language": "zh-CN",
        "name": "王小明",
        "letter": Letter((("如何还款", "到任一网点"),), "示例银行", "一号路", "2026-03-02", "示例"),
    }
    return Message(**{**fields, **changes})  # type: ignore[arg-type]


def dsn(
    attempt_id: str,
    action: str = "failed",
    status: str = "5.1.1",
    named_by: str = "message_id",
) -> bytes:
    """A delivery status notification as RFC 3464 has it."""
    report = MIMEMultipart("report")
    report.set_param("report-type", "delivery-status")
    to = f"collections+{attempt_id}@bank.example" if named_by == "return_path" else "x@bank.example"
    report["From"], report["To"] = "MAILER-DAEMON@mail.example", to
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("This mail could not be delivered."))
    envelope = f"Original-Envelope-Id: {attempt_id}\r\n" if named_by == "envelope" else ""
    fields = (
        f"{envelope}Reporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; b1@example.test\r\nAction: {action}\r\nStatus: {status}\r\n"
    )
    report.attach(_part("message", "delivery-status", fields))
    returned = f"Message-ID: <{attempt_id}@bank.example>\r\nSubject: x\r\n\r\n"
    if named_by == "message_id":
        report.attach(_part("message", "rfc822", returned))
    if named_by == "headers":
        report.attach(_part("text", "rfc822-headers", returned))
    return report.as_bytes()


def arf(attempt_id: str, kind: str = "abuse", named_by: str = "message_id") -> bytes:
    """A spam report as RFC 5965 has it."""
    report = MIMEMultipart("report")
    report.set_param("report-type", "feedback-report")
    report["From"], report["To"] = "feedback@mail.example", "abuse@bank.example"
    report["Subject"] = "FW: a reminder"
    report.attach(MIMEText("This is a report of a message that a reader called spam."))
    path = f"collections+{attempt_id}@bank.example" if named_by == "return_path" else "x@y.example"
    fields = f"Feedback-Type: {kind}\r\nUser-Agent: M/1\r\nVersion: 1\r\n"
    fields += f"Original-Mail-From: <{path}>\r\n\r\n"
    report.attach(_part("message", "feedback-report", fields))
    returned = f"Message-ID: <{attempt_id}@bank.example>\r\nSubject: x\r\n\r\n"
    if named_by == "message_id":
        report.attach(_part("message", "rfc822", returned))
    if named_by == "headers":
        report.attach(_part("text", "rfc822-headers", returned))
    return report.as_bytes()


def _part(main: str, sub: str, text: str) -> MIMEBase:
    part = MIMEBase(main, sub)
    if main == "message":
        groups = text.split("\r\n\r\n") if sub == "delivery-status" else [text]
        part.set_payload([message_from_string(each) for each in groups])
    else:
        part.set_payload(text)
    return part


@dataclass
class MailServer:
    """What arrived, and how to answer. `at_data` is awaited after the message came whole."""

    port: int = 0
    received: list[Envelope] = field(default_factory=list)
    rcpt_answer: str = ""
    data_answer: str = "250 OK"
    at_data: Callable[[SMTP], None] | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt_answer:
            return self.rcpt_answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer.startswith("250"):
            self.received.append(envelope)
        if self.at_data is not None:
            self.at_data(server)
        return self.data_answer


@asynccontextmanager
async def mail_server(
    context: ssl.SSLContext | None = None, *, starttls: bool = False
) -> AsyncIterator[MailServer]:
    handler = MailServer()
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            handler,
            hostname="mail.example",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = await loop.create_server(session, "127.0.0.1", 0, ssl=None if starttls else context)
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()


def certificate(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1, and the file of the authority to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate must be valid on the machine's clock
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    public, private = directory / "server.pem", directory / "server.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpServer:
    """A gateway by the contract; `faults` are met one by one, before it behaves. `cut` closes the
    line without an answer after taking the message, `lost` before."""

    port: int = 0
    asked: list[Asked] = field(default_factory=list)
    messages: dict[str, dict[str, object]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    retry_after: str = ""
    sign: Callable[[Asked, int, bytes], str] | None = None

    def headers(self, asked: Asked, status: int, body: bytes) -> str:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close"]
        if self.retry_after and status in (429, 503):
            lines.append(f"Retry-After: {self.retry_after}")
        if self.sign is not None:
            lines.append(f"Forbear-Signature: {self.sign(asked, status, body)}")
        return "\r\n".join([*lines, "", ""])

    def answer(self, asked: Asked) -> tuple[int, object] | None:
        fault = self.faults.pop(0) if self.faults else ""
        if "/webhooks/" in asked.path:
            return (int(fault), {}) if fault else (200, {"receipts": []})
        if fault in ("429", "500", "503", "401", "408", "409"):
            return int(fault), {}
        if fault == "lost":
            return None
        if fault == "other":
            return 200, {"id": "of-another", "status": "accepted"}
        if fault == "garbage":
            return 200, ["no", "object"]
        if asked.method == "GET":
            name = asked.path.rpartition("/")[2]
            known = name in self.messages
            return (200, {"id": name, "status": "accepted"}) if known else (404, {})
        sent = json.loads(asked.body)
        if str(sent["to"]).endswith(".invalid"):
            return 422, {"code": "address_refused"}
        self.messages.setdefault(sent["id"], sent)
        if fault == "cut":
            return None
        return 202, {"id": sent["id"], "status": "accepted"}


@asynccontextmanager
async def http_server(slow_seconds: float = 0.0) -> AsyncIterator[HttpServer]:
    state = HttpServer()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            state.asked.append(asked)
            answer = state.answer(asked)
            if slow_seconds:
                await reader.read()
            elif answer is not None:
                status, content = answer
                body = json.dumps(content).encode()
                writer.write(state.headers(asked, status, body).encode() + body)
                await writer.drain()
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {
        name.casefold(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)
