"""The summary of a play: what was counted, and which of the promises held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from forbear.demo import proofs
from forbear.demo.proofs import Episodes
from interfaces.clock import ClockReading
from interfaces.values import ClosingReason, HoldKind, Stage

DISPOSITIONS = ("applied", "duplicate", "stale", "quarantined", "dead_lettered")
INJECTED = ("duplicate", "stale", "quarantined", "dead_lettered")


@dataclass(frozen=True)
class Pooled:
    """Touches that served several loans of one party, and how many loans they served in all."""

    touches: int
    loans: int


@dataclass(frozen=True)
class Histories:
    """What the recorded streams tell, judged without asking any service."""

    episodes: Episodes
    acts_after_end: int
    touches: int
    pooled: Pooled
    owed_acts: Mapping[str, int]
    hold_kinds: frozenset[str]
    standing_seconds: list[float]
    lag_seconds: list[float]


@dataclass(frozen=True)
class Answers:
    """What the services say of themselves."""

    counts: Mapping[str, int]
    cases: Mapping[str, Any]
    contacts: Mapping[str, Any]
    imbalance: Mapping[str, int]
    audit: Mapping[str, Any]
    outbox_backlog: int
    parked_keys: int


@dataclass(frozen=True)
class Sent:
    """What was put on the bank's topics, and what was wrong with it on purpose (None: unknown)."""

    records: int
    dead_letters: int
    injected: Mapping[str, int] | None = None
    must_occur_all: bool = False


@dataclass(frozen=True)
class Course:
    """How the play itself went; `clock` is every reading that was in force."""

    seconds: float
    peak_pss_bytes: int
    lag_left: str = ""
    clock: tuple[ClockReading, ...] = ()


@dataclass(frozen=True)
class Evidence:
    histories: Histories
    answers: Answers
    sent: Sent
    course: Course
    positions: Mapping[str, Any] = field(default_factory=dict)


def report(evidence: Evidence) -> dict[str, Any]:
    """The whole of report.json."""
    answers, histories, course = evidence.answers, evidence.histories, evidence.course
    checks = checks_of(evidence)
    counts, found = answers.counts, evidence.sent.dead_letters
    injected = (evidence.sent.injected or {}).get("dead_lettered", 0)
    return {
        "facts": {name: counts[name] for name in ("received", *DISPOSITIONS)},
        "cases": {
            name: answers.cases[name]
            for name in ("loans", "opened", "duplicates", "by_stage", "by_reason")
        },
        "contacts": {
            "made": answers.contacts["made"],
            "refused_by_rule": answers.contacts["refused_by_rule"],
            "pooled": asdict(histories.pooled),
            "owed_acts": dict(sorted(histories.owed_acts.items())),
        },
        "acts_after_end": histories.acts_after_end,
        "standing_seconds": proofs.percentiles(histories.standing_seconds),
        "lag_seconds": proofs.percentiles(histories.lag_seconds),
        "ledger_imbalance_minor": dict(answers.imbalance),
        "positions": {"loans": evidence.positions["loans"], "equal": evidence.positions["equal"]},
        "outbox_backlog": answers.outbox_backlog,
        "parked_keys": answers.parked_keys,
        "dead_letters": {"injected": injected, "found": found},
        "history": {"loans": answers.audit["loans"], "verified": answers.audit["verified"]},
        "seconds": round(course.seconds, 1),
        "facts_per_second": round(counts["received"] / max(course.seconds, 0.1), 1),
        "peak_pss_mib": course.peak_pss_bytes // 1024**2,
        "checks": checks,
        "ok": all(checks.values()),
    }


def checks_of(evidence: Evidence) -> dict[str, bool]:
    """Every promise by name, and whether it held."""
    answers, histories, sent = evidence.answers, evidence.histories, evidence.sent
    checks = {
        "facts_close_to_zero": facts_close(answers.counts),
        "every_fact_sent_was_received": answers.counts["received"] == sent.records,
        "one_case_per_overdue_loan_and_episode": one_case_each(histories.episodes, answers.cases),
        "no_act_after_the_end": histories.acts_after_end == 0,
        "contacts_made_as_recorded": answers.contacts["made"] == histories.touches,
        "ledger_balanced": bool(answers.imbalance) and not any(answers.imbalance.values()),
        "positions_equal_the_reference": _is_whole(evidence.positions, "equal"),
        "outbox_empty": answers.outbox_backlog == 0,
        "nothing_parked": answers.parked_keys == 0,
        "dead_letters_as_injected": _letters_as_injected(sent),
        "history_verified_and_gap_free": _is_verified(answers.audit),
        "lag_zero": not evidence.course.lag_left,
    }
    if sent.must_occur_all:
        checks["touches_of_one_debtor_were_pooled"] = histories.pooled.touches > 0
        checks["reminders_left_before_the_due_day"] = histories.owed_acts.get("pre_due", 0) > 0
    if sent.injected is not None:
        checks["faults_disposed_of_as_injected"] = all(
            answers.counts[name] == sent.injected[name] for name in INJECTED
        )
    if sent.must_occur_all:
        checks["every_stage_hold_and_ending_occurs"] = not missing(evidence)
    return checks


def facts_close(counts: Mapping[str, int]) -> bool:
    return counts["received"] == sum(counts[name] for name in DISPOSITIONS)


def one_case_each(episodes: Episodes, cases: Mapping[str, Any]) -> bool:
    """`duplicates` are runs that found nothing to claim and ended: they are no cases."""
    return not episodes.wrong and cases["opened"] == episodes.opened


# A cease of contact exists only where a rule pack grants it, which the sample's law does not.
# A bereavement is told by replies alone; the play places the confirmed death.
_UNPLAYED = (HoldKind.CEASE_REQUEST, HoldKind.BEREAVEMENT)
_HOLDS = tuple(kind for kind in HoldKind if kind not in _UNPLAYED)


def missing(evidence: Evidence) -> list[str]:
    """Stages, closing reasons and kinds of holds that did not occur."""
    stages, reasons = evidence.answers.cases["by_stage"], evidence.answers.cases["by_reason"]
    return [
        *(f"stage {stage}" for stage in Stage if not stages.get(stage)),
        *(f"ending {reason}" for reason in ClosingReason if not reasons.get(reason)),
        *(f"hold {kind}" for kind in _HOLDS if kind not in evidence.histories.hold_kinds),
    ]


def failures(evidence: Evidence) -> list[str]:
    """What lies behind the checks that failed, for a person to look at."""
    said = [f"episodes: {text}" for text in evidence.histories.episodes.wrong[:10]]
    if evidence.course.lag_left:
        said.append(f"lag: {evidence.course.lag_left}")
    if evidence.sent.must_occur_all:
        said += [f"did not occur: {text}" for text in missing(evidence)]
    said += [f"position: {each}" for each in evidence.positions.get("different", ())[:5]]
    broken = evidence.answers.audit.get("first_broken")
    said += [f"history: {broken}"] if broken else []
    said += [f"history gap: {gap}" for gap in evidence.answers.audit["gaps"][:5]]
    if evidence.sent.injected is not None:
        said += [
            f"{name}: {evidence.answers.counts[name]}, injected {evidence.sent.injected[name]}"
            for name in INJECTED
            if evidence.answers.counts[name] != evidence.sent.injected[name]
        ]
    received, sent = evidence.answers.counts["received"], evidence.sent.records
    return said + ([f"facts: {sent} sent, {received} received"] if received != sent else [])


def _is_whole(counted: Mapping[str, Any], part: str) -> bool:
    return bool(counted["loans"]) and counted["loans"] == counted[part]


def _is_verified(audit: Mapping[str, Any]) -> bool:
    return _is_whole(audit, "verified") and not audit["gaps"] and not audit.get("first_broken")


def _letters_as_injected(sent: Sent) -> bool:
    return sent.dead_letters == (sent.injected or {}).get("dead_lettered", 0)
