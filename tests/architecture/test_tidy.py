"""Style that is not checked is not style: sizes, words and freshness of the tree itself."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("chassis", "interfaces", "services", "workflows", "forbear", "bench", "tests")
SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
CHASSIS_CODE_LINES_MAX = 2_100
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Assembled here so that this file does not find itself.
LEFT_OVERS = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3 + r"\b", "NotImplemented" + "Error"))
)
BROAD_EXCEPT = re.compile(r"except (Base)?Exception\b")
MOCKS = re.compile("unittest" + r"\.mock|mocker\.")
REGISTRIES = re.compile(
    r"https?://[a-z0-9.-]*(pyp" + r"i|pythonhosted|npmjs|sonatype|golang\.org|crates\.io)", re.I
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_source_file_is_short_opens_with_its_reason_and_leaves_nothing_over(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= FILE_LINES_MAX
    assert ast.get_docstring(tree) or not text.strip(), "say in one sentence why this file exists"
    assert not LEFT_OVERS.search(text)
    assert not MOCKS.search(text)
    if path.relative_to(ROOT).parts[0] not in ("chassis", "tests"):
        assert not BROAD_EXCEPT.search(text), "only the chassis may catch everything"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


def test_the_chassis_stays_small() -> None:
    """Decision 0006: lines of code, without blank lines, comments and docstrings."""
    lines = sum(code_lines(path) for path in (ROOT / "chassis").glob("*.py"))
    assert lines <= CHASSIS_CODE_LINES_MAX, f"the chassis has {lines} lines of code"


def code_lines(path: Path) -> int:
    tree = ast.parse(path.read_text())
    words = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if isinstance(node.value.value, str)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
        if token.type not in NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - words)


def test_every_service_and_the_workflows_have_tests_in_the_mirrored_place() -> None:
    for service in (ROOT / "services").iterdir():
        if (service / "__main__.py").exists():
            assert list((ROOT / "tests" / "services" / service.name).glob("test_*.py")), service
    assert list((ROOT / "tests" / "workflows").glob("test_*.py"))


def test_generated_events_are_fresh(tmp_path: Path) -> None:
    protos = sorted(str(path) for path in (ROOT / "proto" / "events" / "v1").glob("*.proto"))
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(ROOT / "proto")]
    command += [f"--python_out={tmp_path}", f"--pyi_out={tmp_path}", *protos]
    subprocess.run(command, check=True, cwd=ROOT)
    for made in (tmp_path / "events" / "v1").iterdir():
        kept = ROOT / "events" / "v1" / made.name
        assert kept.read_text() == made.read_text(), f"{kept.name} is stale: run make proto"


def test_no_tracked_text_names_a_package_registry_host() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    for each in tracked:
        path = ROOT / each
        if path.suffix in {".gz", ".png", ".jar"} or not path.is_file():
            continue
        assert not REGISTRIES.search(path.read_text(errors="replace")), each


def test_requirements_are_pinned_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pins = re.findall(r"^[a-z0-9.-]+(?:\[[a-z0-9,]+\])?==", lock, re.M)
    assert len(pins) > 50
    assert lock.count("--hash=sha256:") >= len(pins)


def test_events_carry_no_field_that_names_a_person() -> None:
    """Personal data enters by bank.proto alone and goes on sealed."""
    words = re.compile(r"\b(name|phone|email_address|address|id_number|text)\s*=\s*\d+")
    for path in (ROOT / "proto" / "events" / "v1").glob("*.proto"):
        if path.name != "bank.proto":
            assert not words.search(path.read_text()), path.name
