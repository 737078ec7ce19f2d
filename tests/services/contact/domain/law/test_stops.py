"""Who may be addressed at all, and where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from interfaces.values import LIABLE_ROLES, Capacity, Channel, Direction, HoldKind, Purpose, Role
from services.contact.domain.law.facts import KnownPoint
from services.contact.domain.points import OptOut
from tests.services.contact.domain.law.givens import CALL, NOON, act, asked, hold, plain, rules_of


@pytest.mark.parametrize("role", list(Role))
def test_only_who_is_liable_is_asked_for_money(role: Role) -> None:
    known = plain(roles=frozenset({role}))
    verdict = asked("cn-bank", act(role=role), known)
    speaks = role in (Role.ATTORNEY, Role.ADVISER)
    assert verdict.is_allowed == (role in LIABLE_ROLES or speaks)
    if not verdict.is_allowed:
        assert {"WRONG-PARTY", "CN-CARD-68"} <= rules_of(verdict)


def test_a_party_is_addressed_only_in_a_role_that_it_has() -> None:
    stranger = asked("cn-bank", act(role=Role.CO_BORROWER), plain())
    assert stranger.rule_id == "WRONG-PARTY"
    not_liable = asked("cn-bank", CALL, plain(is_debtor_liable=False))
    assert not_liable.rule_id == "WRONG-PARTY"


def test_an_opt_out_of_one_number_leaves_the_others() -> None:
    known = plain(opt_outs=(OptOut(Channel.SMS, "a"),))
    assert asked("cn-bank", act(channel=Channel.SMS), known).rule_id == "OPT-OUT"
    assert asked("cn-bank", act(channel=Channel.SMS, point_id="b"), known).is_allowed
    for purpose in (Purpose.STATUTORY_NOTICE, Purpose.SERVICE, Purpose.REPLY):
        assert asked("cn-bank", act(channel=Channel.SMS, purpose=purpose), known).is_allowed
    every = plain(opt_outs=(OptOut(Channel.SMS),))
    assert not asked("cn-bank", act(channel=Channel.SMS, point_id="b"), every).is_allowed


def test_a_placed_loan_is_left_to_the_agency_until_the_placement_ends() -> None:
    ends = NOON + timedelta(days=3)
    placed = plain(placed_until=ends)
    refused = asked("cn-bank", CALL, placed)
    assert (refused.rule_id, refused.next_allowed_at) == ("PLACED", ends)
    assert asked("cn-bank", act(purpose=Purpose.STATUTORY_NOTICE), placed).is_allowed
    assert asked("cn-bank", CALL, plain(placed_until=NOON)).is_allowed
    agency = act(capacity=Capacity.AGENCY, agency="ag1")
    assert asked("cn-bank", agency, placed).rule_id != "PLACED"
    bought = act(capacity=Capacity.DEBT_BUYER)
    assert asked("cn-bank", bought, placed).rule_id == "PLACED"


def test_a_wrong_number_is_no_point_to_use() -> None:
    wrong = plain(points=(KnownPoint("a", "phone", is_invalid=True),))
    assert asked("cn-bank", CALL, wrong).rule_id == "NO-POINT"
    assert asked("cn-bank", act(point_id="b"), wrong).is_allowed
    assert asked("cn-bank", act(point_id=""), plain()).rule_id == "NO-POINT"


def test_a_hold_of_one_party_never_stops_acts_toward_another() -> None:
    for kind in HoldKind:
        assert asked("cn-bank", CALL, plain(holds=(hold(kind, "other"),))).is_allowed
        assert not asked("cn-bank", CALL, plain(holds=(hold(kind, "p"),))).is_allowed
        assert not asked("cn-bank", CALL, plain(holds=(hold(kind, None),))).is_allowed


def test_what_came_in_is_refused_by_nothing() -> None:
    inbound = act(direction=Direction.INBOUND, point_id="")
    assert asked("cn-bank", inbound, plain(holds=(hold(HoldKind.DECEASED),))).is_allowed
