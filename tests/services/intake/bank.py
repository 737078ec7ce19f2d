"""A bank's messages, valid unless told otherwise, so that a test states only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from events.v1 import bank_pb2 as pb

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def stamp(instant: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(instant)
    return made


def fact(
    event_id: str,
    loan_ref: str = "L1",
    *,
    tenant: str = "demo",
    sequence: int = 0,
    at: datetime = NOW,
    **told: object,
) -> pb.BankFact:
    """A BankFact with one of `LoanFact`'s fields, for example `closed=...`."""
    return pb.BankFact(
        event_id=event_id,
        tenant=tenant,
        loan_ref=loan_ref,
        sequence=sequence,
        occurred_at=stamp(at),
        fact=pb.LoanFact(**told),  # type: ignore[arg-type]
    )


def party(ref: str = "P1", role: str = "borrower") -> pb.PartyRole:
    return pb.PartyRole(party_ref=ref, role=role, kind="person", language="zh-CN")


def registered(*parties: pb.PartyRole, **changes: object) -> pb.LoanRegistered:
    told: dict[str, object] = {
        "product": "consumer_loan",
        "segment": "individual",
        "branch": "SH01",
        "currency": "CNY",
        "last_instalment_due_on": "2028-01-05",
        "grace_days": 3,
        "parties": parties or (party(),),
    }
    return pb.LoanRegistered(**(told | changes))  # type: ignore[arg-type]


def snapshot(**changes: object) -> pb.DelinquencySnapshot:
    told: dict[str, object] = {
        "as_of": "2026-03-09",
        "oldest_unpaid_due_on": "2026-03-01",
        "days_past_due": 8,
        "bucket": "M1",
        "overdue_principal_minor": 100_00,
        "overdue_interest_minor": 5_00,
        "balance_minor": 9_000_00,
        "currency": "CNY",
    }
    return pb.DelinquencySnapshot(**(told | changes))  # type: ignore[arg-type]


def payment(transaction_id: str, **changes: object) -> pb.PaymentReceived:
    told: dict[str, object] = {
        "transaction_id": transaction_id,
        "amount_minor": 105_00,
        "currency": "CNY",
        "effective_on": "2026-03-10",
    }
    return pb.PaymentReceived(**(told | changes))  # type: ignore[arg-type]


def reversal(transaction_id: str, **changes: object) -> pb.PaymentReversed:
    told: dict[str, object] = {
        "transaction_id": transaction_id,
        "amount_minor": 105_00,
        "currency": "CNY",
        "effective_on": "2026-03-10",
    }
    return pb.PaymentReversed(**(told | changes))  # type: ignore[arg-type]


def person(
    event_id: str,
    party_ref: str = "P1",
    *,
    sequence: int = 0,
    at: datetime = NOW,
    **changes: object,
) -> pb.BankPerson:
    told: dict[str, object] = {
        "name": "Lin Example",
        "kind": "person",
        "language": "zh-CN",
        "time_zone": "Asia/Shanghai",
        "points": [pb.ContactPoint(point_ref="c1", kind="phone", value="+86 000 0000 0001")],
    }
    return pb.BankPerson(
        event_id=event_id,
        tenant="demo",
        party_ref=party_ref,
        sequence=sequence,
        occurred_at=stamp(at),
        person=pb.PersonalData(**(told | changes)),  # type: ignore[arg-type]
    )
