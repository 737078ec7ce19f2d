"""How contact tells what a reply was understood as: labels, amounts and days, never words."""

from __future__ import annotations

from events.v1 import contact_replies_pb2 as pb
from services.contact.commands.said import Said
from services.contact.store.replies import UnderstandingRow


def reply_understood(
    said: Said, row: UnderstandingRow, currency: str, loan_id: str
) -> pb.ReplyUnderstood:
    return pb.ReplyUnderstood(
        reply_id=row.reply_id,
        party_id=said.party_id,
        channel=said.channel,
        revision=row.revision,
        labels=[
            pb.ReplyLabel(label=label, confidence_percent=percent)
            for label, percent in sorted(row.labels.items())
        ],
        topics=row.topics,
        promised_minor=row.amount_minor or 0,
        currency=currency if row.amount_minor else "",
        promised_on=row.due_on.isoformat() if row.due_on else "",
        is_by_person=said.is_by_person,
        at=row.at,
        is_promise_complete=loan_id == said.promised_loan,
    )
