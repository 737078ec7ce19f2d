"""Which provider carries what, and that a wrong setting is refused without being repeated."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from interfaces.values import Channel
from services.contact.gateways.addresses import GatewaySettings
from services.contact.gateways.routing import Routes
from tests.services.contact.post import NOON, SECRET

PASSWORD = "open-sesame"
MAIL = {"email": f"smtps://me:{PASSWORD}@mail.example", "sender": "c@bank.example"}


def settings(monkeypatch: pytest.MonkeyPatch, given: object) -> GatewaySettings:
    monkeypatch.setenv("FORBEAR_GATEWAYS", json.dumps(given))
    return GatewaySettings()


def test_each_tenant_has_its_own_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = {"sms": "https://sms.example", "secret": SECRET}
    routes = Routes(settings(monkeypatch, {"demo": MAIL, "*": everyone}), lambda: NOON)
    names = {
        (tenant, channel): provider.name
        for tenant in ("demo", "uci")
        for channel in Channel
        if (provider := routes.provider(tenant, channel))
    }
    assert names == {("demo", Channel.EMAIL): "smtp", ("uci", Channel.SMS): "http"}


def test_without_settings_everything_goes_to_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORBEAR_GATEWAYS", raising=False)
    routes = Routes(GatewaySettings(), lambda: NOON)
    assert not any(routes.provider("demo", channel) for channel in Channel)


@pytest.mark.parametrize(
    "wrong",
    [
        {**MAIL, "email": f"http://me:{PASSWORD}@mail.example"},
        {"email": MAIL["email"]},
        {"sms": f"ftp://{PASSWORD}@sms.example", "secret": SECRET},
        {"sms": "https://sms.example", "secret": PASSWORD},
        {"secret": PASSWORD},
        {**MAIL, "sender": "no address"},
        {**MAIL, "sender": "c@bank.example\r\nBcc: x@example.test"},
        {**MAIL, "passwort": PASSWORD},
    ],
)
def test_a_wrong_setting_is_refused_and_its_value_not_repeated(
    monkeypatch: pytest.MonkeyPatch, wrong: dict[str, str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, {"demo": wrong})
    assert PASSWORD not in str(refused.value)


def test_secrets_are_not_shown_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    assert SECRET not in repr(settings(monkeypatch, {"demo": {"secret": SECRET}}))
