"""Holds a second derivation of each loan's position against the one that the ledger publishes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

import httpx
import yaml

from chassis.clock import Clock
from chassis.settings import Settings
from events.v1.bank_pb2 import BankFact
from forbear.portfolio.derivation import derive
from forbear.portfolio.topic import read_bank_facts

PAGE = 1_000
_LISTED_MAX = 20


class Comparison(TypedDict):
    """`different` names, for the first loans that differ, what each side says."""

    loans: int
    equal: int
    different: list[dict[str, object]]


async def compare(
    bootstrap: str, ledger_url: str, tenant: str, intake_url: str | None = None
) -> Comparison:
    """Derive every loan's position from the bank's topic, and compare it with the ledger's.

    `intake_url` tells loan ids and what waits in quarantine; by default the local one.
    """
    settings = Settings()
    local = f"http://{settings.host}:{settings.port('intake')}"
    intake = f"{intake_url or local}/v1/{tenant}"
    rules = yaml.safe_load((settings.config / "tenants" / f"{tenant}.yaml").read_text("utf-8"))
    cures = {name: str(product["cure"]) for name, product in rules["products"].items()}
    told = [fact async for fact in read_bank_facts(bootstrap) if fact.tenant == tenant]
    async with httpx.AsyncClient(timeout=60) as http:
        loans = accepted(told, await refused(http, intake))
        ids = await loan_ids(http, intake, sorted(loans))
        published = await positions(http, f"{ledger_url}/v1/{tenant}")
    today = Clock(settings).now().astimezone(ZoneInfo(rules["zone"])).date()
    derived = {ids.get(ref, ref): derive(facts, cures, today) for ref, facts in loans.items()}
    return contrast(derived, published)


def accepted(told: Iterable[BankFact], refused: Mapping[str, int]) -> dict[str, list[BankFact]]:
    """The facts of each registered loan that intake took, by loan_ref.

    `refused` counts the things waiting in quarantine per event id; of several that were sent under
    one id, intake took the first.
    """
    by_event: dict[str, list[BankFact]] = defaultdict(list)
    for fact in told:
        if fact not in by_event[fact.event_id]:
            by_event[fact.event_id].append(fact)
    loans: dict[str, list[BankFact]] = defaultdict(list)
    for event_id, facts in by_event.items():
        if len(facts) > refused.get(event_id, 0):
            loans[facts[0].loan_ref].append(facts[0])
    return {
        ref: facts
        for ref, facts in loans.items()
        if any(fact.fact.HasField("registered") for fact in facts)
    }


def contrast(
    derived: Mapping[str, Mapping[str, object]], published: Mapping[str, Mapping[str, object]]
) -> Comparison:
    """Both sides by loan id; a loan that only one side knows is a difference."""
    different: list[dict[str, object]] = []
    for loan_id in sorted(derived.keys() | published.keys()):
        mine, theirs = derived.get(loan_id), published.get(loan_id)
        if mine is None or theirs is None or any(theirs[name] != mine[name] for name in mine):
            shown = theirs and {name: theirs[name] for name in mine or ("disposition",)}
            different.append({"loan_id": loan_id, "reference": mine, "ledger": shown})
    loans = len(derived.keys() | published.keys())
    return Comparison(loans=loans, equal=loans - len(different), different=different[:_LISTED_MAX])


async def refused(http: httpx.AsyncClient, intake: str) -> Counter[str]:
    """How many facts lie refused in quarantine, per event id."""
    counted: Counter[str] = Counter()
    for status in ("waiting", "discarded"):
        async for entry in _pages(http, f"{intake}/quarantine", {"status": status}):
            counted[entry["event_id"]] += entry["kind"] == "fact"
    return counted


async def loan_ids(http: httpx.AsyncClient, intake: str, refs: Sequence[str]) -> dict[str, str]:
    """The opaque id of each registered loan, by the bank's reference."""
    ids: dict[str, str] = {}
    for first in range(0, len(refs), PAGE):
        asked = {"refs": refs[first : first + PAGE]}
        answer = await http.post(f"{intake}/loans/lookup", json=asked)
        answer.raise_for_status()
        ids |= {ref: loan["loan_id"] for ref, loan in answer.json()["loans"].items()}
    return ids


async def positions(http: httpx.AsyncClient, ledger: str) -> dict[str, dict[str, object]]:
    """The ledger's positions by loan id."""
    return {p["loan_id"]: p async for p in _pages(http, f"{ledger}/positions", {})}


async def _pages(http: httpx.AsyncClient, url: str, query: Mapping[str, str]) -> Any:
    after: str | int | None = None
    while True:
        page: dict[str, Any] = {"limit": PAGE, **query} | ({"after": after} if after else {})
        answer = await http.get(url, params=page)
        answer.raise_for_status()
        body = answer.json()
        for item in next((value for value in body.values() if isinstance(value, list)), []):
            yield item
        # Intake and the ledger name the next page's cursor differently.
        after = body.get("next_after") or body.get("after")
        if not after:
            return
