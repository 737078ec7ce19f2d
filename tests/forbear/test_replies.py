"""The command that measures the understanding of replies on any labelled file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.errors import Invalid
from forbear.cli import app


def evaluate(file: Path) -> dict[str, object]:
    result = CliRunner().invoke(app, ["replies", "evaluate", str(file)], catch_exceptions=False)
    assert result.exit_code == 0
    report: dict[str, object] = json.loads(result.stdout)
    return report


def test_precision_and_recall_are_told_per_label(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("text,label\nSTOP,stop\n退订,paid\n我失业了，别再发了,hardship|stop\n")
    report = evaluate(file)
    assert (report["messages"], report["exact"]) == (3, 2)
    assert report["labels"] == {
        "hardship": {"precision": 1.0, "recall": 1.0, "support": 1},
        "paid": {"precision": None, "recall": 0.0, "support": 1},
        "stop": {"precision": 0.6667, "recall": 1.0, "support": 2},
    }


@pytest.mark.parametrize(
    "content, because", [("text\nSTOP\n", "text and label"), ("text,label\nSTOP,halt\n", "halt")]
)
def test_a_file_of_another_form_is_refused_with_the_line(
    tmp_path: Path, content: str, because: str
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    with pytest.raises(Invalid, match=f"wrong.csv:2: .*{because}"):
        evaluate(file)
