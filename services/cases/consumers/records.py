"""Reads the other services' events as the absolute facts that cases live on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.consumer import Record

# Some are imported for their message types alone: what a topic carries must decode.
from events.v1 import (  # noqa: F401
    bank_pb2,
    contact_calls_pb2,
    contact_customer_pb2,
    contact_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
    field_visit_pb2,
    ledger_pb2,
    legal_pb2,
    negotiation_pb2,
)
from interfaces import facts, values
from services.cases.domain.dispatch import FactKind, LoanFact


def read_fact(record: Record) -> LoanFact | None:
    """The absolute fact in a record; none for events that say something else."""
    reader = _READERS.get(type(record.body))
    if reader is None:
        return None
    kind, read = reader
    return LoanFact(record.tenant, record.key, kind, read(record.body, record.version))


def read_position(body: ledger_pb2.PositionChanged, version: int) -> facts.Position:
    return facts.Position(
        version=version,
        at=_instant(body.accepted_at),
        disposition=values.Disposition(body.disposition),
        currency=body.currency,
        as_of=date.fromisoformat(body.as_of),
        oldest_due_on=_date(body.oldest_due_on),
        overdue=facts.Overdue(
            body.overdue_costs_minor, body.overdue_interest_minor, body.overdue_principal_minor
        ),
        balance_minor=body.balance_minor,
        minimum_due_minor=body.minimum_due_minor,
        grace_days=body.grace_days,
        tolerance_minor=body.tolerance_minor,
        disputed_minor=body.disputed_minor,
        is_accelerated=body.is_accelerated,
        last_instalment_due_on=_date(body.last_instalment_due_on),
        product=body.product,
        segment=body.segment,
        branch=body.branch,
        parties=tuple(_party(party) for party in body.parties),
        taken_over=_taken_over(body.taken_over) if body.HasField("taken_over") else None,
        reasons=tuple(body.reasons),
    )


def read_holds(body: contact_pb2.HoldsChanged, version: int) -> facts.Holds:
    intervals = tuple(
        facts.HoldInterval(
            hold_id=each.hold_id,
            kind=values.HoldKind(each.kind),
            party_id=each.party_id or None,
            blocks=tuple(values.Block(block) for block in each.blocks),
            from_at=_instant(each.from_at),
            until_at=_instant_in(each, "until_at"),
            review_at=_instant_in(each, "review_at"),
            amount_minor=each.amount_minor or None,
            has_no_estate=each.has_no_estate,
        )
        for each in body.intervals
    )
    return facts.Holds(version, _instant(body.at), intervals)


def read_contact(body: contact_pb2.ContactProgressed, version: int) -> facts.ContactProgress:
    notices = tuple(
        facts.Notice(
            kind=each.kind,
            party_id=each.party_id,
            channel=values.Channel(each.channel),
            status=values.NoticeStatus(each.status),
            sent_at=_instant_in(each, "sent_at"),
            delivered_at=_instant_in(each, "delivered_at"),
        )
        for each in body.notices
    )
    asked = tuple(
        facts.Circumstances(
            party_id=each.party_id,
            answered_at=_instant_in(each, "answered_at"),
            channels_tried=tuple(values.Channel(channel) for channel in each.channels_tried),
        )
        for each in body.circumstances
    )
    settled = tuple(
        facts.WishSettled(
            key=each.key,
            status=each.status,
            rule_id=each.rule_id,
            because=each.because,
            next_allowed_at=_instant_in(each, "next_allowed_at"),
        )
        for each in body.settled
    )
    return facts.ContactProgress(version, _instant(body.at), notices, asked, body.episode, settled)


def read_agreement(body: negotiation_pb2.AgreementChanged, version: int) -> facts.Agreement:
    return facts.Agreement(
        version=version,
        at=_instant(body.at),
        agreement_id=body.agreement_id,
        kind=values.AgreementKind(body.kind),
        status=values.AgreementStatus(body.status),
        party_id=body.party_id,
        total_minor=body.total_minor,
        paid_minor=body.paid_minor,
        next_due_on=_date(body.next_due_on),
        judge_at=_instant_in(body, "judge_at"),
        rounds=body.rounds,
    )


def read_visit(body: field_visit_pb2.VisitChanged, version: int) -> facts.Visit:
    return facts.Visit(
        version=version,
        at=_instant(body.at),
        visit_id=body.visit_id,
        status=values.VisitStatus(body.status),
        party_id=body.party_id,
        window_from=_instant(body.window_from),
        window_until=_instant(body.window_until),
        outcome=body.outcome,
        people=len(body.agent_ids),
    )


def read_matter(body: legal_pb2.MatterChanged, version: int) -> facts.Matter:
    return facts.Matter(
        version=version,
        at=_instant(body.at),
        matter_id=body.matter_id,
        status=values.MatterStatus(body.status),
        deadline_at=_instant_in(body, "deadline_at"),
        limitation_expires_on=_date(body.limitation_expires_on),
        outcome=body.outcome,
    )


_READERS: Mapping[type[Message], tuple[FactKind, Callable[[Any, int], facts.Fact]]] = {
    ledger_pb2.PositionChanged: (FactKind.POSITION, read_position),
    contact_pb2.HoldsChanged: (FactKind.HOLDS, read_holds),
    contact_pb2.ContactProgressed: (FactKind.CONTACT, read_contact),
    negotiation_pb2.AgreementChanged: (FactKind.AGREEMENT, read_agreement),
    field_visit_pb2.VisitChanged: (FactKind.VISIT, read_visit),
    legal_pb2.MatterChanged: (FactKind.MATTER, read_matter),
}


WANTED = tuple(_READERS)


def _party(party: bank_pb2.PartyRole) -> facts.PartyInRole:
    return facts.PartyInRole(
        party_id=party.party_ref,
        role=values.Role(party.role),
        kind=values.PartyKind(party.kind),
        language=party.language,
        liability_limit_minor=party.liability_limit_minor or None,
    )


def _taken_over(body: bank_pb2.LoanTakenOver) -> facts.TakenOver:
    return facts.TakenOver(
        notices=tuple(
            facts.ProvenNotice(
                each.kind,
                each.party_ref,
                _instant(each.sent_at),
                _instant_in(each, "delivered_at"),
                each.evidence,
            )
            for each in body.notices
        ),
        contacts=tuple(
            facts.ProvenContact(
                each.party_ref,
                values.Channel(each.channel),
                _instant(each.at),
                each.was_reached,
                each.asked_circumstances,
            )
            for each in body.contacts
        ),
        agreement=_proven_agreement(body.agreement) if body.HasField("agreement") else None,
        matter=_proven_matter(body.matter) if body.HasField("matter") else None,
        limitation_restarted_on=_date(body.limitation_restarted_on),
    )


def _proven_agreement(body: bank_pb2.TakenOverAgreement) -> facts.ProvenAgreement:
    return facts.ProvenAgreement(
        kind=values.AgreementKind(body.kind),
        party_id=body.party_ref,
        total_minor=body.total_minor,
        paid_minor=body.paid_minor,
        due_on=tuple(date.fromisoformat(each.due_on) for each in body.instalments),
        due_minor=tuple(each.amount_minor for each in body.instalments),
    )


def _proven_matter(body: bank_pb2.TakenOverMatter) -> facts.ProvenMatter:
    return facts.ProvenMatter(
        status=values.MatterStatus(body.status),
        court_reference=body.court_reference,
        opened_on=date.fromisoformat(body.opened_on),
        next_deadline_on=_date(body.next_deadline_on),
    )


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)


def _instant_in(body: Message, field: str) -> datetime | None:
    return _instant(getattr(body, field)) if body.HasField(field) else None


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
