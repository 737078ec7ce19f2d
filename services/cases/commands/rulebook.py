"""What the service goes by: the tenants with their strategies and calendars, read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from chassis.configuration import Document, Misconfigured
from chassis.errors import NotFound, Rejected
from interfaces.calendar import Calendar
from interfaces.facts import Position
from interfaces.strategy import Strategy
from interfaces.tenant import Tenant
from services.cases.domain import strategies
from services.cases.domain.calendars import Holidays, cut, parse_holidays
from services.cases.domain.strategies import EffectiveStrategy, parse_strategy
from services.cases.settings import read_configuration

Parsed = TypeVar("Parsed")


class NoRule(Rejected):
    """The configuration lacks what an episode needs. Retryable: the run waits until a corrected
    configuration is deployed, so that no loan is lost over a missing file."""

    status = 503
    retryable = True


@dataclass(frozen=True)
class Treatment:
    """The strategy and the calendar an episode is treated by."""

    strategy: Strategy
    calendar: Calendar


@dataclass(frozen=True)
class Rulebook:
    tenants: Mapping[str, Tenant]
    strategies: tuple[EffectiveStrategy, ...]
    calendars: Mapping[str, Holidays]

    def tenant(self, name: str) -> Tenant:
        """Raises `cases/unknown_tenant`."""
        if name not in self.tenants:
            raise NotFound(
                "cases/unknown_tenant",
                f"The tenant {name[:40]!r} is not configured; known: {', '.join(self.tenants)}.",
            )
        return self.tenants[name]

    def choose(self, tenant_name: str, position: Position, opened_at: datetime) -> Treatment:
        """The treatment of an episode that opens now; raises the retryable `cases/no_strategy`
        and `cases/no_calendar`."""
        tenant = self.tenant(tenant_name)
        on = opened_at.astimezone(ZoneInfo(tenant.zone)).date()
        loan = strategies.Loan(tenant.name, position.product, position.segment)
        chosen = strategies.choose(self.strategies, tenant.strategies, loan, on)
        if chosen is None:
            raise NoRule(
                "cases/no_strategy",
                f"No strategy of the tenant {tenant.name} ({', '.join(tenant.strategies)}) is in "
                f"effect on {on} for product {position.product}, segment {position.segment}; add "
                "one to config/strategies and restart the service.",
            )
        return self._treatment(tenant, chosen, position, on.year)

    def kept(
        self, tenant_name: str, named: tuple[str, int], position: Position, opened_at: datetime
    ) -> Treatment:
        """The treatment an open episode was given, by its strategy's id and version."""
        tenant = self.tenant(tenant_name)
        for each in self.strategies:
            if (each.strategy.strategy_id, each.strategy.version) == named:
                year = opened_at.astimezone(ZoneInfo(tenant.zone)).year
                return self._treatment(tenant, each.strategy, position, year)
        raise NoRule(
            "cases/no_strategy",
            f"Version {named[1]} of the strategy {named[0]} is gone though an episode keeps it; "
            "put its file back into config/strategies and restart the service.",
        )

    def _treatment(
        self, tenant: Tenant, strategy: Strategy, position: Position, year: int
    ) -> Treatment:
        known = self.calendars.get(tenant.jurisdiction)
        if known is None or year not in known.years:
            raise NoRule(
                "cases/no_calendar",
                f"The calendar of {tenant.jurisdiction} does not cover {year}; add it to "
                "config/calendars (python -m forbear.calendars) and restart the service.",
            )
        product = tenant.product(position.product)
        if product is not None:
            strategy = replace(strategy, limitation_years=product.limitation_years)
        return Treatment(strategy, cut(known, tenant.zone, year))


@cache
def load(directory: Path) -> Rulebook:
    """Reads the configuration below `directory`; raises `Misconfigured`, naming the file."""
    read = read_configuration(directory)
    known = tuple(_parsed(path, raw, parse_strategy) for path, raw in read.strategies.items())
    names = [(each.strategy.strategy_id, each.strategy.version) for each in known]
    for name, version in names:
        if names.count((name, version)) > 1:
            raise Misconfigured(f"{directory}/strategies: {name} version {version} is given twice")
    calendars = [_parsed(path, raw, parse_holidays) for path, raw in read.calendars.items()]
    return Rulebook(
        tenants={tenant.name: tenant for tenant in read.tenants},
        strategies=known,
        calendars={each.jurisdiction: each for each in calendars},
    )


def _parsed(path: Path, raw: Document, parse: Callable[[Document], Parsed]) -> Parsed:
    try:
        return parse(raw)
    except ValueError as fault:
        raise Misconfigured(f"{path}: {fault}") from fault
