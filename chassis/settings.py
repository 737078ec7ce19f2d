"""Every process reads the same environment, and refuses an unsafe one before it opens a port."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PORT_OFFSETS = {
    "intake": 1,
    "ledger": 2,
    "cases": 3,
    "contact": 4,
    "negotiation": 5,
    "field_visit": 6,
    "legal": 7,
    "borrowers": 8,
    "post_office": 9,
    "post_office_smtp": 10,
    "postgres": 32,
    "temporal": 33,
    "temporal_metrics": 34,
    "temporal_ui": 80,
    "kafka": 92,
    "kafka_controller": 93,
}


def _alias(variable: str, field: str) -> AliasChoices:
    return AliasChoices(variable, field)


class Settings(BaseSettings):
    """`FORBEAR_*` and the three names under which outside clusters are commonly given."""

    model_config = SettingsConfigDict(env_prefix="FORBEAR_", extra="ignore", populate_by_name=True)

    profile: Literal["local", "production"] = "local"
    var: Path = Path("var")
    host: str = "127.0.0.1"
    port_base: int = Field(default=7200, ge=1024, le=65_000)
    postgres_url: str = Field(
        default_factory=lambda known: (
            "postgresql://forbear:forbear@127.0.0.1:"
            f"{known['port_base'] + PORT_OFFSETS['postgres']}"
        )
    )
    kafka_bootstrap: str = Field(
        default_factory=lambda known: f"127.0.0.1:{known['port_base'] + PORT_OFFSETS['kafka']}",
        validation_alias=_alias("KAFKA_BOOTSTRAP_SERVERS", "kafka_bootstrap"),
    )
    temporal_address: str = Field(
        default_factory=lambda known: f"127.0.0.1:{known['port_base'] + PORT_OFFSETS['temporal']}",
        validation_alias=_alias("TEMPORAL_ADDRESS", "temporal_address"),
    )
    temporal_namespace: str = Field(
        default="collections",
        validation_alias=_alias("TEMPORAL_NAMESPACE", "temporal_namespace"),
    )
    clock_file: Path = Field(default_factory=lambda known: known["var"] / "clock.json")
    keys: Path = Field(default_factory=lambda known: known["var"] / "keys")
    config: Path = Path("config")

    @field_validator("profile")
    @classmethod
    def _refuse_production(cls, profile: str) -> str:
        if profile == "production":
            raise ValueError(
                "FORBEAR_PROFILE=production refuses to start: there is no authentication yet; "
                "use FORBEAR_PROFILE=local"
            )
        return profile

    @field_validator("host")
    @classmethod
    def _refuse_other_than_loopback(cls, host: str) -> str:
        if not is_loopback(host):
            raise ValueError(
                f"FORBEAR_HOST={host} is not a loopback address; without authentication every "
                "door listens on loopback only: use 127.0.0.1"
            )
        return host

    def port(self, offset: int | str) -> int:
        """The port of a part, by its offset or by its name in `PORT_OFFSETS`."""
        return self.port_base + (PORT_OFFSETS[offset] if isinstance(offset, str) else offset)

    def database_url(self, name: str) -> str:
        base = urlsplit(self.postgres_url)
        return urlunsplit(("postgresql+asyncpg", base.netloc, f"/{name}", base.query, ""))

    def is_outside(self, part: Literal["postgres", "kafka", "temporal"]) -> bool:
        """Whether the user pointed this part at a cluster of their own."""
        fields: dict[str, str] = {
            "postgres": "postgres_url",
            "kafka": "kafka_bootstrap",
            "temporal": "temporal_address",
        }
        return fields[part] in self.model_fields_set


Loaded = TypeVar("Loaded", bound=Settings)


def load(kind: type[Loaded]) -> Loaded:
    """Settings from the environment; a wrong one ends the process with a plain message."""
    try:
        return kind()
    except ValidationError as wrong:
        reasons = "; ".join(error["msg"].removeprefix("Value error, ") for error in wrong.errors())
        raise SystemExit(f"forbear: {reasons}") from None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def settings_from(**values: Any) -> Settings:
    """Settings with some values given by code (tests, the stack) and the rest by environment."""
    return Settings(**values)
