"""A strategy that would leave a case stuck is refused, and the right one is chosen."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.calendar import DayKind, Delay
from interfaces.values import Channel, Role, Stage
from services.cases.domain.strategies import (
    EffectiveStrategy,
    Loan,
    choose,
    faults_of,
    parse_strategy,
)
from tests.builders import ROOT, strategy

Raw = dict[str, Any]
RAW: Raw = {
    "strategy_id": "sample",
    "version": 1,
    "effective_from": "2026-01-01",
    "applies": {"products": ["card"], "segments": ["individual"]},
    "cure": "minimum_met",
    "confirmation": {"days": 5},
    "act_from": "09:00",
    "act_until": "20:00",
    "spread_minutes": 120,
    "review": {"days": 30},
    "urgency": {"overdue_minor_from": 1000, "earlier_episodes_from": 2, "percent": 50},
    "notices": [
        {
            "kind": "demand",
            "suffices": "deemed",
            "deemed_after": {"working_days": 5},
            "fallback_after": {"days": 20},
        }
    ],
    "stages": [
        {"stage": "assess", "from_day": 0, "dwell": {"days": 0}},
        {
            "stage": "remind",
            "from_day": 1,
            "dwell": {"days": 3},
            "steps": [
                {
                    "key": "remind",
                    "kind": "touch",
                    "roles": ["borrower"],
                    "after": {"days": 0},
                    "every": {"days": 3},
                    "times_max": 3,
                    "channels": ["sms", "call"],
                    "purpose": "reminder",
                    "template": "reminder",
                    "asks_circumstances": True,
                },
                {
                    "key": "demand",
                    "kind": "touch",
                    "roles": ["borrower"],
                    "after": {"days": 5},
                    "channels": ["letter"],
                    "purpose": "statutory_notice",
                    "template": "demand",
                    "notice": "demand",
                },
            ],
        },
        {
            "stage": "legal",
            "from_day": 90,
            "dwell": {"days": 0},
            "requires_notice": "demand",
            "requires_circumstances": True,
            "steps": [
                {"key": "sue", "kind": "matter", "roles": ["borrower"], "after": {"days": 0}}
            ],
        },
    ],
}
SCHEMA = json.loads((ROOT / "config" / "strategies" / "schema.json").read_text())
BUNDLED = sorted(path.stem for path in (ROOT / "config" / "strategies").glob("*.yaml"))


def changed(change: Callable[[Raw], object]) -> Raw:
    raw = deepcopy(RAW)
    change(raw)
    return raw


def version(
    number: int, effective_from: str = "2026-01-01", **changes: object
) -> EffectiveStrategy:
    return parse_strategy({**RAW, "version": number, "effective_from": effective_from, **changes})


def test_a_strategy_reads_as_it_is_written() -> None:
    jsonschema.validate(RAW, SCHEMA)
    read = parse_strategy(RAW)
    assert read.effective_from == date(2026, 1, 1)
    known = read.strategy
    assert known.confirmation == Delay(5)
    assert known.limitation_years == 3
    notice = known.notice("demand")
    assert notice is not None and notice.deemed_after == Delay(5, DayKind.WORKING)
    remind = known.stage(Stage.REMIND)
    assert remind is not None
    assert remind.steps[0].channels == (Channel.SMS, Channel.CALL)
    assert remind.steps[0].roles == (Role.BORROWER,)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_bundled_strategy_is_sound(name: str) -> None:
    assert list(faults_of(strategy(name))) == []


def test_what_climbs_a_rung_is_no_service() -> None:
    collecting = changed(lambda raw: raw["stages"][1]["steps"][1].update(purpose="service"))
    with pytest.raises(ValueError, match="the step demand collects"):
        parse_strategy(collecting)
    serving = changed(lambda raw: raw["stages"][1]["steps"][0].update(purpose="service"))
    assert parse_strategy(serving).strategy.stage(Stage.REMIND) is not None


def test_three_strategies_are_bundled() -> None:
    assert BUNDLED == ["card-individual", "consumer-individual", "enterprise"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw["stages"].pop(0), "the first stage must be assess"),
        (lambda raw: raw["stages"].reverse(), "must not come after"),
        (lambda raw: raw["stages"][2].update(from_day=0), "legal is due before remind"),
        (lambda raw: raw["notices"].clear(), "demand, which is not described"),
        (lambda raw: raw["stages"][1]["steps"].pop(), "no earlier stage sends to the borrower"),
        (
            lambda raw: raw["stages"][1]["steps"][1].update(roles=["joint_guarantor"]),
            "no earlier stage sends to the borrower",
        ),
        (
            lambda raw: raw["stages"][1]["steps"][0].update(channels=["sms"]),
            "on 1 channels; 2 are needed",
        ),
        (lambda raw: raw["stages"][1]["steps"][0].pop("channels"), "needs channels and a template"),
        (lambda raw: raw["stages"][1]["steps"][0].pop("template"), "needs channels and a template"),
        (lambda raw: raw["stages"][1]["steps"][0].pop("every"), "needs both `every`"),
        (lambda raw: raw["stages"][1]["steps"][1].update(key="remind"), "remind is given twice"),
        (
            lambda raw: raw["stages"][1]["steps"][0].update(roles=["borrower", "heir"]),
            "addresses heir, who owes nothing",
        ),
        (lambda raw: raw["stages"][2]["steps"][0].update(channels=["sms"]), "is a matter, which"),
        (lambda raw: raw["notices"].append(raw["notices"][0]), "demand is given twice"),
        (lambda raw: raw.update(act_until="10:00"), "spread_minutes 120 does not fit"),
    ],
)
def test_a_strategy_that_would_leave_a_case_stuck_is_refused(
    change: Callable[[Raw], object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        parse_strategy(changed(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.pop("stages"),
        lambda raw: raw.update(strategy_id="Sample One"),
        lambda raw: raw.update(colour="red"),
        lambda raw: raw.update(act_from="24:00"),
        lambda raw: raw.update(confirmation={"days": 1, "working_days": 1}),
        lambda raw: raw.update(confirmation={}),
        lambda raw: raw.update(confirmation={"days": -1}),
        lambda raw: raw.update(confirmation={"days": 1.5}),
        lambda raw: raw["stages"][0].update(stage="sell"),
        lambda raw: raw["stages"][1]["steps"][0].update(channels=["visit"]),
        lambda raw: raw["stages"][1]["steps"][0].update(roles=[]),
        lambda raw: raw["urgency"].update(percent=0),
        lambda raw: raw["applies"].update(regions=["north"]),
    ],
)
def test_a_file_of_another_shape_breaks_the_schema(change: Callable[[Raw], object]) -> None:
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(changed(change)))


def test_the_newest_version_in_effect_is_chosen() -> None:
    known = [version(1), version(3, "2026-06-01"), version(2, "2026-03-01")]
    loan = Loan("demo", "card", "individual")
    chosen = [
        choose(known, ["sample"], loan, date(2026, month, 15)) for month in (1, 2, 3, 5, 6, 12)
    ]
    assert [each and each.version for each in chosen] == [1, 1, 2, 2, 3, 3]
    assert choose(known, ["sample"], loan, date(2025, 12, 31)) is None


def test_a_strategy_is_chosen_by_product_segment_and_tenant() -> None:
    known = [version(1, applies={"products": ["card"], "tenants": ["uci"]})]
    on = date(2026, 3, 1)
    assert choose(known, ["sample"], Loan("uci", "card", "enterprise"), on) is not None
    assert choose(known, ["sample"], Loan("demo", "card", "enterprise"), on) is None
    assert choose(known, ["sample"], Loan("uci", "car_loan", "enterprise"), on) is None
    assert choose(known, ["another"], Loan("uci", "card", "enterprise"), on) is None


def test_the_tenants_first_fitting_strategy_is_preferred() -> None:
    known = [version(9, strategy_id="general", applies={}), version(1)]
    loan, on = Loan("demo", "card", "individual"), date(2026, 3, 1)
    first = choose(known, ["sample", "general"], loan, on)
    other = choose(known, ["general", "sample"], loan, on)
    assert first is not None and first.strategy_id == "sample"
    assert other is not None and other.strategy_id == "general"


@given(st.permutations([1, 2, 3, 4]), st.dates(date(2025, 12, 1), date(2026, 12, 31)))
def test_the_choice_does_not_depend_on_the_order_of_the_files(numbers: list[int], on: date) -> None:
    known = [version(number, f"2026-0{number * 2}-01") for number in numbers]
    loan = Loan("demo", "card", "individual")
    in_order = sorted(known, key=lambda each: each.effective_from)
    assert choose(known, ["sample"], loan, on) == choose(in_order, ["sample"], loan, on)
