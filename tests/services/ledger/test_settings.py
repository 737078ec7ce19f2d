"""The tenants' files: what fits the schema is loaded, anything else stops the start."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from chassis.configuration import Misconfigured
from chassis.errors import NotFound
from interfaces.strategy import CureRule
from services.ledger.settings import cure_rule, load_tenants


def test_every_configured_tenant_is_known_by_its_name() -> None:
    tenants = load_tenants(Path("config"))
    assert tenants.named("demo").currency == "CNY"
    assert tenants.named("uci").zone == "Asia/Taipei"


def test_a_tenant_without_a_file_is_refused_by_name() -> None:
    with pytest.raises(NotFound, match="'nobody'"):
        load_tenants(Path("config")).named("nobody")


def test_a_file_that_does_not_fit_the_schema_stops_the_start(tmp_path: Path) -> None:
    shutil.copytree("config/tenants", tmp_path / "tenants")
    (tmp_path / "tenants" / "broken.yaml").write_text("tenant: Broken Bank\n")
    with pytest.raises(Misconfigured):
        load_tenants(tmp_path)


def test_a_product_nobody_configured_is_cured_by_its_arrears() -> None:
    demo = load_tenants(Path("config")).named("demo")
    assert cure_rule(demo, "card") is CureRule.MINIMUM_MET
    assert cure_rule(demo, "mystery") is CureRule.ARREARS_MET
