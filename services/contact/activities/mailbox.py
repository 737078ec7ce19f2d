"""Reads the tenants' mailboxes: each mail once, moved away only when what it says is kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import Behind, Rejected
from chassis.faults import is_infrastructure
from chassis.service import Context
from chassis.telemetry import describe
from chassis.vault import Unreadable
from services.contact.commands import mail_in, receipts
from services.contact.commands.desk import Desk, desk
from services.contact.commands.receipts import Taken
from services.contact.domain.mail import Letter, read_beginning, read_mail
from services.contact.gateways.maildir import Maildir, TooLarge
from services.contact.settings import MailboxSettings

LOOK_SECONDS = 2.0
_TIDY_EVERY = timedelta(hours=1)
_UNREADABLE = "contact/unreadable_mail: it names no sender, or is built to be read for ever"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Mail:
    tenant: str
    raw: bytes
    letter: Letter | None
    too_large: str = ""


async def collect(context: Context, settings: MailboxSettings | None = None) -> None:
    """Never ends by itself; what fails is tried again. Raises `contact/unknown_tenant`."""
    its_desk, boxes = desk(context.settings, context.clock), boxes_of(settings or MailboxSettings())
    for tenant, box in boxes.items():
        its_desk.tenants.get(tenant)
        box.create()
    kept = timedelta(days=(settings or MailboxSettings()).mail_kept_days)
    tidied = context.clock.wall() - _TIDY_EVERY
    while True:
        await look_once(context, its_desk, boxes)
        wall = context.clock.wall()
        if wall - tidied >= _TIDY_EVERY:
            tidied = wall
            await asyncio.to_thread(_forget, boxes.values(), wall - kept)
        await asyncio.sleep(LOOK_SECONDS)


def boxes_of(settings: MailboxSettings) -> dict[str, Maildir]:
    return {tenant: Maildir(path) for tenant, path in settings.mailboxes.items()}


async def look_once(context: Context, desk: Desk, boxes: Mapping[str, Maildir]) -> int:
    """One pass over all that waits; how many mails were dealt with."""
    done = 0
    for tenant, box in boxes.items():
        try:
            for mail in await asyncio.to_thread(box.waiting):
                done += await _deal_with(context, desk, tenant, (box, mail))
        except OSError as fault:
            _log.warning("a mailbox is looked at again", extra={"fault": describe(fault)})
    return done


async def _deal_with(context: Context, desk: Desk, tenant: str, at: tuple[Maildir, Path]) -> bool:
    """One that fails for the moment stays where it is, and keeps no other waiting."""
    box, mail = at
    try:
        raw, too_large = await asyncio.to_thread(_read, box, mail)
        letter = None
        if not too_large:
            letter = await asyncio.to_thread(read_mail, raw, mail_in.ours(desk, tenant))
        refusal = await _take_in(context, desk, _Mail(tenant, raw, letter, too_large))
    except FileNotFoundError:
        return False
    except (SQLAlchemyError, OSError, TimeoutError, Behind, Unreadable) as fault:
        if isinstance(fault, Behind | Unreadable) or is_infrastructure(fault):
            _log.warning("a mail is read again", extra={"fault": describe(fault)})
            return False
        refusal = f"contact/unreadable_mail: {describe(fault)}"
    try:
        await _move(tenant, at, refusal)
    except OSError as fault:
        # What it says is committed; reading it again changes nothing.
        _log.error("a mail cannot be moved", extra={"fault": describe(fault)})
        return False
    return True


async def _move(tenant: str, at: tuple[Maildir, Path], refusal: str) -> None:
    box, mail = at
    if refusal:
        _log.error(
            "a mail was put aside", extra={"tenant": tenant, "because": refusal.partition(":")[0]}
        )
        await asyncio.to_thread(box.reject, mail, refusal)
    else:
        await asyncio.to_thread(box.put_away, mail)


async def _take_in(context: Context, desk: Desk, mail: _Mail) -> str:
    """Why it cannot be taken in; empty once all that it says is committed. Of what cannot be read a
    person is shown the beginning."""
    try:
        if not mail.too_large and await _is_bounce(context, desk, mail):
            return ""
        letter = mail.letter or read_beginning(mail.raw)
        if letter is not None:
            async with context.database.transaction() as session:
                now = context.clock.now()
                await mail_in.take_in_letter(session, desk, mail.tenant, letter, now)
        if mail.letter is None:
            return mail.too_large or _UNREADABLE
    except Behind:
        raise
    except Rejected as refused:
        return str(refused)
    return ""


async def _is_bounce(context: Context, desk: Desk, mail: _Mail) -> bool:
    async with context.database.transaction() as session:
        taken, _ = await receipts.take_bounce(session, desk, mail.tenant, mail.raw)
    return taken is not Taken.NOT_A_BOUNCE


def _forget(boxes: Iterable[Maildir], before: datetime) -> None:
    for box in boxes:
        try:
            box.forget(before.timestamp())
        except OSError as fault:
            _log.warning("a mailbox is tidied later", extra={"fault": describe(fault)})


def _read(box: Maildir, mail: Path) -> tuple[bytes, str]:
    """A mail, or the beginning of one that is too large, and then why the rest is not read."""
    try:
        return box.read(mail), ""
    except TooLarge as fault:
        return box.beginning(mail), f"contact/mail_too_large: {fault}"
