"""A ledger on a database of its own, told facts as the consumer would hand them over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest

import services.ledger
from chassis.clock import Clock
from chassis.database import Database
from chassis.http import create_app
from chassis.service import Context
from chassis.settings import Settings
from services.ledger import api
from services.ledger.settings import Tenants, load_tenants
from tests.conftest import NewDatabase
from tests.services.ledger.telling import Ledger

MIGRATIONS = Path(services.ledger.__file__).parent / "migrations"


@pytest.fixture(scope="session")
def tenants() -> Tenants:
    return load_tenants(Path("config"))


@pytest.fixture
async def books(new_database: NewDatabase) -> Database:
    return await new_database(MIGRATIONS)


@pytest.fixture
def context(settings: Settings, books: Database) -> Context:
    return Context(settings, books, Clock(settings))


@pytest.fixture
def ledger(books: Database, tenants: Tenants) -> Ledger:
    return Ledger(books, tenants)


@pytest.fixture
async def client(context: Context, tenants: Tenants) -> AsyncIterator[httpx.AsyncClient]:
    routers: Sequence[object] = [api.router(tenants)]
    app = create_app("ledger", context.settings, context.database, routers)  # type: ignore[arg-type]
    app.state.context = context
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
