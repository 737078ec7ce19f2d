"""The Kafka door: the bank's topics, and the dead letters, which are counted like all else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer
from chassis.inbox import Raw, Record
from chassis.service import Context
from events.v1.bank_pb2 import BankFact, BankPerson
from services.intake.commands.counts import count_dead_letters
from services.intake.commands.decoding import from_protobuf
from services.intake.commands.desk import Reception, Submission, open_reception
from services.intake.commands.facts import accept_facts
from services.intake.commands.people import accept_people
from services.intake.domain.facts import DeadLetter, Kind
from services.intake.settings import FACTS_TOPIC, NOBODY, PEOPLE_TOPIC

FACTS_GROUP, PEOPLE_GROUP, LETTERS_GROUP = "intake", "intake-people", "intake-dead-letters"


def consumers(context: Context) -> Sequence[Consumer]:
    settings = context.settings
    door = KafkaDoor(open_reception(settings, context.clock))
    letters = [f"{FACTS_TOPIC}.dlq.v1", f"{PEOPLE_TOPIC}.dlq.v1"]
    return [
        Consumer(
            name=FACTS_GROUP,
            topics=[FACTS_TOPIC],
            handler=door.on_facts,
            decode=decode_fact,
            database=context.database,
            settings=settings,
            seal=door.reception.seals.quarantine,
            unseal=door.reception.seals.open_quarantine,
        ),
        Consumer(
            name=PEOPLE_GROUP,
            topics=[PEOPLE_TOPIC],
            handler=door.on_people,
            decode=decode_person,
            database=context.database,
            settings=settings,
            seal=door.reception.seals.quarantine,
            unseal=door.reception.seals.open_quarantine,
        ),
        Consumer(
            name=LETTERS_GROUP,
            topics=letters,
            handler=door.on_dead_letters,
            decode=decode_dead_letter,
            database=context.database,
            settings=settings,
        ),
    ]


@dataclass(frozen=True)
class KafkaDoor:
    reception: Reception

    async def on_facts(self, session: AsyncSession, records: Sequence[Record]) -> None:
        await accept_facts(session, self.reception.desk(), _submissions(records))

    async def on_people(self, session: AsyncSession, records: Sequence[Record]) -> None:
        await accept_people(session, self.reception.desk(), _submissions(records))

    async def on_dead_letters(self, session: AsyncSession, records: Sequence[Record]) -> None:
        """Only letters intake itself put there: each once, by where it came from."""
        ours = [r for r in records if r.headers.get("origin_group") in (FACTS_GROUP, PEOPLE_GROUP)]
        await count_dead_letters(
            session, self.reception.desk(), [self._letter(record) for record in ours]
        )

    def _letter(self, record: Record) -> DeadLetter:
        tenant = record.headers.get("ce_tenant", "")
        kind = Kind.FACT if record.headers.get("origin_topic") == FACTS_TOPIC else Kind.PERSON
        return DeadLetter(
            origin=record.event_id,
            tenant=tenant if tenant in self.reception.tenants else NOBODY,
            kind=kind,
            error=record.headers.get("error_message", ""),
            sealed=None,
        )


def decode_fact(raw: Raw) -> Record:
    message = from_protobuf(BankFact, raw.value)
    return _record(raw, message, message.tenant, message.loan_ref)


def decode_person(raw: Raw) -> Record:
    message = from_protobuf(BankPerson, raw.value)
    return _record(raw, message, message.tenant, message.party_ref)


def decode_dead_letter(raw: Raw) -> Record:
    """Never undecodable: only its headers matter. Its id is its origin's, so it counts once."""
    headers = _headers(raw)
    names = ("origin_topic", "origin_partition", "origin_offset", "origin_timestamp")
    origin = "/".join(headers.get(name, "") for name in names)
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=origin,
        tenant=NOBODY,
        event_id=origin,
        type="dead letter",
        version=0,
        occurred_at=_arrival(raw),
        cause=origin,
        source="dead-letters",
        body=BankFact(),
        headers=headers,
        raw=raw.value or b"",
    )


def _record(raw: Raw, body: Message, tenant: str, ref: str) -> Record:
    """A delivery has an id of its own: the bank's duplicates are counted here, not dropped.

    The broker's time of arrival is part of it, lest a rebuilt topic's offsets look like old ones.
    The key is a digest: keys are logged, and a bank's reference may be a card number.
    """
    delivery = f"{raw.topic}/{raw.partition}/{raw.offset}/{raw.timestamp_ms}"
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=hashlib.sha256(f"{tenant}\n{ref}".encode()).hexdigest()[:32],
        tenant=tenant,
        event_id=delivery,
        type=body.DESCRIPTOR.full_name,
        version=0,
        occurred_at=_arrival(raw),
        cause=delivery,
        source="bank",
        body=body,
        headers=_headers(raw),
        raw=raw.value or b"",
    )


def _submissions(records: Sequence[Record]) -> list[Submission]:
    submissions = []
    for record in records:
        assert isinstance(record.body, BankFact | BankPerson)
        submissions.append(Submission(record.event_id, record.body))
    return submissions


def _headers(raw: Raw) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace").replace("\0", "") for name, value in raw.headers}


def _arrival(raw: Raw) -> datetime:
    return datetime.fromtimestamp(max(raw.timestamp_ms, 0) / 1000, UTC)
