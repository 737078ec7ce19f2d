"""What other services tell, in the words of contact's commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.inbox import Record
from events.v1.bank_pb2 import PartyRole
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.intake_pb2 import LoanFactAccepted
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.legal_pb2 import MatterChanged
from events.v1.negotiation_pb2 import AgreementChanged
from interfaces.facts import PartyInRole
from interfaces.values import AgreementKind, AgreementStatus, Disposition, PartyKind, Role
from services.contact.commands.announcing import TellAssignee
from services.contact.commands.instalments import TellInstalment, TellPayment, TellReversal
from services.contact.commands.standing import Agreed, Matter, Told
from services.contact.domain import standing as rules
from services.contact.domain.announced import Assignee, one_line

_OF_ASSIGNEE = ("name", "address", "phone", "email", "purpose")


def told_of(record: Record) -> Told | None:
    body = record.body
    match body:
        case PositionChanged():
            return Told(
                record.tenant,
                record.key,
                _position(record.version, body),
                record.occurred_at,
                record.event_id,
                parties=tuple(_party(party) for party in body.parties),
                accepted_wall_at=_instant(body.accepted_wall_at)
                if body.HasField("accepted_wall_at")
                else None,
            )
        case EpisodeOpened():
            fact: rules.StandingFact = rules.EpisodeOpened(body.episode)
        case EpisodeClosed():
            fact = rules.EpisodeClosed(body.episode, body.reason)
        case _:
            return None
    return Told(record.tenant, record.key, fact, record.occurred_at, record.event_id)


def moved_by(record: Record) -> TellPayment | TellReversal | None:
    body = record.body
    match body:
        case PaymentPosted():
            spent = body.allocation
            return TellPayment(
                tenant=record.tenant,
                loan_id=record.key,
                transaction_id=body.transaction_id,
                effective_on=_date(body.effective_on) or record.occurred_at.date(),
                arrears_minor=spent.costs_minor + spent.interest_minor + spent.principal_minor,
                beyond_minor=spent.unallocated_minor,
            )
        case PaymentReversalPosted():
            return TellReversal(record.tenant, record.key, body.transaction_id)
        case _:
            return None


def matter_of(record: Record) -> Matter | None:
    match record.body:
        case MatterChanged() as body:
            expires_on = _date(body.limitation_expires_on)
            return Matter(record.tenant, record.key, record.version, expires_on, record.occurred_at)
        case _:
            return None


def facts_of(records: Sequence[Record], name: str) -> list[tuple[Record, LoanFactAccepted]]:
    return [
        (record, body)
        for record in records
        if isinstance(body := record.body, LoanFactAccepted) and body.fact.HasField(name)
    ]


def agreed_in(record: Record) -> Agreed | None:
    match record.body:
        case AgreementChanged() as body:
            return Agreed(
                tenant=record.tenant,
                loan_id=record.key,
                version=record.version,
                kind=AgreementKind(body.kind),
                status=AgreementStatus(body.status),
                at=record.occurred_at,
            )
        case _:
            return None


def instalment_in(record: Record, body: LoanFactAccepted) -> TellInstalment:
    due = body.fact.instalment_due
    return TellInstalment(
        tenant=record.tenant,
        loan_id=record.key,
        number=due.number,
        due_on=date.fromisoformat(due.due_on),
        amount_minor=due.principal_minor + due.interest_minor + due.costs_minor,
        currency=due.currency,
        sequence=body.sequence,
        told_at=record.occurred_at,
    )


def sale_in(record: Record, body: LoanFactAccepted) -> TellAssignee:
    buyer = body.fact.sold.assignee
    said = {name: one_line(getattr(buyer, name)) for name in _OF_ASSIGNEE}
    kinds = tuple(dict.fromkeys(map(one_line, buyer.data_kinds)))
    assignee = Assignee(date.fromisoformat(body.fact.sold.on), data_kinds=kinds, **said)
    return TellAssignee(
        tenant=record.tenant,
        loan_id=record.key,
        sequence=body.sequence,
        told_at=record.occurred_at,
        assignee=assignee,
    )


def _position(version: int, body: PositionChanged) -> rules.PositionSeen:
    overdue_minor = (
        body.overdue_costs_minor + body.overdue_interest_minor + body.overdue_principal_minor
    )
    amounts = rules.Amounts(
        currency=body.currency,
        overdue_minor=overdue_minor,
        disputed_minor=body.disputed_minor,
        balance_minor=body.balance_minor,
        minimum_due_minor=body.minimum_due_minor,
        oldest_due_on=_date(body.oldest_due_on),
        as_of=_date(body.as_of),
        product=body.product,
    )
    return rules.PositionSeen(version, Disposition(body.disposition), amounts)


def _party(party: PartyRole) -> PartyInRole:
    return PartyInRole(
        party_id=party.party_ref,
        role=Role(party.role),
        kind=PartyKind(party.kind),
        language=party.language,
        liability_limit_minor=party.liability_limit_minor or None,
    )


def _date(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)
