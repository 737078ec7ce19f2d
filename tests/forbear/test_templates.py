"""`forbear templates lint` lets the bundled texts pass and names what is wrong in another."""

from __future__ import annotations

import shutil
from pathlib import Path

from typer.testing import CliRunner

from forbear.cli import app

RUNNER = CliRunner()
BUNDLED = Path("config/templates")


def test_the_bundled_texts_pass() -> None:
    result = RUNNER.invoke(app, ["templates", "lint", str(BUNDLED)])
    assert result.exit_code == 0
    assert result.output == "42 templates, 0 faults\n"


def test_a_threat_is_named_with_its_file(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "texts")
    file = tmp_path / "texts" / "reminder.en.yaml"
    file.write_text(file.read_text().replace("please disregard this", "or else"))
    result = RUNNER.invoke(app, ["templates", "lint", str(tmp_path / "texts")])
    assert result.exit_code == 1
    assert "reminder.en.yaml" in result.output and "threat: 'or else'" in result.output


def test_a_file_that_does_not_fit_the_schema_is_named(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED, tmp_path / "texts")
    (tmp_path / "texts" / "odd.yaml").write_text("id: odd\n")
    result = RUNNER.invoke(app, ["templates", "lint", str(tmp_path / "texts")])
    assert result.exit_code == 1 and "odd.yaml" in result.output


def test_an_empty_folder_is_no_pass(tmp_path: Path) -> None:
    shutil.copy(BUNDLED / "schema.json", tmp_path)
    assert RUNNER.invoke(app, ["templates", "lint", str(tmp_path)]).exit_code == 1
