"""A demo's contact is told of its post office, unless somebody named gateways of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chassis.settings import settings_from
from forbear.demo.post import address_gateways, post_office
from forbear.play.mailbox import has_post_office
from interfaces.values import Channel
from services.contact.gateways.addresses import GatewaySettings
from services.contact.gateways.routing import Routes
from tests.services.contact.post import NOON


def test_every_message_of_the_played_tenant_goes_by_post_and_calls_do_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORBEAR_GATEWAYS", "")
    monkeypatch.delenv("FORBEAR_GATEWAYS")
    settings = settings_from(var=tmp_path, port_base=20_000)
    address_gateways(settings, "demo")
    routes = Routes(GatewaySettings(), lambda: NOON)
    carried = {channel for channel in Channel if routes.provider("demo", channel)}
    assert carried == {Channel.EMAIL, Channel.SMS, Channel.PUSH, Channel.LETTER}
    assert has_post_office(settings, "demo") and not has_post_office(settings, "uci")
    assert post_office(settings, "demo").ports == (20_009, 20_010)


def test_gateways_named_in_the_environment_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORBEAR_GATEWAYS", "{}")
    settings = settings_from(var=tmp_path)
    address_gateways(settings, "demo")
    assert not has_post_office(settings, "demo")
    assert os.environ["FORBEAR_GATEWAYS"] == "{}"
