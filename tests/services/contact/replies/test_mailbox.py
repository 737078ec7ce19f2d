"""A Maildir is read mail by mail: each once, none lost, and none keeps the others waiting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from chassis.database import Database
from chassis.errors import NotFound
from chassis.service import Context
from interfaces.contact import TouchStatus
from interfaces.values import Channel
from services.contact.activities.mailbox import collect, look_once
from services.contact.commands.judging import attempt_id_of
from services.contact.gateways import maildir
from services.contact.gateways.maildir import Maildir
from services.contact.settings import MailboxSettings
from tests.services.contact.post import dsn
from tests.services.contact.scene import TENANT, Scene, touch_of

FROM = b"From: B <b1@example.test>\r\n"


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class DiesBeforeTheMove(Maildir):
    def put_away(self, mail: Path) -> None:
        raise Killed


def mail(message_id: str, words: str) -> bytes:
    head = f"Message-ID: <{message_id}@example.test>\r\nContent-Type: text/plain; charset=utf-8"
    return FROM + f"{head}\r\n\r\n{words}\r\n".encode()


def box_in(folder: Path) -> Maildir:
    box = Maildir(folder / "mail")
    box.create()
    return box


def deliver(box: Maildir, name: str, raw: bytes, at: int = 0) -> None:
    """As a mail server does: written whole in `tmp`, then moved."""
    written = box.directory / "tmp" / name
    written.write_bytes(raw)
    os.utime(written, (at, at))
    written.rename(box.directory / "new" / name)


def names(box: Maildir, folder: str) -> list[str]:
    return sorted(path.name for path in (box.directory / folder).iterdir() if path.is_file())


async def look(scene: Scene, box: Maildir) -> int:
    return await look_once(scene.context, scene.desk, {TENANT: box})


async def labels(scene: Scene) -> list[list[str]]:
    query = text("SELECT labels FROM reply_understanding ORDER BY at, reply_id")
    async with scene.database.transaction() as session:
        return [sorted(row.labels) for row in await session.execute(query)]


@pytest.mark.database
async def test_each_mail_is_a_reply_once_and_is_moved_away(scene: Scene, tmp_path: Path) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1.a.host", mail("m1", "退订"))
    deliver(box, "2.b.host", mail("m1", "退订"))
    assert await look(scene, box) == 2
    assert await look(scene, box) == 0
    assert await labels(scene) == [["stop"]]
    assert await scene.count("opt_out") == 1
    assert names(box, "new") == names(box, "cur") == []
    assert names(box, ".processed/cur") == ["1.a.host:2,S", "2.b.host:2,S"]
    deliver(box, "3.c.host", mail("m1", "退订"))
    await look(scene, box)
    assert await scene.count("reply_understanding") == 1


@pytest.mark.database
async def test_one_that_somebody_opened_is_taken_in_too(scene: Scene, tmp_path: Path) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1.a.host", mail("m1", "退订"))
    (box.directory / "new" / "1.a.host").rename(box.directory / "cur" / "1.a.host:2,RS")
    assert await look(scene, box) == 1
    assert names(box, ".processed/cur") == ["1.a.host:2,S"]


@pytest.mark.database
async def test_a_death_between_commit_and_move_takes_nothing_in_twice(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1.a.host", mail("m1", "我失业了，还不起"))
    with pytest.raises(Killed):
        await look(scene, DiesBeforeTheMove(box.directory))
    assert (names(box, "new"), await scene.count("hold")) == (["1.a.host"], 1)
    assert await look(scene, box) == 1
    assert await labels(scene) == [["hardship"]]
    assert await scene.count("hold") == 1
    assert names(box, ".processed/cur") == ["1.a.host:2,S"]


@pytest.mark.database
async def test_without_a_database_nothing_moves(
    scene: Scene, tmp_path: Path, unused_tcp_port: int
) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1.a.host", mail("m1", "退订"))
    away = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{unused_tcp_port}/none")
    gone = Context(scene.settings, away, scene.context.clock)
    assert await look_once(gone, scene.desk, {TENANT: box}) == 0
    await away.dispose()
    assert names(box, "new") == ["1.a.host"]
    assert await look(scene, box) == 1


HOSTILE: Mapping[str, bytes] = {
    "no sender": b"\x00\xff garbage",
    "empty": b"",
    "deep": FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 5_000,
    "long header": b"From: " + b'"' * 500_000 + b"\r\n\r\nhi",
    "too large": FROM + b"\r\n" + b"a" * maildir.BYTES_MAX,
}


@pytest.mark.database
@pytest.mark.parametrize("kind", sorted(HOSTILE))
async def test_what_cannot_be_read_is_put_aside_with_a_reason_and_blocks_nobody(
    scene: Scene, tmp_path: Path, kind: str
) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1.bad.host", HOSTILE[kind], at=1)
    deliver(box, "2.good.host", mail("m1", "退订"), at=2)
    assert await look(scene, box) == 2
    assert names(box, "new") == []
    assert names(box, ".processed/cur") == ["2.good.host:2,S"]
    assert (box.directory / ".rejected/cur/1.bad.host:2,S").read_bytes() == HOSTILE[kind]
    reason = (box.directory / ".rejected/1.bad.host.reason").read_text()
    wanted = "contact/mail_too_large" if kind == "too large" else "contact/unreadable_mail"
    assert reason.startswith(wanted)
    # Whose sender is known is shown to a person too, as far as it goes.
    shown = [["unclear"]] if kind in ("deep", "too large") else []
    assert sorted(await labels(scene)) == [["stop"], *shown]
    assert await scene.count("desk_task") == len(shown)


@pytest.mark.database
@pytest.mark.parametrize("raw", [mail("m0", "我失业了"), b"no mail"])
async def test_one_that_cannot_be_moved_keeps_no_other_waiting(
    scene: Scene, tmp_path: Path, raw: bytes
) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    # With what is added when it is moved, the name is too long for the file system.
    deliver(box, "1" * 253, raw, at=1)
    deliver(box, "2.good.host", mail("m1", "退订"), at=2)
    for done in (1, 0):
        assert await look(scene, box) == done
    assert (names(box, "new"), names(box, ".processed/cur")) == (["1" * 253], ["2.good.host:2,S"])
    assert ["stop"] in await labels(scene)


@pytest.mark.database
async def test_bytes_that_are_no_text_are_read_as_far_as_they_go(
    scene: Scene, tmp_path: Path
) -> None:
    box = box_in(tmp_path)
    deliver(box, "1", b"From: \xff\xfe@b.test\r\nMessage-ID: <\xff>\r\n\r\nTD \xff\x00")
    assert await look(scene, box) == 1
    assert names(box, ".processed/cur") == ["1:2,S"]
    assert await scene.count("stray_reply") == 1


@pytest.mark.database
async def test_an_id_that_was_used_before_loses_nobodys_words(scene: Scene, tmp_path: Path) -> None:
    await scene.overdue("l1", "b1")
    box = box_in(tmp_path)
    deliver(box, "1", mail("m1", "退订"), at=1)
    assert await look(scene, box) == 1
    stranger = FROM.replace(b"b1@", b"b9@") + b"Message-ID: <m1@example.test>\r\n\r\nhi"
    deliver(box, "2", stranger, at=2)
    deliver(box, "3", mail("m1", "我失业了，还不起"), at=3)
    assert await look(scene, box) == 3 - 1
    assert await scene.count("stray_reply") == 1
    assert sorted(await labels(scene)) == [["hardship"], ["stop"]]


@pytest.mark.database
async def test_absence_notices_are_no_replies_and_bounces_end_their_attempt(
    scene: Scene, tmp_path: Path
) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL)
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    attempt_id = attempt_id_of(TENANT, "l1/1/k")
    box = box_in(tmp_path)
    deliver(box, "1", FROM + b"Auto-Submitted: auto-replied\r\n\r\nTD", at=1)
    deliver(box, "2", dsn(attempt_id), at=2)
    deliver(box, "3", dsn("0" * 32), at=3)
    assert await look(scene, box) == 3
    assert names(box, ".processed/cur") == ["1:2,S", "2:2,S"]
    assert (box.directory / ".rejected/3.reason").read_text().startswith("contact/unknown_attempt")
    assert await scene.count("reply_understanding") == 0
    async with scene.database.transaction() as session:
        outcome = (await session.execute(text("SELECT outcome FROM attempt"))).scalar_one()
    assert outcome == "undeliverable"


def test_only_files_are_mails(tmp_path: Path) -> None:
    box = box_in(tmp_path)
    (box.directory / "new" / ".hidden").write_bytes(b"x")
    (box.directory / "new" / "folder").mkdir()
    (box.directory / "new" / "link").symlink_to("/etc/hostname")
    os.mkfifo(box.directory / "new" / "pipe")
    assert box.waiting() == []


def test_what_was_taken_in_is_deleted_after_its_time_and_nothing_else(tmp_path: Path) -> None:
    box = box_in(tmp_path)
    for number, name in enumerate(("old", "young", "bad", "waiting")):
        deliver(box, name, b"x", at=1 if number != 1 else 200)
    paths = {path.name: path for path in box.waiting()}
    box.put_away(paths["old"])
    box.put_away(paths["young"])
    box.reject(paths["bad"], "why")
    assert box.forget(100) == 1
    assert names(box, ".processed/cur") == ["young:2,S"]
    assert names(box, ".rejected/cur") == ["bad:2,S"]
    assert [path.name for path in box.waiting()] == ["waiting"]


def test_two_mails_of_one_name_are_both_kept(tmp_path: Path) -> None:
    box = box_in(tmp_path)
    for content in (b"first", b"second"):
        deliver(box, "1", content)
        box.put_away(box.waiting()[0])
    kept = (box.directory / ".processed/cur").iterdir()
    assert sorted(path.read_bytes() for path in kept) == [b"first", b"second"]


@pytest.mark.database
async def test_a_mailbox_of_no_tenant_stops_the_service_at_its_start(
    scene: Scene, tmp_path: Path
) -> None:
    wrong = MailboxSettings(mailboxes={"nobody": tmp_path})
    with pytest.raises(NotFound):
        await collect(scene.context, wrong)
