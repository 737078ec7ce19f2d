"""The law at the gate of a real database: what is asked, what is kept, what is shown."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from chassis.configuration import Misconfigured
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.domain.law.document import parse
from services.contact.domain.law.judgement import judge
from services.contact.settings import law, read_law
from tests.services.contact.scene import NOON, Scene, touch_of

LAW = Path("config/law")
ASK = "/v1/demo/parties/{}/contact-verdict"


async def test_the_verdict_asked_in_advance_is_the_verdict_at_the_gate(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for _ in range(3):
        assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    query = {"channel": "call", "purpose": "collection", "loan_id": "l1"}
    async with scene.app() as http:
        asked = (await http.get(ASK.format("b1"), params=query)).json()
    refused = await scene.attempt(touch_of("l1", "b1"))
    assert (asked["allowed"], asked["rule"]) == (False, refused.rule_id)
    assert asked["because"] == refused.because
    assert refused.next_allowed_at is not None
    assert asked["next_allowed_at"] == refused.next_allowed_at.isoformat().replace("+00:00", "Z")
    assert "GB/T 45251-2025" in asked["words"] and "2026-03-03 08:00" in asked["words"]


async def test_asking_records_nothing(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        query = {"channel": "sms", "purpose": "reminder"}
        asked = (await http.get(ASK.format("b1"), params=query)).json()
    assert asked["allowed"] is True
    assert await scene.count("verdict") == 0


async def test_a_loan_that_is_stopped_is_said_to_be(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, "covered", parties=[("b1", Role.BORROWER)])
    async with scene.app() as http:
        query = {"channel": "sms", "purpose": "reminder", "at": NOON.isoformat()}
        asked = (await http.get(ASK.format("b1"), params=query)).json()
    assert (asked["allowed"], asked["stopped"]) == (False, "the loan is covered")


async def test_a_party_nobody_knows_is_a_question_without_an_answer(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        query = {"channel": "sms", "purpose": "reminder", "loan_id": "l1"}
        answer = await http.get(ASK.format("nobody"), params=query)
        assert (answer.status_code, answer.json()["code"]) == (404, "contact/unknown_party")
        answer = await http.get(ASK.format("b1"), params={"channel": "pigeon"})
        assert answer.status_code == 422


async def test_recorded_verdicts_are_facts_documents_that_judge_the_same_again(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    for number in range(5):
        await scene.attempt(touch_of("l1", "b1", f"l1/1/{number}"))
    late = touch_of("l1", "b1", at=NOON + timedelta(hours=11), channel=Channel.SMS)
    await scene.attempt(late)
    validator = jsonschema.Draft202012Validator(json.loads((LAW / "facts.schema.json").read_text()))
    async with scene.app() as http:
        first = (await http.get("/v1/demo/law/acts", params={"limit": 4})).json()
        rest = (await http.get("/v1/demo/law/acts", params={"after": first["next"]})).json()
        shown = (await http.get("/v1/demo/loans/l1/verdicts")).json()["verdicts"]
    acts = first["acts"] + rest["acts"]
    assert len(acts) == len(shown) == 6 and rest["next"] is None
    book = read_law(LAW)
    for raw, kept in zip(acts, shown, strict=True):
        validator.validate(raw)
        facts = parse(raw)
        again = judge(book.pack(facts.packs, facts.at), facts.act, facts.known, facts.at)
        assert (again.is_allowed, again.rule_id) == (kept["is_allowed"], kept["rule_id"])
        then = again.next_allowed_at
        shown_then = then.isoformat().replace("+00:00", "Z") if then else None
        assert kept["next_allowed_at"] == shown_then
    assert [kept["rule_id"] for kept in shown] == [
        "",
        "",
        "",
        "CN-FREQ-1",
        "CN-FREQ-1",
        "CN-TIME-1",
    ]
    assert shown[3]["strength"] == "hard"
    assert [each["rule"] for each in shown[3]["findings"]] == ["CN-FREQ-1", "CN-FREQ-2"]


async def test_a_loan_to_an_enterprise_is_judged_by_its_own_pack(scene: Scene) -> None:
    await scene.person("e1", ("phone", "+86-900-1"))
    await scene.position("l9", parties=[("e1", Role.BORROWER)], product="enterprise_loan")
    await scene.opened("l9")
    await scene.attempt(touch_of("l9", "e1", purpose=Purpose.SERVICE))
    async with scene.app() as http:
        [kept] = (await http.get("/v1/demo/loans/l9/verdicts")).json()["verdicts"]
    assert kept["rule_pack"] == "platform@2+cn-enterprise@1"


def test_every_rule_names_a_test_that_exists() -> None:
    for version in read_law(LAW).versions:
        for entry in version.entries:
            path, _, name = entry.article.test.partition("::")
            found = re.search(rf"def {name}\(", Path(path).read_text(encoding="utf-8"))
            assert found, f"{version.label} {entry.article.rule_id}: no {name} in {path}"


def test_the_letter_fields_of_article_69_are_there_for_the_linter() -> None:
    fields = read_law(LAW).find("cn-bank", NOON).letter_fields
    assert {"name", "balance", "legal_basis", "how_to_object", "seal"} <= set(fields)


def test_only_a_pack_that_says_so_grants_a_cease() -> None:
    granting = {each.name for each in read_law(LAW).versions if each.grants_cease}
    assert granting == {"us-reg-f"}


@pytest.mark.parametrize("fault", ["strength", "kind", "confidence", "with"])
def test_a_pack_that_breaks_its_schema_is_refused(tmp_path: Path, fault: str) -> None:
    raw = yaml.safe_load((LAW / "uk-conc.yaml").read_text(encoding="utf-8"))
    raw["rules"][0][fault] = {"kinds": ["nonsense"]} if fault == "with" else "low"
    (tmp_path / "schema.json").write_text((LAW / "schema.json").read_text())
    (tmp_path / "uk-conc.yaml").write_text(yaml.safe_dump(raw))
    with pytest.raises(Misconfigured, match="rules/0"):
        read_law(tmp_path)


def test_a_tenant_that_names_a_pack_there_is_not_is_refused(scene: Scene, tmp_path: Path) -> None:
    for folder in ("tenants", "law"):
        (tmp_path / folder).mkdir()
        for path in (Path("config") / folder).iterdir():
            (tmp_path / folder / path.name).write_text(path.read_text(encoding="utf-8"))
    demo = tmp_path / "tenants" / "demo.yaml"
    demo.write_text(demo.read_text().replace("cn-enterprise", "cn-moon"))
    with pytest.raises(Misconfigured, match=r"demo.*cn-moon"):
        law(scene.settings.model_copy(update={"config": tmp_path}))
