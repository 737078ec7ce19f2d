"""How the call queue tells the world: to each loan a call is about, ids only."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from events.v1 import contact_calls_pb2 as pb
from services.contact.domain.calls.queue import Reason
from services.contact.settings import TOPIC
from services.contact.store.calls import CallRow, DispositionRow


async def tell(session: AsyncSession, row: CallRow, body: Message, at: datetime) -> None:
    """The loans' streams are locked."""
    events = [
        outbox.Event(row.tenant, loan_id, body, at, cause=row.call_id) for loan_id in row.loan_ids
    ]
    await outbox.append_many(session, TOPIC, events)


def queued(row: CallRow, at: datetime) -> pb.CallQueued:
    return pb.CallQueued(
        call_id=row.call_id,
        party_id=row.party_id,
        direction=row.direction,
        touch_keys=[touch["key"] for touch in row.touches],
        due_at=row.due_at,
        at=at,
    )


def claimed(row: CallRow, at: datetime) -> pb.CallClaimed:
    return pb.CallClaimed(
        call_id=row.call_id, party_id=row.party_id, collector_id=row.collector, at=at
    )


def released(row: CallRow, collector: str, reason: Reason, at: datetime) -> pb.CallReleased:
    return pb.CallReleased(
        call_id=row.call_id,
        party_id=row.party_id,
        collector_id=collector,
        reason=reason,
        state=row.state,
        not_before=row.not_before,
        at=at,
    )


def disposed(row: CallRow, ended: DispositionRow) -> pb.CallDisposed:
    return pb.CallDisposed(
        call_id=row.call_id,
        party_id=row.party_id,
        collector_id=ended.collector,
        attempt_id=ended.attempt_id,
        code=ended.code,
        codes_version=ended.codes_version,
        outcome=ended.outcome,
        next_action=ended.next_action,
        next_at=ended.next_at,
        next_channel=ended.next_channel,
        recording_id=ended.recording,
        at=ended.at,
    )


def recording_missing(row: CallRow, recording: str, at: datetime) -> pb.RecordingMissing:
    return pb.RecordingMissing(
        call_id=row.call_id,
        party_id=row.party_id,
        attempt_id=row.attempt_id,
        recording_id=recording,
        at=at,
    )
