"""The bundled sample is fresh, readable, and holds all that a play must show."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from google.protobuf.message import DecodeError

from events.v1.bank_pb2 import BankFact, BankPerson
from forbear.portfolio.facts import Format, PlannedFact, load
from forbear.portfolio.sample import DIRECTORY, cast_loans, make_sample
from forbear.portfolio.sample_cast import DAYS, START
from forbear.portfolio.sample_proven import NOTICES
from forbear.portfolio.script import Behaviour, LoanScript, format_script, read_script
from interfaces.tenant import parse_tenant
from interfaces.values import ClosingReason, HoldKind, Role

CONFIG = Path(__file__).parents[3] / "config"
HOLD_OF = {
    Behaviour.DISPUTES: HoldKind.DISPUTE,
    Behaviour.COMPLAINS: HoldKind.COMPLAINT,
    Behaviour.HARDSHIP: HoldKind.HARDSHIP_REVIEW,
    Behaviour.REPRESENTED: HoldKind.REPRESENTED,
    Behaviour.BEREAVEMENT: HoldKind.DECEASED,
    Behaviour.BANKRUPTCY: HoldKind.BANKRUPTCY,
    Behaviour.BANK_PAUSE: HoldKind.BANK_PAUSE,
}


@pytest.fixture(scope="module")
def facts() -> list[PlannedFact]:
    loaded = load(Format.FORBEAR_CSV, DIRECTORY)
    assert loaded.bad_rows == ()
    found = list(loaded.facts)
    assert len(found) == loaded.total
    return found


@pytest.fixture(scope="module")
def scripts() -> dict[str, LoanScript]:
    return read_script(DIRECTORY / "script.yaml")


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DIRECTORY / "expected.json").read_text("utf-8"))
    return found


def bank_facts(facts: list[PlannedFact]) -> list[BankFact]:
    return [fact.message for fact in facts if isinstance(fact.message, BankFact)]


def test_the_checked_in_files_are_fresh() -> None:
    for name, text in make_sample().items():
        assert (DIRECTORY / name).read_text("utf-8") == text, (
            f"{name} is stale: run `python -m forbear.portfolio.sample`"
        )


def test_facts_are_in_time_order_and_within_the_play(facts: list[PlannedFact]) -> None:
    instants = [fact.at for fact in facts]
    assert instants == sorted(instants)
    assert (instants[-1] - instants[0]).days <= DAYS


def test_every_ending_is_worked_towards(scripts: dict[str, LoanScript]) -> None:
    assert {reason.value for reason in ClosingReason} <= {s.intends for s in scripts.values()}


def test_every_behaviour_and_every_kind_of_hold_occurs(scripts: dict[str, LoanScript]) -> None:
    assert {script.behaviour for script in scripts.values()} == set(Behaviour)
    held = {str(s.parameters["kind"]) for s in scripts.values() if s.behaviour is Behaviour.HELD}
    told_by_replies = {HoldKind.BEREAVEMENT.value}
    placed = {kind.value for kind in HoldKind} - told_by_replies
    assert held | {kind.value for kind in HOLD_OF.values()} == placed


def test_the_script_survives_being_written_and_read(scripts: dict[str, LoanScript]) -> None:
    assert format_script(list(scripts.values())) == (DIRECTORY / "script.yaml").read_text("utf-8")


def test_the_expected_counts_are_those_of_the_files(
    facts: list[PlannedFact], expected: dict[str, Any]
) -> None:
    injected = expected["injected"]
    people = [fact for fact in facts if isinstance(fact.message, BankPerson)]
    raw = [fact.message for fact in facts if isinstance(fact.message, bytes)]
    assert (len(people), len(facts) - len(people)) == (expected["people"], expected["facts"])
    assert len(raw) == injected["dead_lettered"]
    seen: set[bytes] = set()
    repeated = 0
    for fact in bank_facts(facts):
        content = fact.SerializeToString(deterministic=True)
        repeated += content in seen
        seen.add(content)
    # One more duplicate is the same transaction under another event id.
    assert repeated + 1 == injected["duplicate"]


def test_the_undecodable_cannot_be_decoded(facts: list[PlannedFact]) -> None:
    for fact in facts:
        if isinstance(fact.message, bytes):
            with pytest.raises(DecodeError):
                BankFact.FromString(fact.message)


def test_stale_snapshots_come_after_newer_ones(
    facts: list[PlannedFact], expected: dict[str, Any]
) -> None:
    newest: dict[str, str] = defaultdict(str)
    stale = 0
    for fact in bank_facts(facts):
        if fact.fact.HasField("snapshot") and not fact.event_id.startswith("invalid"):
            stale += fact.fact.snapshot.as_of < newest[fact.loan_ref]
            newest[fact.loan_ref] = max(newest[fact.loan_ref], fact.fact.snapshot.as_of)
    assert stale == expected["injected"]["stale"]


def test_some_facts_come_before_their_loan_is_known(
    facts: list[PlannedFact], expected: dict[str, Any]
) -> None:
    known: set[str] = set()
    early: dict[str, int] = defaultdict(int)
    for fact in bank_facts(facts):
        if fact.fact.HasField("registered"):
            known.add(fact.loan_ref)
        elif fact.loan_ref not in known:
            early[fact.loan_ref] += 1
    waited = sum(count for ref, count in early.items() if ref in known)
    assert waited == expected["injected"]["waited_for_loan"] > 0
    assert sum(ref not in known for ref in early) == 2


def test_every_role_that_owes_is_played_and_debtors_share_loans(facts: list[PlannedFact]) -> None:
    loans = [f.fact.registered for f in bank_facts(facts) if f.fact.HasField("registered")]
    roles = {party.role for loan in loans for party in loan.parties}
    assert roles >= {Role.BORROWER, Role.CO_BORROWER, Role.JOINT_GUARANTOR, Role.GENERAL_GUARANTOR}
    borrowers = [loan.parties[0].party_ref for loan in loans]
    assert len(borrowers) - len(set(borrowers)) == 10


def test_every_party_of_a_loan_is_a_person_with_fictitious_contact_data(
    facts: list[PlannedFact],
) -> None:
    people = [fact.message for fact in facts if isinstance(fact.message, BankPerson)]
    known = {person.party_ref for person in people}
    loans = [f.fact.registered for f in bank_facts(facts) if f.fact.HasField("registered")]
    assert {party.party_ref for loan in loans for party in loan.parties} == known
    for person in people:
        phone, email, _ = (point.value for point in person.person.points)
        assert phone.startswith("+86-100-0000-")
        assert email.endswith("@example.test")


def test_a_reversal_begins_a_second_delinquency(facts: list[PlannedFact]) -> None:
    for cast in cast_loans():
        if cast.group.name == "second-episode":
            told = [f.fact for f in bank_facts(facts) if f.loan_ref == cast.loan_ref]
            late = [t.snapshot.days_past_due > 0 for t in told if t.HasField("snapshot")]
            runs = sum(
                now and not before for before, now in zip([False, *late], late, strict=False)
            )
            assert runs == 2
            assert any(t.HasField("payment_reversed") for t in told)


def test_few_loans_are_told_of_an_instalment_a_week_ahead_and_the_others_on_its_day(
    facts: list[PlannedFact],
) -> None:
    """Each of those owes a reminder, so that the play shows some and stays short."""
    ahead = {cast.loan_ref for cast in cast_loans() if cast.group.told_ahead}
    lead: dict[str, list[int]] = defaultdict(list)
    for fact in bank_facts(facts):
        if fact.fact.HasField("instalment_due") and not fact.event_id.startswith("invalid"):
            due_on = date.fromisoformat(fact.fact.instalment_due.due_on)
            told_on = fact.occurred_at.ToDatetime(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
            lead[fact.loan_ref].append((due_on - told_on).days)
    reminded = [days for ref in ahead for days in lead[ref] if days > 0]
    assert len(ahead) == 6 and 15 <= len(reminded) <= 25 and max(reminded) == 7
    assert all(days <= 0 for ref, told in lead.items() if ref not in ahead for days in told)


def test_a_sold_loan_names_who_bought_it(facts: list[PlannedFact]) -> None:
    sold = [f.fact.sold for f in bank_facts(facts) if f.fact.HasField("sold")]
    assert len(sold) == 3 and all(each.assignee.name and each.assignee.purpose for each in sold)


def test_what_was_proven_names_notices_that_the_strategies_know() -> None:
    for file in sorted((CONFIG / "strategies").glob("*.yaml")):
        kinds = {notice["kind"] for notice in yaml.safe_load(file.read_text("utf-8"))["notices"]}
        assert set(NOTICES) <= kinds


def test_products_are_those_of_the_tenant(facts: list[PlannedFact]) -> None:
    tenant = parse_tenant(yaml.safe_load((CONFIG / "tenants" / "demo.yaml").read_text("utf-8")))
    loans = [f.fact.registered for f in bank_facts(facts) if f.fact.HasField("registered")]
    assert {loan.product for loan in loans} == set(tenant.products)


def test_a_proven_plan_adds_up_and_ends_in_the_first_days(facts: list[PlannedFact]) -> None:
    plans = [
        f.fact.taken_over.agreement for f in bank_facts(facts) if f.fact.taken_over.agreement.kind
    ]
    assert len(plans) == 4
    for plan in plans:
        assert sum(part.amount_minor for part in plan.instalments) == plan.total_minor
        last_on = date.fromisoformat(plan.instalments[-1].due_on)
        assert START < last_on < START + timedelta(days=14)
