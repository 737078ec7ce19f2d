"""Every field of an event arrives in the fact, and what is absent arrives as absent."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.inbox import Record, parse
from events.v1 import bank_pb2, contact_pb2, field_visit_pb2, ledger_pb2, legal_pb2, negotiation_pb2
from interfaces import facts
from interfaces.values import (
    AgreementKind,
    AgreementStatus,
    Block,
    Channel,
    Disposition,
    HoldKind,
    MatterStatus,
    NoticeStatus,
    PartyKind,
    Role,
    VisitStatus,
)
from services.cases.consumers.records import read_fact
from services.cases.domain.dispatch import FactKind

AT = datetime(2026, 3, 3, 2, 0, 0, 125_000, tzinfo=UTC)
LATER = datetime(2026, 4, 3, 2, 0, tzinfo=UTC)


def stamp(instant: datetime = AT) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(instant)
    return made


def record(body: Message, version: int = 7) -> Record:
    """A record as the consumer decodes it: through its type's name and its bytes."""
    name = body.DESCRIPTOR.full_name
    return Record(
        topic="collect.any.v1",
        partition=0,
        offset=0,
        key="loan-1",
        tenant="demo",
        event_id="event-1",
        type=name,
        version=version,
        occurred_at=AT,
        cause="",
        source="/any",
        body=parse(name, body.SerializeToString()),
        headers={},
        raw=b"",
    )


def read(body: Message) -> facts.Fact:
    known = read_fact(record(body))
    assert known is not None
    assert (known.tenant, known.loan_id, known.version) == ("demo", "loan-1", 7)
    return known.fact


BARE = ledger_pb2.PositionChanged(
    disposition="current", currency="CNY", as_of="2026-03-03", accepted_at=stamp()
)
FULL = ledger_pb2.PositionChanged(
    disposition="overdue",
    currency="CNY",
    as_of="2026-03-03",
    oldest_due_on="2026-03-01",
    overdue_costs_minor=1,
    overdue_interest_minor=2,
    overdue_principal_minor=3,
    balance_minor=4,
    minimum_due_minor=5,
    grace_days=6,
    tolerance_minor=7,
    disputed_minor=8,
    is_accelerated=True,
    last_instalment_due_on="2027-03-01",
    product="card",
    segment="individual",
    branch="0001",
    parties=[
        bank_pb2.PartyRole(party_ref="p1", role="borrower", kind="person", language="zh-CN"),
        bank_pb2.PartyRole(
            party_ref="p2",
            role="joint_guarantor",
            kind="enterprise",
            language="en",
            liability_limit_minor=9,
        ),
    ],
    taken_over=bank_pb2.LoanTakenOver(
        on="2026-03-02",
        notices=[
            bank_pb2.TakenOverNotice(
                kind="demand", party_ref="p1", sent_at=stamp(), evidence="letter 12"
            )
        ],
        contacts=[
            bank_pb2.TakenOverContact(party_ref="p1", channel="call", at=stamp(), was_reached=True)
        ],
        agreement=bank_pb2.TakenOverAgreement(
            kind="plan",
            party_ref="p1",
            total_minor=30,
            paid_minor=10,
            instalments=[bank_pb2.AgreedInstalment(due_on="2026-04-01", amount_minor=15)],
        ),
        matter=bank_pb2.TakenOverMatter(
            status="enforcing", court_reference="(2025) 7", opened_on="2025-01-02"
        ),
        limitation_restarted_on="2025-06-01",
    ),
    reasons=["snapshot of 2026-03-03"],
    accepted_at=stamp(),
)


def test_a_position_arrives_whole() -> None:
    assert read(FULL) == facts.Position(
        version=7,
        at=AT,
        disposition=Disposition.OVERDUE,
        currency="CNY",
        as_of=date(2026, 3, 3),
        oldest_due_on=date(2026, 3, 1),
        overdue=facts.Overdue(1, 2, 3),
        balance_minor=4,
        minimum_due_minor=5,
        grace_days=6,
        tolerance_minor=7,
        disputed_minor=8,
        is_accelerated=True,
        last_instalment_due_on=date(2027, 3, 1),
        product="card",
        segment="individual",
        branch="0001",
        parties=(
            facts.PartyInRole("p1", Role.BORROWER, PartyKind.PERSON, "zh-CN", None),
            facts.PartyInRole("p2", Role.JOINT_GUARANTOR, PartyKind.ENTERPRISE, "en", 9),
        ),
        taken_over=facts.TakenOver(
            notices=(facts.ProvenNotice("demand", "p1", AT, None, "letter 12"),),
            contacts=(facts.ProvenContact("p1", Channel.CALL, AT, True, False),),
            agreement=facts.ProvenAgreement(
                AgreementKind.PLAN, "p1", 30, 10, (date(2026, 4, 1),), (15,)
            ),
            matter=facts.ProvenMatter(MatterStatus.ENFORCING, "(2025) 7", date(2025, 1, 2), None),
            limitation_restarted_on=date(2025, 6, 1),
        ),
        reasons=("snapshot of 2026-03-03",),
    )


def test_what_a_position_does_not_say_is_absent() -> None:
    known = read(BARE)
    assert isinstance(known, facts.Position)
    assert known.oldest_due_on is None and known.last_instalment_due_on is None
    assert known.taken_over is None and known.parties == ()


def test_holds_arrive_whole() -> None:
    body = contact_pb2.HoldsChanged(
        intervals=[
            contact_pb2.HoldInterval(
                hold_id="h1",
                kind="deceased",
                party_id="p1",
                blocks=["contact", "visit"],
                from_at=stamp(),
                until_at=stamp(LATER),
                review_at=stamp(LATER),
                amount_minor=5,
                has_no_estate=True,
            ),
            contact_pb2.HoldInterval(hold_id="h2", kind="dispute", from_at=stamp()),
        ],
        at=stamp(),
    )
    blocks = (Block.CONTACT, Block.VISIT)
    assert read(body) == facts.Holds(
        7,
        AT,
        (
            facts.HoldInterval("h1", HoldKind.DECEASED, "p1", blocks, AT, LATER, LATER, 5, True),
            facts.HoldInterval("h2", HoldKind.DISPUTE, None, (), AT, None, None),
        ),
    )


def test_the_progress_of_contact_arrives_whole() -> None:
    body = contact_pb2.ContactProgressed(
        notices=[
            contact_pb2.NoticeProgress(
                kind="demand", party_id="p1", channel="letter", status="sent", sent_at=stamp()
            )
        ],
        circumstances=[
            contact_pb2.CircumstancesAsked(party_id="p1", channels_tried=["call", "letter"])
        ],
        at=stamp(),
        episode=1,
    )
    notice = facts.Notice("demand", "p1", Channel.LETTER, NoticeStatus.SENT, AT, None)
    asked = facts.Circumstances("p1", None, (Channel.CALL, Channel.LETTER))
    assert read(body) == facts.ContactProgress(7, AT, (notice,), (asked,), episode=1)


def test_an_agreement_arrives_whole() -> None:
    body = negotiation_pb2.AgreementChanged(
        agreement_id="a1",
        kind="promise",
        status="active",
        party_id="p1",
        total_minor=10,
        paid_minor=4,
        next_due_on="2026-04-01",
        judge_at=stamp(LATER),
        rounds=2,
        at=stamp(),
    )
    assert read(body) == facts.Agreement(
        version=7,
        at=AT,
        agreement_id="a1",
        kind=AgreementKind.PROMISE,
        status=AgreementStatus.ACTIVE,
        party_id="p1",
        total_minor=10,
        paid_minor=4,
        next_due_on=date(2026, 4, 1),
        judge_at=LATER,
        rounds=2,
    )


def test_a_visit_arrives_whole() -> None:
    body = field_visit_pb2.VisitChanged(
        visit_id="v1",
        status="reported",
        party_id="p1",
        window_from=stamp(),
        window_until=stamp(LATER),
        outcome="moved",
        agent_ids=["a1", "a2"],
        at=stamp(),
    )
    assert read(body) == facts.Visit(7, AT, "v1", VisitStatus.REPORTED, "p1", AT, LATER, "moved", 2)


def test_a_matter_arrives_whole() -> None:
    body = legal_pb2.MatterChanged(
        matter_id="m1",
        status="ended",
        limitation_expires_on="2029-03-01",
        outcome="recovered",
        at=stamp(),
    )
    assert read(body) == facts.Matter(
        7, AT, "m1", MatterStatus.ENDED, None, date(2029, 3, 1), "recovered"
    )


@pytest.mark.parametrize(
    "body", [ledger_pb2.PaymentPosted(), contact_pb2.StandingChanged(), contact_pb2.ReplyReceived()]
)
def test_an_event_that_is_no_absolute_fact_is_passed_over(body: Message) -> None:
    assert read_fact(record(body)) is None


@pytest.mark.parametrize("wrong", [{"disposition": "lost"}, {"as_of": "2026-02-31"}])
def test_an_event_that_says_something_unknown_is_a_fault_of_its_record(
    wrong: dict[str, str],
) -> None:
    body = ledger_pb2.PositionChanged()
    body.CopyFrom(BARE)
    for name, value in wrong.items():
        setattr(body, name, value)
    with pytest.raises(ValueError):
        read_fact(record(body))


def test_the_facts_of_all_kinds_are_read() -> None:
    bodies = [
        FULL,
        contact_pb2.HoldsChanged(),
        contact_pb2.ContactProgressed(),
        negotiation_pb2.AgreementChanged(kind="plan", status="kept"),
        field_visit_pb2.VisitChanged(status="booked"),
        legal_pb2.MatterChanged(status="open"),
    ]
    kinds = {known.kind for body in bodies if (known := read_fact(record(body)))}
    assert kinds == set(FactKind)
