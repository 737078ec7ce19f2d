"""What people do is a function of script, seed, party and attempt."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.play.behaviour import (
    DAY,
    Deed,
    Intent,
    Message,
    at_matter,
    at_message,
    at_start,
    at_visit,
    percent,
)
from forbear.portfolio.script import Behaviour, LoanScript, Parameter, read_script

SAMPLE = Path(__file__).parents[3] / "data" / "sample" / "script.yaml"
_OUTCOMES = {"delivered", "undeliverable", "right_party", "connected", "voicemail", "no_answer"}

messages = st.builds(
    Message,
    attempt_id=st.text("abcdef0123456789", min_size=4),
    loan_id=st.just("l1"),
    party_id=st.text("abcdef", min_size=1),
    channel=st.sampled_from(["sms", "email", "call", "letter"]),
    template=st.sampled_from(["reminder", "follow_up", "written_demand", "negotiate"]),
    notice=st.sampled_from(["", "reminder", "overdue_notice", "demand_letter", "offer_letter"]),
    asks_circumstances=st.booleans(),
)


def script(behaviour: Behaviour, **parameters: Parameter) -> LoanScript:
    return LoanScript("CL-1", behaviour, "cured", parameters=parameters)


def message(channel: str, notice: str = "reminder") -> Message:
    return Message("a1", "l1", "p1", channel, "reminder", notice, asks_circumstances=False)


def deeds(intents: list[Intent]) -> list[Deed]:
    return [intent.deed for intent in intents]


def details(intents: list[Intent], deed: Deed) -> dict[str, object]:
    return dict(next(intent for intent in intents if intent.deed is deed).details)


@given(messages, st.sampled_from(list(Behaviour)), st.text())
def test_the_same_message_is_always_answered_alike(
    told: Message, behaviour: Behaviour, seed: str
) -> None:
    scripted = script(behaviour, days=2, resolved_after_days=3, months=2, after_days=1)
    assert at_message(scripted, told, seed) == at_message(scripted, told, seed)
    assert at_message(None, told, seed) == at_message(None, told, seed)


@given(messages, st.text())
def test_who_is_not_scripted_reports_outcomes_and_circumstances_and_never_pays(
    told: Message, seed: str
) -> None:
    for intent in at_message(None, told, seed):
        assert intent.deed in (Deed.OUTCOME, Deed.REPLY)
        if intent.deed is Deed.OUTCOME:
            assert intent.details["outcome"] in _OUTCOMES
        else:
            assert told.asks_circumstances
            assert intent.details["kinds"] == "circumstances"


@given(messages, st.sampled_from(list(Behaviour)), st.text())
def test_a_call_always_has_an_outcome_and_a_letter_is_never_connected(
    told: Message, behaviour: Behaviour, seed: str
) -> None:
    scripted = script(behaviour, days=2)
    ends = [i.details["outcome"] for i in at_message(scripted, told, seed) if i.deed == "outcome"]
    if told.channel == "call":
        assert len(ends) == 1
        assert ends[0] not in ("delivered",)
    else:
        assert set(ends) <= {"delivered", "undeliverable"}


def test_different_seeds_give_different_people() -> None:
    answers = {tuple(at_message(None, message("call"), str(seed))) != () for seed in range(50)}
    assert answers == {True}
    assert len({percent(str(seed), "p1") for seed in range(50)}) > 10


def test_who_pays_after_a_reminder_pays_so_many_days_later() -> None:
    intents = at_message(script(Behaviour.PAYS_AFTER_REMINDER, days=2), message("sms"), "1")
    assert Intent(Deed.PAY_OVERDUE, 2 * DAY) in intents


@pytest.mark.parametrize(
    ("behaviour", "told", "expected"),
    [
        (Behaviour.PAYS_AFTER_CALL, message("sms"), False),
        (Behaviour.PAYS_AFTER_CALL, message("call"), True),
        (Behaviour.PAYS_AFTER_DEMAND, message("letter", "overdue_notice"), False),
        (Behaviour.PAYS_AFTER_DEMAND, message("letter", "demand_letter"), True),
        (Behaviour.SILENT, message("call"), False),
        (Behaviour.PROMISES_AND_BREAKS, message("call"), False),
    ],
)
def test_money_comes_only_after_what_moves_them(
    behaviour: Behaviour, told: Message, expected: bool
) -> None:
    found = deeds(at_message(script(behaviour, days=2), told, "1"))
    assert (Deed.PAY_OVERDUE in found) is expected


def test_a_promise_is_kept_or_not() -> None:
    keeps = at_message(script(Behaviour.PROMISES_AND_KEEPS, days=5), message("call"), "1")
    breaks = at_message(script(Behaviour.PROMISES_AND_BREAKS), message("call"), "1")
    assert {Deed.PROMISE, Deed.PAY_OVERDUE} <= set(deeds(keeps))
    assert Deed.PROMISE in deeds(breaks)
    assert Deed.PAY_OVERDUE not in deeds(breaks)


def test_an_offer_is_taken_as_scripted() -> None:
    offer = message("letter", "offer_letter")
    plan = at_message(script(Behaviour.ACCEPTS_PLAN, months=2), offer, "1")
    settlement = at_message(script(Behaviour.ACCEPTS_SETTLEMENT), offer, "1")
    declined = at_message(script(Behaviour.DECLINES_THEN_VISIT_PAYS), offer, "1")
    assert details(plan, Deed.ACCEPT) == {"option": "plan", "months": 2}
    assert details(settlement, Deed.ACCEPT) == {"option": "settlement"}
    assert Deed.DECLINE in deeds(declined)


def test_a_hold_asked_for_by_reply_is_ended_after_its_review() -> None:
    told = message("call")
    intents = at_message(script(Behaviour.DISPUTES, resolved_after_days=20), told, "1")
    assert details(intents, Deed.REPLY)["kinds"] == "dispute"
    ended = next(intent for intent in intents if intent.deed is Deed.END_HOLD)
    replied = next(intent for intent in intents if intent.deed is Deed.REPLY)
    assert ended.after_hours - replied.after_hours == 20 * DAY


def test_a_hold_known_from_the_start_is_placed_on_its_day() -> None:
    held = script(Behaviour.HELD, kind="incapacity", days=60, starts_on="2026-03-02")
    ((day, intent),) = at_start(held)
    assert day == date(2026, 3, 2)
    assert dict(intent.details) == {"kind": "incapacity", "days": 60, "of_party": True}
    assert at_start(script(Behaviour.SILENT)) == []


def test_the_visited_pays_if_scripted() -> None:
    met = at_visit(script(Behaviour.DECLINES_THEN_VISIT_PAYS), "v1", "1")
    assert details(met, Deed.REPORT_VISIT) == {"outcome": "met_debtor"}
    assert Deed.PAY_OVERDUE in deeds(met)
    assert deeds(at_visit(None, "v1", "1")) == [Deed.REPORT_VISIT]


def test_a_matter_moves_from_milestone_to_milestone_and_some_pay_at_the_order() -> None:
    silent = script(Behaviour.SILENT)
    assert deeds(at_matter(silent, "awaiting_approval")) == [Deed.APPROVE]
    reached = [details(at_matter(None, s), Deed.MILESTONE)["status"] for s in ("open", "filed")]
    assert reached == ["filed", "accepted"]
    assert at_matter(silent, "enforcing") == []
    payer = script(Behaviour.SILENT_UNTIL_COURT_PAYS)
    assert deeds(at_matter(payer, "ordered")) == [Deed.PAY_BALANCE]


def test_every_loan_of_the_bundled_sample_has_a_known_behaviour() -> None:
    for scripted in read_script(SAMPLE).values():
        assert at_message(scripted, message("call"), "1")
