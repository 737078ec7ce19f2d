"""What a reply was understood as is read, kept by revision, and told to its loans."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.contact.commands import telling_replies
from services.contact.commands.desk import Desk
from services.contact.commands.said import Said
from services.contact.domain.tasks import wished_at
from services.contact.domain.understanding.classify import Understanding, understand
from services.contact.settings import TOPIC
from services.contact.store import replies as store
from services.contact.store.replies import UnderstandingRow

BY_WORD_LISTS, BY_PERSON = "word_lists", "person"


def read_words(desk: Desk, tenant: str, words: str, now: datetime) -> Understanding:
    """Days are told from the tenant's own day."""
    home = desk.tenants.get(tenant)
    today = now.astimezone(ZoneInfo(home.zone)).date()
    return understand(words, desk.lexicon, today, home.currency)


async def keep_understanding(
    session: AsyncSession, desk: Desk, said: Said, row: UnderstandingRow
) -> None:
    """Keep a revision, and tell each loan it is about; the loans are locked."""
    await store.add(session, row)
    currency = desk.tenants.get(said.tenant).currency
    events = [
        outbox.Event(
            said.tenant,
            loan_id,
            telling_replies.reply_understood(said, row, currency, loan_id),
            row.at,
            said.reply_id,
        )
        for loan_id in said.loan_ids
    ]
    await outbox.append_many(session, TOPIC, events)


def understanding_row(
    desk: Desk, said: Said, revision: int, by: str, now: datetime
) -> UnderstandingRow:
    read = said.understanding
    zone = ZoneInfo(desk.tenants.get(said.tenant).zone)
    return UnderstandingRow(
        tenant=said.tenant,
        reply_id=said.reply_id,
        revision=revision,
        loan_ids=list(said.loan_ids),
        labels={each.label.value: each.confidence_percent for each in read.labels},
        topics=[topic.value for topic in read.topics],
        amount_minor=read.amount_minor,
        due_on=read.on,
        wished_at=wished_at(read, now, zone),
        point_id=said.point_id,
        understood_by=by,
        at=now,
    )


def words_context(tenant: str, reply_id: str) -> str:
    return f"reply/words/{tenant}/{reply_id}"
