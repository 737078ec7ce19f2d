"""`forbear law` without a database or a server."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from forbear.cli import app
from forbear.law_document import rendered
from forbear.stack.failures import StackError
from services.contact.settings import read_law

LAW = Path("config/law")
FACTS: dict[str, Any] = {
    "pack": "cn-bank",
    "at": "2026-03-02T04:00:00Z",
    "act": {
        "party": "b1",
        "role": "borrower",
        "loans": ["l1"],
        "product": "card",
        "channel": "call",
        "purpose": "collection",
        "point": "p1",
    },
    "party": {"zones": ["Asia/Shanghai"]},
}


def call_at(at: str) -> dict[str, object]:
    return {"id": f"a{at}", "channel": "call", "from": at, "outcome": "connected"}


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["law", *words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def written(tmp_path: Path, *documents: dict[str, Any]) -> str:
    path = tmp_path / "facts.json"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return str(path)


def test_it_explains_in_words_and_as_json(tmp_path: Path) -> None:
    calls = [call_at(f"2026-03-02T0{hour}:00:00Z") for hour in (1, 2, 3)]
    path = written(tmp_path, {**FACTS, "attempts": calls})
    said = run("explain", path)
    assert "not allowed" in said and "GB/T 45251-2025" in said and "2026-03-03 08:00" in said
    answer = json.loads(run("explain", path, "--json"))
    assert (answer["allowed"], answer["rule"]) == (False, "CN-FREQ-1")
    assert datetime.fromisoformat(answer["next_allowed_at"]).isoformat() == (
        "2026-03-03T00:00:00+00:00"
    )


def test_it_tells_what_is_owed_as_well(tmp_path: Path) -> None:
    loan = {"id": "l1", "first_communication_at": "2026-03-01T04:00:00Z"}
    path = written(tmp_path, {**FACTS, "pack": ["us-reg-f"], "loans": [loan]})
    assert "US-VALID" in run("explain", path)
    [duty] = json.loads(run("explain", path, "--json"))["duties"]
    assert (duty["kind"], duty["owed_by"]) == ("validation", "2026-03-06T04:00:00+00:00")


def test_it_tells_how_long_the_record_is_kept(tmp_path: Path) -> None:
    path = written(tmp_path, FACTS)
    assert "kept until 2029-03-02 at least" in run("explain", path)
    kept = json.loads(run("explain", path, "--json"))["record_kept"]
    assert kept["until"] == "2029-03-02"
    assert {"CN-REC-1", "CN-CARD-70", "CN-LIM-1"} == set(kept["rules"])
    uk = written(tmp_path, {**FACTS, "pack": ["uk-conc"]})
    assert "record_kept" not in json.loads(run("explain", uk, "--json"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"act": {**FACTS["act"], "channel": "pigeon"}}, "act/channel"),
        ({"pack": "cn-moon"}, "no rule pack"),
        ({"nonsense": 1}, "nonsense"),
        ({"at": "2026-13-40T00:00:00Z"}, "month"),
        ({"at": "9999-12-31T23:59:59Z"}, "not of the years 1900 to 2200"),
        ({"party": {"zones": ["Mars/Base"]}}, "'Mars/Base' is no IANA time zone"),
    ],
)
def test_a_wrong_document_is_refused_in_words(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    with pytest.raises(StackError, match=says):
        run("explain", written(tmp_path, {**FACTS, **change}))


def test_it_says_what_a_stricter_version_would_refuse_and_the_reverse(tmp_path: Path) -> None:
    raw = yaml.safe_load((LAW / "cn-bank.yaml").read_text(encoding="utf-8"))
    raw["version"] = 2
    next(rule for rule in raw["rules"] if rule["id"] == "CN-FREQ-1")["with"]["max"] = 1
    next(rule for rule in raw["rules"] if rule["id"] == "CN-TIME-1")["with"]["until"] = "23:00"
    newer = tmp_path / "cn-bank-2.yaml"
    newer.write_text(yaml.safe_dump(raw), encoding="utf-8")
    second_call = {**FACTS, "attempts": [call_at("2026-03-02T01:00:00Z")]}
    late = {**FACTS, "at": "2026-03-02T14:30:00Z"}
    acts = written(tmp_path, FACTS, second_call, late)
    said = run("diff", "cn-bank@1", str(newer), "--acts", acts)
    assert "3 recorded acts" in said
    assert "1 would now be refused" in said and "CN-FREQ-1" in said
    assert "1 would now be allowed" in said and "CN-TIME-1" in said
    changes = json.loads(run("diff", str(newer), "cn-bank", "--acts", acts, "--json"))["changes"]
    assert [each["now"] for each in changes] == ["allowed", "refused"]


def test_the_written_law_is_fresh() -> None:
    kept = Path("docs/law.md").read_text(encoding="utf-8")
    assert kept == rendered(read_law(LAW)), "docs/law.md is stale: run forbear law document"


def test_every_rule_of_every_pack_stands_in_the_written_law() -> None:
    text = Path("docs/law.md").read_text(encoding="utf-8")
    for version in read_law(LAW).versions:
        for entry in version.entries:
            assert f"| {entry.article.rule_id} | {entry.article.says}" in text
        for left_out in version.left_out:
            assert left_out.reason in text
