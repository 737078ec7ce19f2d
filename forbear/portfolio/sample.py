"""Makes the bundled sample anew: `python -m forbear.portfolio.sample [DIRECTORY]`.

The same seed gives the same bytes, so that a test can tell whether the checked-in files are fresh.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from events.v1.bank_pb2 import BankFact, BankPerson, PartyRole
from forbear.portfolio.bank import TENANT, CoreBank
from forbear.portfolio.csv_writer import format_csv
from forbear.portfolio.planned import FACTS_TOPIC, PEOPLE_TOPIC, PlannedFact
from forbear.portfolio.sample_cast import CAST, DAYS, START, Group
from forbear.portfolio.sample_faults import LATE_REGISTRATIONS, faults, registered_late
from forbear.portfolio.sample_loans import Cast, at, draw, movements, opening, schedule
from forbear.portfolio.sample_people import parties_of, person_of
from forbear.portfolio.script import LoanScript, Reporter, format_script

DIRECTORY = Path(__file__).parents[2] / "data" / "sample"
SEED = 20260302


@dataclass(frozen=True)
class Books:
    """The facts of the sample without faults, by the file they go to."""

    loans: list[PlannedFact]
    schedule: list[PlannedFact]
    facts: list[PlannedFact]
    people: list[PlannedFact]


def make_sample() -> dict[str, str]:
    """The text of every file of the sample, by name."""
    casts = cast_loans()
    books = _books(casts)
    late = {cast.loan_ref for cast in _registered_late(casts)}
    wrong = faults([fact for fact in books.facts if fact.key not in late], TENANT)
    scripts = [_script(cast) for cast in casts]
    return {
        "people.csv": format_csv(books.people),
        "loans.csv": format_csv(books.loans),
        "schedule.csv": format_csv(books.schedule),
        "facts.csv": format_csv(books.facts),
        "faults.csv": format_csv(_in_order([f for group in wrong.values() for f in group])),
        "script.yaml": format_script(scripts),
        "expected.json": _expected(books, wrong, scripts),
    }


def cast_loans() -> list[Cast]:
    """Every loan of the cast with its parties."""
    dice = random.Random(SEED)
    casts: list[Cast] = []
    parties: dict[str, list[list[PartyRole]]] = {}
    people = 1
    for group in CAST:
        for place in range(group.count):
            if group.debtors_of:
                own = [parties[group.debtors_of][place][0]]
            else:
                own = parties_of(group.parties, people)
                people += len(own)
            parties.setdefault(group.name, []).append(own)
            casts.append(draw(group, f"{group.prefix}-{len(casts) + 1:04d}", own, dice))
    return casts


def main(argv: Sequence[str]) -> int:
    directory = Path(argv[0]) if argv else DIRECTORY
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in make_sample().items():
        (directory / name).write_text(text, encoding="utf-8")
    return 0


def _books(casts: Sequence[Cast]) -> Books:
    late = {cast.loan_ref for cast in _registered_late(casts)}
    told = {cast.loan_ref: [*opening(cast), *schedule(cast), *movements(cast)] for cast in casts}
    everything = [fact for facts in told.values() for fact in facts]
    booked = _reports(casts, everything)
    loans, due, facts = list[PlannedFact](), list[PlannedFact](), list[PlannedFact]()
    for fact in [*everything, *booked]:
        kind = fact.fact.WhichOneof("fact")
        planned = _planned(fact, kind == "registered" and fact.loan_ref in late)
        in_file = {"instalment_due": due, "registered": loans, "taken_over": loans}
        in_file.get(str(kind), facts).append(planned)
    people = {party.party_ref: party for cast in casts for party in cast.parties}
    persons = (person_of(party, at(START, 0)) for party in people.values())
    return Books(
        _in_order(loans), _in_order(due), _in_order(facts), [_planned(p, False) for p in persons]
    )


def _reports(casts: Sequence[Cast], told: Sequence[BankFact]) -> list[BankFact]:
    """The bank's own words: all of them for loans reported by the file, else the first snapshot."""
    by_file = {c.loan_ref for c in casts if c.group.reported_by is Reporter.FILE}
    bank = CoreBank(told, (cast.loan_ref for cast in casts))
    first_only: set[str] = set()
    reports = []
    for day in range(DAYS):
        for fact in bank.day(START + timedelta(days=day)):
            if fact.loan_ref not in by_file:
                if fact.loan_ref in first_only or not fact.fact.HasField("snapshot"):
                    continue
                first_only.add(fact.loan_ref)
            reports.append(fact)
    return reports


def _registered_late(casts: Sequence[Cast]) -> list[Cast]:
    half = LATE_REGISTRATIONS // 2
    by_name = {
        name: [cast for cast in casts if cast.group.name == name]
        for name in ("file-cure", "current")
    }
    return [*by_name["file-cure"][:half], *by_name["current"][:half]]


def _planned(message: BankFact | BankPerson, is_late: bool) -> PlannedFact:
    occurred_at = message.occurred_at.ToDatetime(tzinfo=UTC)
    when = registered_late(occurred_at) if is_late else occurred_at
    if isinstance(message, BankPerson):
        return PlannedFact(when, PEOPLE_TOPIC, message.party_ref, message, TENANT)
    return PlannedFact(when, FACTS_TOPIC, message.loan_ref, message, TENANT)


def _script(cast: Cast) -> LoanScript:
    group: Group = cast.group
    return LoanScript(
        cast.loan_ref, group.behaviour, group.intends, group.reported_by, group.parameters
    )


def _expected(
    books: Books, wrong: dict[str, list[PlannedFact]], scripts: Sequence[LoanScript]
) -> str:
    sound = [*books.loans, *books.schedule, *books.facts]
    known_at = {f.key: f.at for f in books.loans if _is_registration(f)}
    injected = {kind: len(group) for kind, group in wrong.items()}
    injected["waited_for_loan"] = sum(fact.at < known_at[fact.key] for fact in sound)
    expected = {
        "starts_at": at(START, 0).isoformat(),
        "ends_at": at(START + timedelta(days=DAYS), 0).isoformat(),
        "loans": len(known_at),
        "people": len(books.people),
        "facts": len(sound) + sum(len(group) for group in wrong.values()),
        "injected": injected,
        "intended": dict(sorted(Counter(script.intends for script in scripts).items())),
    }
    return json.dumps(expected, indent=2) + "\n"


def _is_registration(planned: PlannedFact) -> bool:
    message = planned.message
    return isinstance(message, BankFact) and message.fact.HasField("registered")


def _in_order(facts: Sequence[PlannedFact]) -> list[PlannedFact]:
    def place(fact: PlannedFact) -> tuple[datetime, str, str]:
        event_id = "" if isinstance(fact.message, bytes) else fact.message.event_id
        return fact.at, fact.key, event_id

    return sorted(facts, key=place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
