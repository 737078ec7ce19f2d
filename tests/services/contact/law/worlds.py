"""Single facts documents, random but aimed at the edges of every rule."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from hypothesis import strategies as st

from tests.services.contact.law import facts, moments, papers
from tests.services.contact.law.clocks import Document, instant, local

PACKS = ["cn-bank", "cn-bank", "us-reg-f", "us-reg-f", "uk-conc", "in-rbi"]
DAYS_AROUND = [0, 0, 0, 0, -1, -2, -3, -5, -6, -6, -7, -7, -8, 1, 3]


def world(random: Random) -> Document:
    """An act, an instant, and what is known: little trouble as a rule, often calls before it."""
    pack = random.choice(PACKS)
    act = facts.act(random, pack)
    zones = moments.zones(random, pack)
    at = moments.some_time(random, moments.a_day(random), zones[0])
    document = papers.paper(moments.text(at), pack, zones[0], **act)
    document["party"]["zones"] = zones
    document["points"] = facts.points(act["party"])
    document["agency"] = facts.agency(random, act["agency"], at) if act["agency"] else None
    document["loans"].append(document["loans"][0] | {"id": "l2"})
    document["pack"] = facts.packs(random, pack)
    if random.random() < 0.3:
        document["act"] |= facts.chase(random)
        document["points"] = facts.points("b1")
        document["party"]["roles"] = ["borrower"]
    else:
        add_trouble(random, document, at)
    facts.mark(document)
    for _ in range(random.choice([0, 1, 2, 3, 5, 7, 8, 10])):
        add_attempt(random, document, at, zones[0])
    return document


def add_trouble(random: Random, document: Document, at: datetime) -> None:
    party = document["act"]["party"]
    if random.random() < 0.2:
        document["holds"] = [facts.hold(random, at) for _ in range(random.randint(1, 3))]
    if random.random() < 0.2:
        document["agreements"] = [facts.agreement(random, at) for _ in range(random.randint(1, 2))]
    if random.random() < 0.1:
        document["opt_outs"] = [facts.opt_out(random, party)]
    if random.random() < 0.1:
        document["bans"] = [facts.ban(random)]
    if document["act"]["role"] == "contact":
        document["debtor"]["reachability"] = random.choice(["reachable", "suspect", "lost", "lost"])
        document["party"]["has_refused"] = random.random() < 0.1
    if random.random() < 0.1:
        document["holds"].append(facts.blow(random, at))
    if document["act"]["purpose"] == "court_service" or random.random() < 0.05:
        document["notices"] = [facts.notice(random, at) for _ in range(random.randint(0, 3))]
        fell_due = (at - timedelta(days=random.choice([5, 15, 16, 60, 60]))).date()
        document["loans"][0]["oldest_due_on"] = random.choice([None, fell_due.isoformat()])
    if random.random() < 0.1:
        expires = (at + timedelta(days=random.choice([-400, -2, -1, 0, 1, 400]))).date()
        document["loans"][0]["limitation_expires_on"] = expires.isoformat()


def add_attempt(random: Random, document: Document, at: datetime, zone: str) -> None:
    """Like the act as a rule, on its day or at the ends of the seven days around it."""
    act = document["act"]
    day = local(at, zone).date() + timedelta(days=random.choice(DAYS_AROUND))
    begins = moments.some_time(random, day, zone)
    changes: Document = {"until": moments.text(begins + timedelta(minutes=random.randrange(9)))}
    changes["outcome"] = facts.outcome(random, act["channel"], act["party"])
    if begins > at:
        changes["outcome"] = "planned"
    elif act["channel"] == "call" and random.random() < 0.1:
        changes["direction"] = "inbound"
        changes["outcome"] = random.choice(["right_party", "effective"])
    if random.random() < 0.3:
        changes["loans"] = random.choice([["l1"], ["l2"], ["l1", "l2"]])
    if random.random() < 0.3:
        changes |= facts.collector(random, "cn-bank")
    changes["point"] = random.choice([act["point"], act["point"], f"{act['party']}-phone-2"])
    papers.attempt(document, moments.text(begins), **changes)


def moved(document: Document, at: datetime) -> Document:
    """The same question at another instant."""
    return document | {"at": moments.text(at)}


def between(random: Random, document: Document, until: str) -> datetime:
    """An instant after the document's and before another."""
    begins, ends = instant(document["at"]), instant(until)
    return begins + (ends - begins) * random.random()


# A document is known by its seed: it is cheap to make, and `long.smallest` makes it small.
documents = st.integers(min_value=0, max_value=2**64 - 1).map(lambda seed: world(Random(seed)))
