"""Recordings are known by reference, each with the attempt it proves."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from services.contact.store import retention as store
from services.contact.store.retention import RecordingRow
from services.contact.store.tables import AttemptRow


async def keep(session: AsyncSession, attempt: AttemptRow, reference: str) -> None:
    """Note that an attempt has a recording; a repetition changes nothing. Each agency numbers by
    itself: its recordings are kept as `agency/reference`, which is no reference of the bank's.

    Raises `contact/recording_is_of_another`: one recording proves one call.
    """
    reference = f"{attempt.agency}/{reference}" if attempt.agency else reference
    known = await store.recording(session, attempt.tenant, reference)
    if known is None:
        row = RecordingRow(
            tenant=attempt.tenant,
            reference=reference,
            attempt_id=attempt.attempt_id,
            loan_ids=list(attempt.loan_ids) or [attempt.loan_id],
            party_id=attempt.party_id,
            recorded_at=attempt.confirmed_at or attempt.from_at,
        )
        await store.add_recording(session, row)
    elif known.attempt_id != attempt.attempt_id:
        raise Conflict(
            "contact/recording_is_of_another",
            f"Recording {reference!r} belongs to another attempt; one recording proves one call.",
        )
