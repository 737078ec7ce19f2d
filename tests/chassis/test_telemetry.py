"""Logs are one line each and say nothing that a person could be known by."""

from __future__ import annotations

import logging
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import telemetry
from chassis.errors import Conflict


def test_a_record_is_one_line_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        telemetry.configure("cases")
        logging.getLogger("x").info("key parked", extra={"topic": "t", "offset": 3})
    finally:
        root.handlers[:], root.level = before
    line = capsys.readouterr().err.strip()
    assert line.endswith(" info cases key parked topic=t offset=3")
    assert line[10] == "T" and line[23] == "Z"


def test_an_exception_is_logged_by_its_place_and_not_by_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        telemetry.configure("cases")
        try:
            raise ValueError("+86 139 0000 0000")
        except ValueError as error:
            logging.getLogger("x").error("failed", exc_info=error)
    finally:
        root.handlers[:], root.level = before
    logged = capsys.readouterr().err
    assert "ValueError at test_telemetry.py" in logged
    assert "+86 139 0000 0000" not in logged.replace('raise ValueError("+86 139 0000 0000")', "")


def test_an_error_is_described_by_class_and_code() -> None:
    assert telemetry.describe(Conflict("cases/closed", "secret")) == "Conflict cases/closed"
    assert telemetry.describe(ValueError("secret")) == "ValueError"
    assert telemetry.describe(TypeError("f() takes 1 argument")) == "TypeError f() takes 1 argument"


@given(st.text())
def test_a_child_keeps_a_valid_trace_and_replaces_any_other(text: str) -> None:
    parent = telemetry.new_traceparent()
    child = telemetry.child_of(parent)
    assert child[:36] == parent[:36] and child != parent
    assert len(telemetry.child_of(text)) == 55


def test_event_ids_are_version_seven_and_unique() -> None:
    made = [telemetry.new_event_id() for _ in range(1_000)]
    assert len(set(made)) == 1_000
    assert {uuid.UUID(each).version for each in made} == {7}
