"""A loan's history as a chain of hashes over stored bytes: what was recorded cannot be changed
unseen, and what a source told cannot be missing unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GENESIS = bytes(32)


@dataclass(frozen=True)
class Link:
    """One record as stored. `source` and `version` stand in the envelope too, under the hash."""

    seq: int
    source: str
    version: int
    envelope: bytes
    value: bytes
    digest: bytes


@dataclass(frozen=True)
class Head:
    """Where a chain ends, kept apart from it so that cutting off its end is seen."""

    seq: int
    digest: bytes


@dataclass(frozen=True)
class Break:
    seq: int
    reason: str


@dataclass(frozen=True)
class Gap:
    source: str
    expected: int
    found: int


@dataclass(frozen=True)
class Verdict:
    broken: Break | None
    gaps: tuple[Gap, ...]


def envelope_of(fields: Mapping[str, str | int]) -> bytes:
    """The bytes under which an event's envelope is kept and hashed."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(previous: bytes, seq: int, envelope: bytes, value: bytes) -> bytes:
    """Lengths go in before the parts, so that no two records hash the same bytes."""
    return hashlib.sha256(
        b"%b%d:%d:%b%d:%b" % (previous, seq, len(envelope), envelope, len(value), value)
    ).digest()


def verify(links: Iterable[Link], head: Head) -> Verdict:
    """Walk a whole chain from its first record; names the first broken link and every gap."""
    previous, expected_seq = GENESIS, 1
    versions: dict[str, int] = {}
    gaps: list[Gap] = []
    for link in links:
        reason = _flaw(link, previous, expected_seq)
        if reason:
            return Verdict(Break(expected_seq, reason), tuple(gaps))
        expected = versions.get(link.source, 0) + 1
        if link.version != expected:
            gaps.append(Gap(link.source, expected, link.version))
        versions[link.source] = max(link.version, expected - 1)
        previous, expected_seq = link.digest, expected_seq + 1
    if (head.seq, head.digest) != (expected_seq - 1, previous):
        reason = f"the chain ends at {expected_seq - 1}, its head says {head.seq}"
        return Verdict(Break(expected_seq, reason), tuple(gaps))
    return Verdict(None, tuple(gaps))


def _flaw(link: Link, previous: bytes, expected_seq: int) -> str:
    if link.seq != expected_seq:
        return f"record {expected_seq} is missing: {link.seq} follows {expected_seq - 1}"
    if digest_of(previous, link.seq, link.envelope, link.value) != link.digest:
        return "the hash does not match the stored bytes"
    told = json.loads(link.envelope)
    if (told.get("source"), told.get("version")) != (link.source, link.version):
        return "source or version differ from the hashed envelope"
    return ""
