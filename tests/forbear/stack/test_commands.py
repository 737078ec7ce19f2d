"""The command line says in one sentence what is wrong and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.settings import settings_from
from forbear.stack import clocks, status
from forbear.stack.state import PartState, StackState, identify, write_state
from interfaces.clock import ClockReading


def _forbear(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forbear", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("FORBEAR_PROFILE", "production", "refuses to start: there is no authentication yet"),
        ("FORBEAR_HOST", "0.0.0.0", "is not a loopback address"),
        ("FORBEAR_PORT_BASE", "70000", "the setting port_base='70000'"),
        ("TEMPORAL_NAMESPACE", "other", "is for a cluster of your own"),
    ],
)
def test_an_unsafe_setting_is_refused_before_anything_starts(
    tmp_path: Path, variable: str, value: str, message: str
) -> None:
    environment = {"FORBEAR_VAR": str(tmp_path), variable: value}
    refused = _forbear("up", **environment)
    assert refused.returncode == 1
    assert refused.stderr.startswith("forbear: ")
    assert message in refused.stderr
    assert refused.stderr.count("\n") == 1


@pytest.mark.slow
def test_status_without_a_stack_says_how_to_start_one(tmp_path: Path) -> None:
    shown = _forbear("status", FORBEAR_VAR=str(tmp_path))
    assert shown.returncode == 1
    assert "start one with `forbear up`" in shown.stdout
    asked = _forbear("status", "--json", FORBEAR_VAR=str(tmp_path))
    assert json.loads(asked.stdout)["supervised"] is False
    assert _forbear("down", FORBEAR_VAR=str(tmp_path)).stdout == "nothing runs here\n"


@pytest.mark.slow
def test_the_clock_is_shown_and_set(tmp_path: Path) -> None:
    var = str(tmp_path)
    assert _forbear("clock", FORBEAR_VAR=var).stdout == "real time (no clock file)\n"
    _forbear("clock", "--rate", "14400", "--start", "2026-01-05", FORBEAR_VAR=var)
    assert "14400 times as fast" in _forbear("clock", FORBEAR_VAR=var).stdout
    refused = _forbear("clock", "--start", "yesterday", FORBEAR_VAR=var)
    assert "is no ISO 8601 instant" in refused.stderr


@pytest.mark.slow
def test_the_clock_of_a_stopped_stack_stands_still_and_keeps_its_time_under_another_rate(
    tmp_path: Path,
) -> None:
    settings = settings_from(var=tmp_path)
    (tmp_path / "run").mkdir()
    set_at, stopped = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC)
    clocks.write_clock(settings, ClockReading(set_at, datetime(2005, 4, 1, tzinfo=UTC), 24))
    clocks.note_seen(settings, stopped)
    var = str(tmp_path)
    assert "case time 2005-04-02T00:00:00Z" in _forbear("clock", FORBEAR_VAR=var).stdout
    _forbear("clock", "--rate", "60", FORBEAR_VAR=var)
    reading = clocks.read_clock(settings)
    assert reading is not None
    assert (reading.case_epoch, reading.rate) == (datetime(2005, 4, 2, tzinfo=UTC), 60)


def test_the_report_measures_what_is_alive_and_sums_it(tmp_path: Path) -> None:
    mine = identify(os.getpid())
    parts = (
        PartState("kafka", "up", "127.0.0.1:9092", mine, since=100.0, restarts=3),
        PartState("temporal", "outside", "elsewhere:7233"),
    )
    write_state(tmp_path, StackState(mine, parts))
    report = status.report(tmp_path, 160.0)
    kafka, temporal = report["parts"]
    assert (kafka["uptime_seconds"], kafka["restarts"], kafka["pid"]) == (60, 3, os.getpid())
    assert kafka["pss_mib"] > 10
    assert temporal["pid"] is None
    assert report["total_pss_mib"] == kafka["pss_mib"]
    assert "0:01:00" in status.table(report)


def test_without_its_supervisor_no_part_is_shown_as_up(tmp_path: Path) -> None:
    mine = identify(os.getpid())
    written = (PartState("kafka", "up", "", mine), PartState("intake", "restarting", ""))
    write_state(tmp_path, StackState(mine, written))
    shown = [part["state"] for part in status.report(tmp_path, 0.0)["parts"]]
    assert shown == ["orphaned", "dead"]
