"""What follows each code, on the list that is shipped and on lists that must not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.configuration import read_documents
from interfaces.values import Channel
from services.contact.domain.calls.dispositions import (
    Action,
    Ended,
    Next,
    follows,
    in_force,
    parse_codes,
)
from services.contact.domain.outcomes import FITTING

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
[RAW] = read_documents(Path("config/dispositions")).values()
CODES = parse_codes(RAW)


def test_every_code_of_the_shipped_list_is_an_end_a_call_can_have() -> None:
    for code in CODES.by_code.values():
        assert code.outcome in FITTING[Channel.CALL]
        assert code.needs_recording == code.counts.connected
        assert (code.reply is None) or code.counts.connected


def test_no_answer_is_tried_again_while_its_bounds_and_window_allow() -> None:
    code = CODES.by_code["no_answer"]
    again = Next(Action.RETRY, NOON + timedelta(hours=4), dials_again=True)
    instead = Next(Action.OTHER_CHANNEL, None, Channel.SMS)
    assert follows(code, Ended(NOON, 1, None)) == again
    assert follows(code, Ended(NOON, 1, NOON + timedelta(hours=5))) == again
    assert follows(code, Ended(NOON, 1, NOON + timedelta(hours=4))) == instead
    assert follows(code, Ended(NOON, 2, None)) == instead


def test_a_call_that_came_in_is_never_dialled_again_by_itself() -> None:
    for code in CODES.by_code.values():
        ended = Ended(NOON, 0, None, is_inbound=True, callback_at=NOON + timedelta(days=1))
        assert not follows(code, ended).dials_again


@given(st.sampled_from(sorted(CODES.by_code)), st.integers(min_value=1, max_value=9))
def test_dialling_again_always_comes_to_an_end(name: str, dials: int) -> None:
    code = CODES.by_code[name]
    following = follows(code, Ended(NOON, dials, None, callback_at=NOON + timedelta(days=1)))
    if following.dials_again:
        assert following.at is not None and following.at > NOON
        assert code.action is Action.CALLBACK or dials < code.dials_max


def test_the_newest_list_that_has_taken_effect_is_in_force() -> None:
    next_year = replace(CODES, version=2, effective_from=date(2027, 1, 1))
    assert in_force((next_year, CODES), date(2026, 12, 31)).version == 1
    assert in_force((next_year, CODES), date(2027, 1, 1)).version == 2
    assert in_force((next_year,), date(2026, 1, 1)).version == 2


def test_a_list_with_a_code_twice_or_without_not_identified_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        parse_codes({**RAW, "codes": [*RAW["codes"], RAW["codes"][0]]})
    with pytest.raises(ValueError, match="not_identified"):
        parse_codes({**RAW, "codes": [RAW["codes"][0]]})
