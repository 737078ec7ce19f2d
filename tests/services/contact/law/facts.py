"""Random pieces of a facts document, for single documents and for whole lives alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.services.contact.law import papers
from tests.services.contact.law.clocks import Document, is_running, now
from tests.services.contact.law.moments import text

ANSWERED = ["connected", "right_party", "effective", "effective"]
UNANSWERED = ["no_answer", "no_answer", "no_answer", "voicemail", "busy", "out_of_service"]
WRITTEN = ["sent", "delivered", "undeliverable"]
PURPOSES = (
    ["collection"] * 8
    + ["reminder"] * 2
    + [
        "statutory_notice",
        "service",
        "reply",
        "court_service",
    ]
)
CHANNELS = ["call"] * 8 + ["sms", "sms", "email", "email", "letter", "visit"]
HOLDS = [
    "dispute",
    "complaint",
    "hardship_review",
    "represented",
    "cease_request",
    "breathing_space",
    "bank_pause",
]
HOURS = [["22:00", "23:30"], ["06:00", "08:00"], ["12:00", "14:00"], ["21:00", "01:00"]]
PEOPLE = {"b1": "borrower", "b2": "joint_guarantor", "c1": "contact"}


def act(random: Random, pack: str) -> dict[str, Any]:
    """An act toward the borrower as a rule, at times toward a guarantor or a third party."""
    party = random.choice(["b1"] * 7 + ["b2", "c1", "c1"])
    channel = random.choice(CHANNELS)
    made = {
        "party": party,
        "role": PEOPLE[party],
        "debtor": "b1" if party == "c1" else party,
        "loans": random.choice([["l1"], ["l1"], ["l2"], ["l1", "l2"]]),
        "channel": channel,
        "direction": "outbound",
        "purpose": random.choice(PURPOSES),
        "point": f"{party}-{papers.KINDS[channel]}-{random.choice('112')}",
        "people": 2,
        "enters": random.random() < 0.3,
        "has_consent_to_enter": random.random() < 0.7,
        "discloses": random.random() < 0.8,
        "threatens_suit": random.random() < 0.1,
        "is_cease_notice": random.random() < 0.05,
    }
    if party == "c1" and random.random() < 0.8:
        made |= {"purpose": "locate", "discloses": random.random() < 0.1}
    if random.random() < 0.05:
        made["override"] = {"reason": "the debtor asked for it", "authority": "team-lead-1"}
    return made | collector(random, pack)


def packs(random: Random, pack: str) -> str | list[str]:
    """At times a version is named, and at times the laws of two lands hold together."""
    other = random.choice(["cn-bank", "us-reg-f", "uk-conc", "in-rbi"])
    both = [pack, other] if other != pack else [pack]
    dice = random.random()
    return both if dice < 0.15 else f"{pack}@1" if dice < 0.3 else pack


def collector(random: Random, pack: str) -> dict[str, Any]:
    is_agency = random.random() < (0.85 if pack == "us-reg-f" else 0.3)
    if not is_agency:
        return {"capacity": "creditor", "agency": ""}
    return {"capacity": "agency", "agency": random.choice(["ag1", "ag1", "ag2"])}


def points(party: str) -> list[Document]:
    """Two of each kind."""
    found = []
    for channel, kind in (("call", "phone"), ("email", "email"), ("letter", "postal")):
        for number in "12":
            found.append(papers.point(f"{party}-{kind}-{number}", channel))
    return found


def outcome(random: Random, channel: str, party: str, answers: float = 0.4) -> str:
    """`answers` is how probable it is that somebody picks up."""
    if channel not in ("call", "visit"):
        return random.choice(WRITTEN)
    if random.random() >= answers:
        return random.choice(UNANSWERED) if channel == "call" else "no_answer"
    return "third_party" if party == "c1" else random.choice(ANSWERED)


def chase(random: Random) -> dict[str, Any]:
    """What a pressing collector does all day: he calls the borrower on one number."""
    number = random.choice("1112")
    return {
        "party": "b1",
        "role": "borrower",
        "debtor": "b1",
        "loans": random.choice([["l1"], ["l1"], ["l1"], ["l1", "l2"]]),
        "channel": "call",
        "purpose": "collection",
        "point": f"b1-phone-{number}",
        "discloses": True,
        "threatens_suit": False,
        "is_cease_notice": False,
    }


def hold(random: Random, at: datetime) -> Document:
    """One that ended, that runs, or that begins soon."""
    begins = at + timedelta(hours=random.choice([-200, -30, -1, 0, 0, 12]))
    ends = begins + timedelta(hours=random.choice([1, 24, 30, 24 * 60]))
    made = papers.hold(
        random.choice(HOLDS), text(begins), random.choice([None, text(ends), text(ends)])
    )
    where = random.choice([("b1", ""), ("b1", "l1"), ("b2", ""), ("", "l2")])
    amount = random.choice([None, None, None, 5_000])
    made |= {"id": f"h{random.randrange(10**9)}", "party": where[0], "loan": where[1]}
    if made["kind"] in ("bank_pause", "complaint", "hardship_review"):
        made["blocks"] = random.choice([["contact"], ["visit"], ["contact", "visit"], ["legal"]])
    return made | {"amount_minor": amount if made["kind"] == "dispute" else None}


def blow(random: Random, at: datetime) -> Document:
    """A death or a lost mind, kept as a hold of the person on all loans."""
    made = papers.hold(
        random.choice(["deceased", "incapacity"]),
        text(at - timedelta(hours=random.choice([0, 1, 100]))),
    )
    return made | {"id": f"h{random.randrange(10**9)}", "party": random.choice(["b1", "b1", "b2"])}


def mark(document: Document) -> None:
    """The debtor is dead or incapacitated while a hold of theirs says so."""
    for word, kind in (("is_dead", "deceased"), ("is_incapacitated", "incapacity")):
        document["debtor"][word] = any(
            each["kind"] == kind
            and each["party"] == document["act"]["debtor"]
            and is_running(each, now(document))
            for each in document["holds"]
        )


def agreement(random: Random, at: datetime) -> Document:
    begins = at + timedelta(hours=random.choice([-300, -169, -168, -2, 0, 5]))
    ends = random.choice([None, text(begins + timedelta(hours=random.choice([1, 48, 400])))])
    kind = random.choice(["hours", "frequency", "call"])
    extra: dict[str, Any] = {}
    if kind == "hours":
        extra = {"hours": random.choice(HOURS), "channel": random.choice(["call", "sms"])}
    if kind == "frequency":
        extra = {"per_day_max": random.choice([4, 5])}
    return papers.agreement(kind, text(begins), ends, **extra)


def notice(random: Random, at: datetime) -> Document:
    """Of a default as a rule, around the fourteen days that it leaves; it may not arrive."""
    sent = at - timedelta(
        hours=random.choice([0, 1, 24 * 14 - 9, 24 * 14, 24 * 15, 24 * 15, 24 * 40])
    )
    arrived = random.choice([None, *[text(sent + timedelta(hours=random.choice([0, 3, 20])))] * 4])
    return {
        "kind": random.choice(["default"] * 6 + ["arrears"]),
        "loan": random.choice(["l1", "l1", "l2"]),
        "party": random.choice(["b1", "b1", "b1", "b2"]),
        "sent_at": text(sent),
        "delivered_at": arrived,
    }


def opt_out(random: Random, party: str) -> Document:
    channel = random.choice(["call", "sms", "email"])
    point = f"{party}-{papers.KINDS[channel]}-{random.choice('12')}"
    return {"channel": channel, "point": random.choice(["", point, point])}


def ban(random: Random) -> Document:
    made: Document = {"channel": random.choice(["call", "sms", "email", ""])}
    if random.random() < 0.6 or made["channel"] == "":
        made["hours"] = random.choice(HOURS)
    return made


def agency(random: Random, name: str, at: datetime) -> Document:
    """Nearly always in order."""
    age = random.choice([30, 100, 300, 362, 500]) if random.random() < 0.2 else 50
    evaluated = (at - timedelta(days=age)).date().isoformat()
    is_listed = random.random() < 0.95
    return papers.agency(name=name, evaluated_on=evaluated, is_listed=is_listed)
