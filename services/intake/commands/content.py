"""Turns the bank's Protobuf into the rules' dataclasses, and an accepted fact into what travels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from events.v1 import bank_pb2 as bank
from services.intake.domain.facts import (
    Balance,
    Content,
    Ending,
    Fact,
    Instalment,
    PartyLink,
    Payment,
    Person,
    Point,
    ProvenAgreement,
    Registration,
    Reversal,
    Snapshot,
    TakeOver,
)
from services.intake.domain.fields import Instant, to_instant


def to_fact(message: bank.BankFact) -> Fact:
    """A message whose fields are all well-formed, as a fact."""
    name = message.fact.WhichOneof("fact")
    assert name is not None
    told = getattr(message.fact, name)
    serialized = told.SerializeToString(deterministic=True)
    return Fact(
        sequence=message.sequence,
        occurred_at=_instant(message.occurred_at),
        content=_READERS[name](told),
        says=hashlib.sha256(name.encode() + b"\0" + serialized).digest(),
    )


def to_person(message: bank.BankPerson) -> Person:
    points = tuple(Point(p.point_ref, p.kind, p.value) for p in message.person.points)
    return Person(message.sequence, _instant(message.occurred_at), message.person.time_zone, points)


def travelling(fact: bank.LoanFact, party_id: Callable[[str], str]) -> bank.LoanFact:
    """The fact as it leaves intake: party ids for the bank's references, nothing unknown."""
    copy = bank.LoanFact()
    copy.CopyFrom(fact)
    copy.DiscardUnknownFields()
    named: list[Any] = [*copy.registered.parties] if copy.HasField("registered") else []
    if copy.HasField("taken_over"):
        taken_over = copy.taken_over
        named += [*taken_over.notices, *taken_over.contacts]
        named += [taken_over.agreement] if taken_over.HasField("agreement") else []
    for party in named:
        party.party_ref = party_id(party.party_ref)
    return copy


def stamp(instant: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(instant)
    return made


def _registration(told: bank.LoanRegistered) -> Registration:
    parties = tuple(PartyLink(party.party_ref, party.role) for party in told.parties)
    return Registration(told.product, told.currency, parties)


def _snapshot(told: bank.DelinquencySnapshot) -> Snapshot:
    parts = (told.overdue_principal_minor, told.overdue_interest_minor, told.overdue_costs_minor)
    return Snapshot(
        as_of=date.fromisoformat(told.as_of),
        oldest_due_on=_date(told.oldest_unpaid_due_on),
        days_past_due=told.days_past_due,
        grace_days=told.grace_days,
        overdue_principal_minor=told.overdue_principal_minor,
        overdue_minor=sum(parts),
        balance_minor=told.balance_minor,
        currency=told.currency,
    )


def _instalment(told: bank.InstalmentDue) -> Instalment:
    return Instalment(told.principal_minor + told.interest_minor + told.costs_minor, told.currency)


def _payment(told: bank.PaymentReceived) -> Payment:
    effective_on = date.fromisoformat(told.effective_on)
    return Payment(told.transaction_id, told.amount_minor, told.currency, effective_on)


def _reversal(told: bank.PaymentReversed) -> Reversal:
    effective_on = date.fromisoformat(told.effective_on)
    return Reversal(told.transaction_id, told.amount_minor, told.currency, effective_on)


def _balance(told: bank.BalanceChanged) -> Balance:
    return Balance(told.currency)


def _ending(
    told: bank.LoanClosed | bank.LoanSold | bank.LoanRecalled | bank.LoanWrittenOff,
) -> Ending:
    return Ending(date.fromisoformat(told.on))


def _take_over(told: bank.LoanTakenOver) -> TakeOver:
    refs = [notice.party_ref for notice in told.notices]
    refs += [contact.party_ref for contact in told.contacts]
    agreement = told.agreement if told.HasField("agreement") else None
    if agreement is not None:
        refs.append(agreement.party_ref)
    notices = tuple(
        (
            _instant(notice.sent_at),
            _instant(notice.delivered_at) if notice.HasField("delivered_at") else None,
        )
        for notice in told.notices
    )
    return TakeOver(
        on=date.fromisoformat(told.on),
        party_refs=frozenset(refs),
        notices=notices,
        agreement=_agreement(agreement) if agreement is not None else None,
        matter_opened_on=_date(told.matter.opened_on),
    )


def _agreement(told: bank.TakenOverAgreement) -> ProvenAgreement:
    due = ((date.fromisoformat(i.due_on), i.amount_minor) for i in told.instalments)
    return ProvenAgreement(told.total_minor, told.paid_minor, tuple(due))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _instant(stamp: Timestamp) -> datetime:
    return to_instant(Instant(stamp.seconds, stamp.nanos))


_READERS: dict[str, Callable[[Any], Content]] = {
    "registered": _registration,
    "snapshot": _snapshot,
    "instalment_due": _instalment,
    "payment_received": _payment,
    "payment_reversed": _reversal,
    "balance_changed": _balance,
    "closed": _ending,
    "sold": _ending,
    "recalled": _ending,
    "written_off": _ending,
    "taken_over": _take_over,
}
