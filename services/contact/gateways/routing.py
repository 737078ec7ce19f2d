"""Which provider carries a tenant's messages on a channel; without one, the sandbox does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from interfaces.values import Channel
from services.contact.gateways.addresses import GatewaySettings, server_of
from services.contact.gateways.http_gateway import HttpProvider, Terms
from services.contact.gateways.messages import Provider
from services.contact.gateways.pauses import Pauses
from services.contact.gateways.smtp import SmtpProvider

_HTTP_CHANNELS = (Channel.SMS, Channel.PUSH, Channel.LETTER)


class Routes:
    """The providers of every tenant and channel; none means the sandbox."""

    def __init__(self, settings: GatewaySettings, wall: Callable[[], datetime]) -> None:
        self._settings, self._wall = settings, wall
        self._pauses = Pauses()

    def provider(self, tenant: str, channel: Channel) -> Provider | None:
        found = self._settings.of(tenant)
        if channel is Channel.EMAIL and found.email:
            return SmtpProvider(server_of(found.email, found.ca_file), found.sender)
        url = str(getattr(found, channel.value)) if channel in _HTTP_CHANNELS else ""
        if not url:
            return None
        terms = Terms(found.signed_answers, self._pauses)
        return HttpProvider(url, found.secret, self._wall, terms=terms)
