"""One batch of facts judged in order, in memory, against all that is known of its loans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.intake.commands.desk import Entry, Reading
from services.intake.commands.receipts import Receipts
from services.intake.domain.facts import (
    Disposition,
    Fact,
    Payment,
    Registration,
    Reversal,
    Verdict,
)
from services.intake.domain.judgement import UNKNOWN_LOAN, LoanFile, Movement, judge, movement
from services.intake.store.identities import LinkedParty, Ref
from services.intake.store.movements import Told, TransactionKey


@dataclass
class Book:
    """What the store knew when the batch began, and what the batch changes.

    `party_ids` holds every reference a batch may have to rewrite, per tenant; `waiting` the facts
    in quarantine for loans this batch may register.
    """

    receipts: Receipts[Fact]
    loan_ids: Mapping[Ref, str]
    files: dict[str, LoanFile]
    party_ids: dict[Ref, str]
    movements: dict[TransactionKey, Told]
    waiting: dict[str, list[Reading[Fact]]]
    applied: list[Entry[Fact]] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    moved: dict[tuple[str, str, type[Payment] | type[Reversal]], Movement] = field(
        default_factory=dict
    )
    parties: dict[str, list[LinkedParty]] = field(default_factory=dict)

    def enter(self, reading: Reading[Fact]) -> Entry[Fact]:
        """Judge one fact, and after it those that waited for what it says."""
        loan_id = self.loan_ids.get(reading.subject_key)
        verdict = self._verdict(reading, loan_id)
        entry = self.receipts.enter(reading, verdict, loan_id)
        if loan_id is not None and reading.content is not None:
            self._follow(entry, loan_id, reading.content)
        return entry

    def _verdict(self, reading: Reading[Fact], loan_id: str | None) -> Verdict:
        repetition = self.receipts.repetition(reading)
        if repetition is not None:
            return repetition
        if reading.refusal is not None or reading.content is None or loan_id is None:
            return Verdict(Disposition.QUARANTINED, reading.refusal)
        content = reading.content.content
        told: Told = {}
        if isinstance(content, Payment | Reversal):
            told = self.movements.get((reading.tenant, content.transaction_id), {})
        return judge(reading.content, self.files[loan_id], told)

    def _follow(self, entry: Entry[Fact], loan_id: str, fact: Fact) -> None:
        if entry.verdict.disposition is Disposition.APPLIED:
            self._apply(entry, loan_id, fact)
            if isinstance(fact.content, Registration):
                for waiting in self.waiting.pop(loan_id, []):
                    self.enter(waiting)
        elif _waits(entry.verdict):
            submission = replace(
                entry.reading.submission,
                quarantine_id=entry.quarantine_id,
                counted_under=entry.reading.tenant,
            )
            again = replace(entry.reading, submission=submission)
            self.waiting.setdefault(loan_id, []).append(again)

    def _apply(self, entry: Entry[Fact], loan_id: str, fact: Fact) -> None:
        tenant, content = entry.reading.tenant, fact.content
        self.applied.append(entry)
        after = self.files[loan_id].after(fact)
        if after != self.files[loan_id]:
            self.files[loan_id] = after
            self.changed.add(loan_id)
        if isinstance(content, Payment | Reversal):
            told = movement(content, loan_id)
            transaction = self.movements.setdefault((tenant, content.transaction_id), {})
            transaction[type(content)] = told
            self.moved[tenant, content.transaction_id, type(content)] = told
        if isinstance(content, Registration):
            self.parties[loan_id] = [
                LinkedParty(loan_id, self.party_ids[tenant, party.party_ref], party.role, place)
                for place, party in enumerate(content.parties)
            ]


def _waits(verdict: Verdict) -> bool:
    return verdict.refusal is not None and verdict.refusal.code == UNKNOWN_LOAN
