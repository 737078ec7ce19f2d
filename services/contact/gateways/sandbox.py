"""Stands for every provider where none is configured, and keeps what it was given."""

from __future__ import annotations

from sqlalchemy import text

from chassis.database import Database
from chassis.vault import Vault
from interfaces.values import Channel, Purpose, Role
from services.contact.gateways.messages import Message, Receipt, SentMessage

# RFC 2606 reserves .invalid: an address there is known to reach nobody.
_UNREACHABLE = ".invalid"
_ORDER_LOCK = 0x73616E64


class SandboxGateway:
    """Stands for every provider at once. Its table is its own, as a provider's would be: it lies
    in contact's database only because the words in it are personal data."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def send(self, message: Message) -> Receipt:
        words = f"{message.address}\n{message.subject}\n{message.body}".encode()
        bound = {
            **_columns(message),
            "body": self._vault.encrypt(message.subject_key, words, _context(message.attempt_id)),
            "is_accepted": not message.address.casefold().endswith(_UNREACHABLE),
        }
        async with self._database.transaction() as session:
            # Readers page by seq, so rows must become visible in its order.
            await session.execute(_KEEP_ORDER, {"lock": _ORDER_LOCK})
            accepted = (await session.execute(_SEND, bound)).scalar_one()
        return Receipt(message.attempt_id, accepted)

    async def find(self, attempt_id: str) -> Receipt | None:
        async with self._database.transaction() as session:
            found = await session.execute(_FIND, {"attempt_id": attempt_id})
            row = found.one_or_none()
        return None if row is None else Receipt(attempt_id, row.is_accepted)

    async def messages(self, tenant: str, after: int, limit: int) -> list[SentMessage]:
        """What was accepted, in order."""
        bound = {"tenant": tenant, "after": after, "limit": limit}
        async with self._database.transaction() as session:
            rows = (await session.execute(_READ, bound)).mappings().all()
        return [
            SentMessage(
                **{
                    **row,
                    "role": Role(row["role"]),
                    "channel": Channel(row["channel"]),
                    "purpose": Purpose(row["purpose"]),
                }
            )
            for row in rows
        ]

    async def words(self, attempt_id: str, subject_key: bytes) -> str:
        """The address, subject and text of a kept message, for whom may read them."""
        async with self._database.transaction() as session:
            body = (await session.execute(_BODY, {"attempt_id": attempt_id})).scalar_one()
        return self._vault.decrypt(subject_key, bytes(body), _context(attempt_id)).decode()


def _context(attempt_id: str) -> str:
    return f"sandbox_message/body/{attempt_id}"


def _columns(message: Message) -> dict[str, object]:
    return {
        "attempt_id": message.attempt_id,
        "tenant": message.tenant,
        "key": message.key,
        "loan_id": message.loan_id,
        "party_id": message.party_id,
        "role": message.role,
        "channel": message.channel,
        "purpose": message.purpose,
        "template": message.template,
        "notice": message.notice,
        "asks_circumstances": message.asks_circumstances,
        "at": message.at,
    }


_KEEP_ORDER = text("SELECT pg_advisory_xact_lock(:lock)")
_SEND = text(
    """INSERT INTO sandbox_message (attempt_id, tenant, key, loan_id, party_id, role, channel,
        purpose, template, notice, asks_circumstances, at, body, is_accepted)
    VALUES (:attempt_id, :tenant, :key, :loan_id, :party_id, :role, :channel, :purpose, :template,
        :notice, :asks_circumstances, :at, :body, :is_accepted)
    ON CONFLICT (attempt_id) DO UPDATE SET attempt_id = EXCLUDED.attempt_id
    RETURNING is_accepted"""
)
_FIND = text("SELECT is_accepted FROM sandbox_message WHERE attempt_id = :attempt_id")
_READ = text(
    """SELECT seq, attempt_id, key, loan_id, party_id, role, channel, purpose, template, notice,
        asks_circumstances, at
    FROM sandbox_message WHERE tenant = :tenant AND seq > :after AND is_accepted
    ORDER BY seq LIMIT :limit"""
)
_BODY = text("SELECT body FROM sandbox_message WHERE attempt_id = :attempt_id")
