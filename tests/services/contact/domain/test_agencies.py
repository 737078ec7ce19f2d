"""CN-AGENCY-1: a white list, each agency evaluated once a year and before its contract ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.agencies import (
    ActKept,
    HandedOver,
    Listing,
    Refusal,
    gaps,
    may_act,
    may_be_given,
)
from services.contact.domain.outcomes import Outcome

TODAY = date(2026, 3, 2)
LISTED = Listing(
    agency_id="ag1",
    listed_from=date(2026, 1, 1),
    listed_until=None,
    evaluated_on=date(2026, 1, 5),
    contract_until=date(2026, 12, 31),
    products=frozenset({"card"}),
    has_certified_agents=True,
)
days = st.integers(-800, 800).map(lambda number: TODAY + timedelta(days=number))


def word(refusal: Refusal | None) -> str:
    return "" if refusal is None else refusal.word


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        (None, "agency_not_listed"),
        (LISTED, ""),
        (replace(LISTED, listed_from=date(2026, 3, 3)), "agency_not_listed"),
        (replace(LISTED, listed_until=date(2026, 3, 1)), "agency_not_listed"),
        (replace(LISTED, evaluated_on=TODAY - timedelta(days=365)), ""),
        (replace(LISTED, evaluated_on=TODAY - timedelta(days=366)), "agency_evaluation_is_old"),
        (replace(LISTED, contract_until=date(2026, 3, 1)), "agency_contract_ended"),
    ],
)
def test_an_agency_acts_while_it_is_listed_evaluated_and_under_contract(
    listing: Listing | None, expected: str
) -> None:
    assert word(may_act(listing, TODAY)) == expected


@pytest.mark.parametrize(
    ("listing", "product", "until", "expected"),
    [
        (LISTED, "card", date(2026, 12, 31), ""),
        (LISTED, "card", date(2027, 1, 1), "agency_contract_ends_first"),
        (
            replace(LISTED, listed_until=date(2026, 6, 1)),
            "card",
            date(2026, 6, 2),
            "agency_contract_ends_first",
        ),
        (LISTED, "mortgage", date(2026, 6, 1), "product_not_entrusted"),
    ],
)
def test_a_loan_is_given_for_no_longer_than_the_contract_and_of_agreed_kinds(
    listing: Listing, product: str, until: date, expected: str
) -> None:
    assert word(may_be_given(listing, product, until, TODAY)) == expected


@given(days, days, days, days, days)
def test_what_may_be_given_may_be_acted_on_until_the_evaluation_grows_old(
    listed_from: date, evaluated_on: date, contract_until: date, until: date, on: date
) -> None:
    listing = replace(
        LISTED, listed_from=listed_from, evaluated_on=evaluated_on, contract_until=contract_until
    )
    if until < on or may_be_given(listing, "card", until, on) is not None:
        return
    assert word(may_act(listing, until)) in {"", "agency_evaluation_is_old"}
    assert on - evaluated_on <= timedelta(days=365)


outcomes = st.sampled_from(
    [Outcome.SENT, Outcome.CONNECTED, Outcome.RIGHT_PARTY, Outcome.NO_ANSWER, Outcome.VOICEMAIL]
)
acts = st.lists(
    st.builds(
        ActKept, st.sampled_from("abcd"), st.booleans(), outcomes, st.sampled_from(["", "r"])
    ),
    unique_by=lambda act: act.act_id,
)
records = st.lists(
    st.builds(
        HandedOver, st.sampled_from("abcde"), st.none() | outcomes, st.sampled_from(["", "r"])
    ),
    unique_by=lambda record: record.act_id,
)


@given(acts, records)
def test_a_complete_batch_has_every_act_its_outcome_and_each_heard_calls_recording(
    kept: list[ActKept], given_records: list[HandedOver]
) -> None:
    found = gaps(kept, given_records)
    by_id = {record.act_id: record for record in given_records}
    is_whole = {act.act_id for act in kept} == set(by_id)
    for act in kept:
        record = by_id.get(act.act_id)
        if record is None:
            assert found[act.act_id] == "its record is missing"
            continue
        outcome = record.outcome or act.outcome
        is_heard = act.is_call and outcome in {Outcome.CONNECTED, Outcome.RIGHT_PARTY}
        lacks = outcome is Outcome.SENT or (is_heard and not (act.recording or record.recording))
        is_whole = is_whole and not lacks
        assert (act.act_id in found) == lacks
    assert (not found) == is_whole
