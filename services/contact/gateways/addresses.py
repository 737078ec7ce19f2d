"""Where each tenant's providers are, and the secret shared with them: `FORBEAR_GATEWAYS`, as JSON.

{"<tenant or *>": {"email": "smtps://…", "sms": "https://…", …}}; docs/gateways.md says the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.contact.gateways.signing import SECRET_CHARACTERS_MIN

_EVERYONE = "*"
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class TenantGateways(BaseModel):
    """One tenant's providers; `secret` signs both ways, `signed_answers` says that HTTP
    gateways sign their answers too, `public_url` is where people reach this
    service's unsubscribe page."""

    # A wrong value is named in the log by its field; the value may be a password.
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: str = ""
    sms: str = ""
    push: str = ""
    letter: str = ""
    sender: str = Field(default="", pattern=r"^$|^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$")
    secret: str = Field(default="", repr=False)
    signed_answers: bool = False
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
    model_config = SettingsConfigDict(
        env_prefix="FORBEAR_", extra="ignore", hide_input_in_errors=True
    )

    gateways: dict[str, TenantGateways] = {}

    def of(self, tenant: str) -> TenantGateways:
        return self.gateways.get(tenant) or self.gateways.get(_EVERYONE) or TenantGateways()


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `smtp` is plain, for a relay on the same machine; `smtps` begins
    with TLS; `smtp+starttls` refuses to go on without it."""

    host: str
    port: int
    scheme: str
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""


def server_of(url: str, ca_file: str = "") -> SmtpServer:
    """Raises ValueError for another scheme or a missing host."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(
            f"a mail server is given as {', '.join(f'{name}://host:port' for name in _PORTS)}"
        )
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        scheme=parts.scheme,
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca_file=ca_file,
    )
