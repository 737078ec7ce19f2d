"""Two facts, one besides the name, all of them right; then it is the person meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.calls.identity import (
    Fact,
    IdentityState,
    Kept,
    askable,
    check,
    state_after,
)

KEPT = Kept(
    name="王小明",
    phones=("+86-900-1234",),
    emails=("wang@example.test",),
    addresses=("1 A Street, Example City",),
    dialled="+86-900-9999",
)


@pytest.mark.parametrize(
    "said",
    [
        {Fact.NAME: " 王 小明", Fact.PHONE_ENDING: "1234"},
        {Fact.NAME: "王小明", Fact.PHONE_ENDING: "１２３４"},
        {Fact.EMAIL: "WANG@example.test ", Fact.ADDRESS: "1 a street example city"},
        {
            Fact.NAME: "王小明",
            Fact.EMAIL: "wang@example.test",
            Fact.ADDRESS: "1 A Street, Example City",
        },
    ],
)
def test_two_right_facts_pass_however_they_are_spelled(said: dict[Fact, str]) -> None:
    assert check(KEPT, said).passed


@pytest.mark.parametrize(
    "said, missed",
    [
        ({Fact.NAME: "王小明"}, ()),
        ({Fact.PHONE_ENDING: "1234"}, ()),
        ({Fact.NAME: "王小明", Fact.PHONE_ENDING: "9999"}, (Fact.PHONE_ENDING,)),
        ({Fact.NAME: "王小明", Fact.PHONE_ENDING: "4"}, (Fact.PHONE_ENDING,)),
        ({Fact.NAME: "王小明", Fact.PHONE_ENDING: ""}, (Fact.PHONE_ENDING,)),
        ({Fact.NAME: "王小明", Fact.ADDRESS: " , "}, (Fact.ADDRESS,)),
        (
            {Fact.NAME: "王小明", Fact.PHONE_ENDING: "1234", Fact.EMAIL: "x@example.test"},
            (Fact.EMAIL,),
        ),
    ],
)
def test_one_fact_or_one_wrong_fact_is_not_enough(
    said: dict[Fact, str], missed: tuple[Fact, ...]
) -> None:
    found = check(KEPT, said)
    assert not found.passed
    assert found.missed == missed


def test_the_dialled_number_proves_nothing_unless_nothing_else_is_kept() -> None:
    alone = Kept(name="王小明", dialled="+86-900-9999")
    said = {Fact.NAME: "王小明", Fact.PHONE_ENDING: "9999"}
    assert check(alone, said).passed
    assert askable(alone) == (Fact.NAME, Fact.PHONE_ENDING)
    assert not check(KEPT, said).passed


def test_nobody_passes_for_a_person_of_whom_nothing_is_kept() -> None:
    nobody = Kept("")
    assert askable(nobody) == ()
    assert not check(nobody, dict.fromkeys(Fact, "")).passed


@given(st.dictionaries(st.sampled_from(Fact), st.text(max_size=20)))
def test_what_is_said_is_either_matched_or_missed_and_a_miss_never_passes(
    said: dict[Fact, str],
) -> None:
    found = check(KEPT, said)
    assert {*found.matched, *found.missed} == set(said)
    assert not (found.passed and (found.missed or len(found.matched) < 2))


def test_the_third_failure_is_the_last() -> None:
    states = [state_after(failures, passed=False) for failures in (1, 2, 3)]
    assert states == [IdentityState.OPEN, IdentityState.OPEN, IdentityState.FAILED]
    assert state_after(2, passed=True) is IdentityState.PASSED
