"""The providers of a play: a mail server and an HTTP gateway that take what contact sends, and say
what became of it. Words and addresses are read and forgotten; ids alone are kept.

`python -m forbear.play.post_office --tenant demo`
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import signal
import sys
from collections.abc import Sequence

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis import telemetry
from chassis.clock import Clock
from chassis.settings import Settings, load
from forbear.play.post_counter import counter
from forbear.play.post_ledger import PostLedger, open_ledger
from forbear.play.post_reports import Reports, Word
from services.contact.gateways.addresses import GatewaySettings

_MESSAGE_ID = re.compile(rb"^message-id:\s*<([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
_BYTES_MAX = 1024 * 1024


async def open_post_office(settings: Settings, tenant: str, stop: asyncio.Event) -> None:
    """Serve until `stop`; what was taken before is known again after a restart."""
    clock = Clock(settings)
    ledger = open_ledger(settings.var / "post_office" / f"{tenant}.jsonl")
    secret = GatewaySettings().of(tenant).secret
    if not secret:
        raise SystemExit("forbear: the post office needs FORBEAR_GATEWAYS with a secret")
    contact = f"http://{settings.host}:{settings.port('contact')}"
    reports = Reports(contact, tenant, secret, clock)
    app = counter(ledger, reports, secret, clock.wall)
    mail = await _mail_server(settings, ledger, reports)
    serving = uvicorn.Server(
        uvicorn.Config(app, host=settings.host, port=settings.port("post_office"), log_config=None)
    )
    tasks = [asyncio.create_task(serving.serve()), asyncio.create_task(reports.run(stop))]
    try:
        await stop.wait()
        serving.should_exit = True
        await asyncio.gather(*tasks)
    finally:
        mail.close()
        ledger.close()


class Mailroom:
    """The mail server's answers. An address ending in .invalid is taken and comes back, as a
    server further on would have it."""

    def __init__(self, ledger: PostLedger, reports: Reports) -> None:
        self._ledger, self._reports = ledger, reports

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        found = _MESSAGE_ID.search(content)
        if found is None:
            return "550 5.6.0 only mail with an attempt's id is taken here"
        attempt_id = found[1].decode()
        self._ledger.take(attempt_id, "email")
        if any(address.casefold().endswith(".invalid") for address in envelope.rcpt_tos):
            self._reports.tell(Word(attempt_id, "email", "undeliverable"))
        return "250 2.0.0 taken"


async def _mail_server(settings: Settings, ledger: PostLedger, reports: Reports) -> asyncio.Server:
    mailroom = Mailroom(ledger, reports)
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            mailroom, hostname="post-office", data_size_limit=_BYTES_MAX, ident="play", loop=loop
        )

    return await loop.create_server(session, settings.host, settings.port("post_office_smtp"))


async def _run(settings: Settings, tenant: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await open_post_office(settings, tenant, stop)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m forbear.play.post_office")
    parser.add_argument("--tenant", required=True)
    asked = parser.parse_args(argv)
    telemetry.configure("post_office")
    # The mail server's own log repeats addresses.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(_run(load(Settings), asked.tenant))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
