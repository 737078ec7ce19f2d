"""The report: its keys to the letter, and every check with an evidence that makes it false."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from forbear.demo.proofs import Episodes
from forbear.demo.report import (
    Answers,
    Course,
    Evidence,
    Histories,
    Pooled,
    Sent,
    checks_of,
    failures,
    missing,
    report,
)
from interfaces.values import ClosingReason, HoldKind, Stage

KEYS = [
    "facts",
    "cases",
    "contacts",
    "acts_after_end",
    "standing_seconds",
    "lag_seconds",
    "ledger_imbalance_minor",
    "positions",
    "outbox_backlog",
    "parked_keys",
    "dead_letters",
    "history",
    "seconds",
    "facts_per_second",
    "peak_pss_mib",
    "checks",
    "ok",
]
COUNTS = {
    "received": 20,
    "applied": 11,
    "duplicate": 3,
    "stale": 2,
    "quarantined": 3,
    "dead_lettered": 1,
}
HISTORIES = Histories(
    episodes=Episodes(opened=17),
    acts_after_end=0,
    touches=5,
    pooled=Pooled(touches=2, loans=4),
    owed_acts={"pre_due": 2},
    hold_kinds=frozenset(kind.value for kind in HoldKind),
    standing_seconds=[0.5],
    lag_seconds=[1.0],
)
ANSWERS = Answers(
    counts=COUNTS,
    cases={
        "loans": 9,
        "opened": 17,
        "open": 0,
        "duplicates": 0,
        "by_stage": {stage.value: 1 for stage in Stage},
        "by_reason": {reason.value: 1 for reason in ClosingReason},
    },
    contacts={"made": 5, "refused_by_rule": {"hours": 2}},
    imbalance={"CNY": 0},
    audit={"loans": 9, "verified": 9, "first_broken": None, "gaps": []},
    outbox_backlog=0,
    parked_keys=0,
)
INJECTED = {"duplicate": 3, "stale": 2, "quarantined": 3, "dead_lettered": 1}
GOOD = Evidence(
    histories=HISTORIES,
    answers=ANSWERS,
    sent=Sent(20, 1, INJECTED, must_occur_all=True),
    course=Course(100.0, 1_500 * 1024**2),
    positions={"loans": 9, "equal": 9, "different": []},
)


def answers(**changes: Any) -> Evidence:
    return replace(GOOD, answers=replace(ANSWERS, **changes))


def histories(**changes: Any) -> Evidence:
    return replace(GOOD, histories=replace(HISTORIES, **changes))


def cases(**changes: Any) -> Evidence:
    return answers(cases={**ANSWERS.cases, **changes})


def sent(**changes: Any) -> Evidence:
    return replace(GOOD, sent=replace(GOOD.sent, **changes))


BAD = {
    "facts_close_to_zero": [answers(counts=COUNTS | {"applied": 12})],
    "every_fact_sent_was_received": [sent(records=21)],
    "one_case_per_overdue_loan_and_episode": [
        histories(episodes=Episodes(17, wrong=["l1: overdue on position 2 without an episode"])),
        histories(episodes=Episodes(16)),
        cases(opened=18),
    ],
    "no_act_after_the_end": [histories(acts_after_end=1)],
    "touches_of_one_debtor_were_pooled": [histories(pooled=Pooled(0, 0))],
    "reminders_left_before_the_due_day": [
        histories(owed_acts={}),
        histories(owed_acts={"assignment_notice": 1}),
    ],
    "contacts_made_as_recorded": [histories(touches=4)],
    "ledger_balanced": [answers(imbalance={"CNY": 0, "TWD": -1}), answers(imbalance={})],
    "positions_equal_the_reference": [
        replace(GOOD, positions={"loans": 9, "equal": 8}),
        replace(GOOD, positions={"loans": 0, "equal": 0}),
    ],
    "outbox_empty": [answers(outbox_backlog=1)],
    "nothing_parked": [answers(parked_keys=1)],
    "dead_letters_as_injected": [sent(dead_letters=0), sent(dead_letters=2)],
    "history_verified_and_gap_free": [
        answers(audit={**ANSWERS.audit, "verified": 8}),
        answers(audit={**ANSWERS.audit, "gaps": [{"source": "ledger"}]}),
    ],
    "lag_zero": [replace(GOOD, course=replace(GOOD.course, lag_left="outbox 3"))],
    "faults_disposed_of_as_injected": [sent(injected=INJECTED | {"stale": 3})],
    "every_stage_hold_and_ending_occurs": [
        cases(by_stage={**ANSWERS.cases["by_stage"], "legal": 0}),
        cases(by_reason={"cured": 17}),
        histories(hold_kinds=frozenset({"dispute"})),
    ],
}


def test_the_report_has_the_keys_that_others_read() -> None:
    written = report(GOOD)
    assert list(written) == KEYS
    assert list(written["facts"]) == list(COUNTS)
    named = ["loans", "opened", "duplicates", "by_stage", "by_reason"]
    assert list(written["cases"]) == named
    assert written["dead_letters"] == {"injected": 1, "found": 1}
    assert written["facts_per_second"] == 0.2
    assert written["contacts"]["owed_acts"] == {"pre_due": 2}
    assert written["peak_pss_mib"] == 1_500


def test_when_all_held_it_is_ok_and_nothing_is_said() -> None:
    assert report(GOOD)["ok"] is True
    assert all(checks_of(GOOD).values())
    assert failures(GOOD) == []


def test_every_check_has_an_evidence_that_fails_it() -> None:
    assert BAD.keys() == checks_of(GOOD).keys()


@pytest.mark.parametrize(
    ("check", "evidence"), [(name, each) for name, all_ in BAD.items() for each in all_]
)
def test_an_evidence_against_a_check_makes_it_false(check: str, evidence: Evidence) -> None:
    written = report(evidence)
    assert written["checks"][check] is False
    assert written["ok"] is False


def test_what_is_missing_is_named() -> None:
    found = missing(cases(by_reason={"cured": 17}))
    assert "ending settled" in found
    assert "ending cured" not in found


def test_a_portfolio_that_is_not_scripted_is_not_held_to_the_sample() -> None:
    evidence = sent(injected=None, must_occur_all=False, dead_letters=0)
    assert not {"faults_disposed_of_as_injected", "every_stage_hold_and_ending_occurs"} & (
        checks_of(evidence).keys()
    )
