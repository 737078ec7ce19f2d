"""A demo has providers of its own: contact is told where its post office is before it starts."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import replace

from chassis.settings import Settings
from forbear.stack import parts, ports


def address_gateways(settings: Settings, tenant: str) -> None:
    """What reads the environment later on, below this process, sends by the post office; whoever
    names gateways in the environment keeps theirs."""
    if "FORBEAR_GATEWAYS" in os.environ:
        return
    http = f"http://{settings.host}:{settings.port('post_office')}"
    gateways = {
        "email": f"smtp://{settings.host}:{settings.port('post_office_smtp')}",
        "sms": http,
        "push": http,
        "letter": http,
        "sender": "collections@bank.example",
        "secret": secrets.token_hex(32),
        "public_url": f"http://{settings.host}:{settings.port('contact')}",
    }
    os.environ["FORBEAR_GATEWAYS"] = json.dumps({tenant: gateways})


def post_office(settings: Settings, tenant: str) -> parts.Part:
    port = settings.port("post_office")
    module = ("forbear.play.post_office", "--tenant", tenant)
    part = parts.python(settings, "post_office", *module, port=port)
    mail = settings.port("post_office_smtp")
    return replace(part, is_ready=lambda _: ports.is_ready(port), ports=(port, mail))
