"""An unsafe environment is refused before anything listens."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from chassis.settings import Settings, settings_from

VARIABLES = ("POSTGRES_URL", "HOST", "PROFILE", "PORT_BASE", "VAR", "CLOCK_FILE", "KEYS", "CONFIG")
OUTSIDE = ("KAFKA_BOOTSTRAP_SERVERS", "TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*(f"FORBEAR_{variable}" for variable in VARIABLES), *OUTSIDE]:
        monkeypatch.delenv(name, raising=False)


def test_the_production_profile_refuses_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBEAR_PROFILE", "production")
    with pytest.raises(ValidationError, match="no authentication yet"):
        Settings()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com", ""])
def test_an_address_other_than_loopback_is_refused(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORBEAR_HOST", host)
    with pytest.raises(ValidationError, match="loopback"):
        Settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_in_all_its_forms_is_taken(host: str) -> None:
    assert settings_from(host=host).host == host


def test_everything_moves_with_the_port_base_and_the_state_directory() -> None:
    settings = settings_from(port_base=8200, var=Path("elsewhere"))
    assert settings.port("intake") == settings.port(1) == 8201
    assert settings.kafka_bootstrap == "127.0.0.1:8292"
    assert settings.temporal_address == "127.0.0.1:8233"
    assert settings.database_url("cases") == (
        "postgresql+asyncpg://forbear:forbear@127.0.0.1:8232/cases"
    )
    assert settings.clock_file == Path("elsewhere/clock.json")
    assert settings.keys == Path("elsewhere/keys")
    assert not any(settings.is_outside(part) for part in ("postgres", "kafka", "temporal"))


def test_parts_given_by_the_environment_are_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("FORBEAR_POSTGRES_URL", "postgresql://u:p@db:5432?ssl=require")
    settings = Settings()
    assert settings.is_outside("kafka") and settings.is_outside("postgres")
    assert not settings.is_outside("temporal")
    assert settings.kafka_bootstrap == "broker:9092"
    assert settings.database_url("legal") == "postgresql+asyncpg://u:p@db:5432/legal?ssl=require"
