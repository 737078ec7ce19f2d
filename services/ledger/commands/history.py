"""Records every event of a loan in its chain, and verifies chains on request; recording tells
nobody anything, or history would have to record itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.ledger.domain.chain import (
    Break,
    Gap,
    Head,
    Link,
    digest_of,
    envelope_of,
    verify,
)
from services.ledger.store import chains
from services.ledger.store.chains import NewLink


@dataclass(frozen=True)
class Told:
    """An event as it came off its topic: the value's bytes are kept as they are."""

    tenant: str
    loan_id: str
    source: str
    version: int
    event_id: str
    type: str
    time: str
    cause: str
    value: bytes


@dataclass(frozen=True)
class Flaw:
    """A flaw in one loan's history: a broken link, or versions missing from a source."""

    loan_id: str
    broken: Break | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Verified:
    """Part of an audit: how many chains were read and how many held, which did not, and the loan
    id to go on after (empty at the end)."""

    loans: int
    verified: int
    flaws: tuple[Flaw, ...]
    next_after: str


async def record(session: AsyncSession, told: Sequence[Told]) -> None:
    """Append events to their loans' chains, in the order given."""
    heads = await chains.lock_heads(session, {each.loan_id: each.tenant for each in told})
    links = []
    for each in told:
        link = _link(each, heads[each.loan_id])
        heads[each.loan_id] = Head(link.seq, link.digest)
        links.append(NewLink(each.loan_id, link))
    await chains.append(session, links, heads)


async def verify_chains(
    session: AsyncSession, tenant: str, after: str = "", *, at_most: int = 200
) -> Verified:
    """Walk the next chains of a tenant from their first records."""
    heads = await chains.heads_after(session, tenant, after, at_most)
    links = await chains.links_of(session, heads)
    verdicts = {loan_id: verify(links[loan_id], head) for loan_id, head in heads.items()}
    flaws = tuple(
        Flaw(loan_id, verdict.broken, verdict.gaps)
        for loan_id, verdict in verdicts.items()
        if verdict.broken or verdict.gaps
    )
    held = sum(verdict.broken is None for verdict in verdicts.values())
    last = max(heads) if len(heads) == at_most else ""
    return Verified(len(heads), held, flaws, last)


def _link(told: Told, head: Head) -> Link:
    envelope = envelope_of(
        {
            "cause": told.cause,
            "event_id": told.event_id,
            "loan_id": told.loan_id,
            "source": told.source,
            "tenant": told.tenant,
            "time": told.time,
            "type": told.type,
            "version": told.version,
        }
    )
    seq = head.seq + 1
    digest = digest_of(head.digest, seq, envelope, told.value)
    return Link(seq, told.source, told.version, envelope, told.value, digest)
