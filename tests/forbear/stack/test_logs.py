"""Logs stay bounded while their writers hold them open."""

from __future__ import annotations

from pathlib import Path

import pytest

from forbear.stack import logs
from forbear.stack.failures import StackError


def test_a_log_that_grew_too_large_is_emptied_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old line\n" * 10)
        logs.bound(tmp_path, bytes_max=50)
        writer.write(b"new line\n")
    assert log.read_bytes() == b"new line\n"
    assert (tmp_path / "kafka.log.1").read_bytes() == b"old line\n" * 10


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text("line\n")
    logs.bound(tmp_path, bytes_max=50)
    assert not (tmp_path / "kafka.log.1").exists()


def test_all_logs_are_shown_under_their_names(tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text("one\ntwo\n")
    (tmp_path / "intake.log").write_text("three\n")
    assert list(logs.last(tmp_path, "kafka", 1)) == ["two"]
    assert [line.split() for line in logs.last(tmp_path, None, 1)] == [
        ["intake", "three"],
        ["kafka", "two"],
    ]


def test_an_unknown_name_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "kafka.log").write_text("")
    with pytest.raises(StackError, match="there are: kafka"):
        list(logs.last(tmp_path, "kafak", 5))


def test_following_shows_what_is_written_meanwhile_even_over_an_emptied_log(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("before before before\n")
    texts = iter(["fresh\n", "fresh\nmore\n"])

    def goes_on() -> bool:
        text = next(texts, None)
        if text is not None:
            log.write_text(text)
        return text is not None

    assert list(logs.follow(tmp_path, "kafka", goes_on)) == ["fresh", "more"]
