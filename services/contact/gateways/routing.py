"""Which provider carries a tenant's messages on a channel; without one, the sandbox does.

`FORBEAR_GATEWAYS` is JSON: {"<tenant or *>": {"email": "smtps://…", "sms": "https://…", …}}.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from interfaces.values import Channel
from services.contact.gateways.http_gateway import HttpProvider
from services.contact.gateways.messages import Provider
from services.contact.gateways.signing import SECRET_CHARACTERS_MIN
from services.contact.gateways.smtp import SmtpProvider, server_of

_EVERYONE = "*"
_HTTP_CHANNELS = (Channel.SMS, Channel.PUSH, Channel.LETTER)


class TenantGateways(BaseModel):
    """One tenant's providers; `secret` signs both ways, `public_url` is where people reach this
    service's unsubscribe page."""

    model_config = ConfigDict(extra="forbid")

    email: str = ""
    sms: str = ""
    push: str = ""
    letter: str = ""
    sender: str = Field(default="", pattern=r"^$|^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$")
    secret: str = ""
    public_url: str = ""
    ca_file: str = ""

    @field_validator("sms", "push", "letter", "public_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("a gateway is given as http(s)://host:port/path")
        return url

    @field_validator("email")
    @classmethod
    def _is_mail_server(cls, url: str) -> str:
        if url:
            server_of(url)
        return url

    @model_validator(mode="after")
    def _is_whole(self) -> TenantGateways:
        if self.email and not self.sender:
            raise ValueError("e-mail needs a sender's address: set `sender`")
        has_http = self.sms or self.push or self.letter
        if (has_http or self.secret) and len(self.secret) < SECRET_CHARACTERS_MIN:
            raise ValueError(f"`secret` needs at least {SECRET_CHARACTERS_MIN} characters")
        return self


class GatewaySettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FORBEAR_", extra="ignore")

    gateways: dict[str, TenantGateways] = {}

    def of(self, tenant: str) -> TenantGateways:
        return self.gateways.get(tenant) or self.gateways.get(_EVERYONE) or TenantGateways()


class Routes:
    """The providers of every tenant and channel; none means the sandbox."""

    def __init__(self, settings: GatewaySettings, wall: Callable[[], datetime]) -> None:
        self._settings, self._wall = settings, wall

    def provider(self, tenant: str, channel: Channel) -> Provider | None:
        found = self._settings.of(tenant)
        if channel is Channel.EMAIL and found.email:
            return SmtpProvider(server_of(found.email, found.ca_file), found.sender)
        url = str(getattr(found, channel.value)) if channel in _HTTP_CHANNELS else ""
        return HttpProvider(url, found.secret, self._wall) if url else None
