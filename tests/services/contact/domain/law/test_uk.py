"""The British holds, each stopping contact for whom it is meant and no longer than it lasts."""

from __future__ import annotations

from datetime import timedelta

from interfaces.values import HoldKind, Role
from tests.services.contact.domain.law.givens import (
    CALL,
    NOON,
    act,
    asked,
    hold,
    local,
    plain,
    rules_of,
)

KNOWN = plain(zones=("Europe/London",))


def test_nobody_asks_for_payment_in_a_breathing_space() -> None:
    ends = local("Europe/London", 2026, 5, 1, 12)
    held = plain(zones=("Europe/London",), holds=(hold(HoldKind.BREATHING_SPACE, until=ends),))
    refused = asked("uk-conc", CALL, held)
    assert {"HOLD", "UK-BS-60"} <= rules_of(refused) and refused.next_allowed_at == ends
    assert asked("uk-conc", CALL, held, ends).is_allowed


def test_a_breathing_space_without_an_end_has_no_next_instant() -> None:
    refused = asked("uk-conc", CALL, plain(holds=(hold(HoldKind.BREATHING_SPACE),)))
    assert "UK-BS-MH" in rules_of(refused) and refused.next_allowed_at is None


def test_while_an_adviser_builds_a_plan_the_debtor_is_left_alone() -> None:
    held = plain(holds=(hold(HoldKind.REPRESENTED, until=NOON + timedelta(days=30)),))
    assert "UK-DEBTADV-30" in rules_of(asked("uk-conc", CALL, held))
    to_adviser = act(role=Role.ADVISER, party_id="a")
    speaking = plain(roles=frozenset({Role.ADVISER}), holds=held.holds)
    assert asked("uk-conc", to_adviser, speaking).is_allowed


def test_lack_of_capacity_suspends() -> None:
    assert "UK-CAP" in rules_of(asked("uk-conc", CALL, plain(holds=(hold(HoldKind.INCAPACITY),))))


def test_a_disputed_debt_is_not_pursued() -> None:
    assert "UK-DISP" in rules_of(asked("uk-conc", CALL, plain(holds=(hold(HoldKind.DISPUTE),))))
