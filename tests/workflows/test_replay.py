"""Deploys do not break running cases: recorded histories replay on the code of today."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from chassis.temporal import DATA_CONVERTER
from workflows.case import LoanCase

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))


def test_there_are_histories_to_replay() -> None:
    assert len(HISTORIES) >= 4


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_case_replays_without_a_difference(path: Path) -> None:
    replayer = Replayer(
        workflows=[LoanCase],
        data_converter=DATA_CONVERTER,
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    history = WorkflowHistory.from_json("case-demo-loan0001", path.read_text())
    await replayer.replay_workflow(history)
