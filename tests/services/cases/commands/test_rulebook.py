"""A configuration that cannot be used is refused at the start, by the name of its file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.configuration import Misconfigured
from chassis.errors import NotFound
from interfaces.values import Stage
from services.cases.commands import rulebook
from services.cases.commands.rulebook import NoRule, Rulebook
from tests.builders import OPENED, ROOT, position


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the bundled configuration, to be broken."""
    return Path(shutil.copytree(ROOT / "config", tmp_path / "config"))


def rewritten(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text()))


def test_the_bundled_configuration_is_sound(rules: Rulebook) -> None:
    assert {"demo", "uci"} <= set(rules.tenants)
    assert {"cn", "tw"} <= set(rules.calendars)
    for tenant in rules.tenants.values():
        known = {each.strategy.strategy_id for each in rules.strategies}
        assert set(tenant.strategies) <= known, f"{tenant.name} names a strategy that is missing"


@pytest.mark.parametrize(
    ("product", "segment", "strategy_id"),
    [
        ("consumer_loan", "individual", "consumer-individual"),
        ("card", "individual", "card-individual"),
        ("enterprise_loan", "enterprise", "enterprise"),
    ],
)
def test_each_bundled_product_has_its_strategy_up_to_the_court(
    rules: Rulebook, product: str, segment: str, strategy_id: str
) -> None:
    treatment = rules.choose("demo", position(product=product, segment=segment), OPENED)
    assert treatment.strategy.strategy_id == strategy_id
    assert treatment.strategy.stage(Stage.LEGAL) is not None


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("strategies/enterprise.yaml", lambda text: text + "\n  bad: [", "is not YAML"),
        ("strategies/enterprise.yaml", lambda text: text + "\ncolour: red\n", "colour"),
        ("strategies/enterprise.yaml", lambda text: "[]", "is not of type 'object'"),
        ("tenants/demo.yaml", lambda text: text.replace("CNY", "yuan"), "currency"),
        ("calendars/cn.yaml", lambda text: text.replace("jurisdiction: cn", ""), "jurisdiction"),
        (
            "strategies/enterprise.yaml",
            lambda text: text.replace("stage: assess", "stage: remind", 1),
            "the first stage must be assess",
        ),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong_in_it(
    directory: Path, file: str, change: Callable[[str], str], said: str
) -> None:
    rewritten(directory / file, change)
    with pytest.raises(Misconfigured, match=said) as refusal:
        rulebook.load(directory)
    assert str(directory / file) in str(refusal.value)


def test_a_version_given_twice_is_refused(directory: Path) -> None:
    strategies = directory / "strategies"
    shutil.copy(strategies / "enterprise.yaml", strategies / "enterprise-copy.yaml")
    with pytest.raises(Misconfigured, match="enterprise version 1 is given twice"):
        rulebook.load(directory)


def test_a_directory_without_configuration_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="set FORBEAR_CONFIG"):
        rulebook.load(tmp_path)


def test_an_unknown_tenant_is_refused_by_name(rules: Rulebook) -> None:
    with pytest.raises(NotFound, match="'nobody' is not configured; known: demo"):
        rules.tenant("nobody")


def test_an_open_episode_keeps_its_version_of_the_strategy(rules: Rulebook) -> None:
    kept = rules.kept("demo", ("enterprise", 1), position(), OPENED)
    assert (kept.strategy.strategy_id, kept.strategy.version) == ("enterprise", 1)
    with pytest.raises(NoRule, match="Version 99 of the strategy enterprise is gone"):
        rules.kept("demo", ("enterprise", 99), position(), OPENED)
