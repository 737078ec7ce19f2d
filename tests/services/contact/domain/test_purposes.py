"""A touch is for what its text shows, not for what it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from interfaces.strategy import StepKind
from interfaces.values import Capacity, Channel, Purpose, Role
from services.contact.commands.library import load
from services.contact.domain.purposes import purpose_of
from services.contact.domain.templates import ENGLISH
from tests.builders import strategy

TEXTS = load(Path("config")).latest
SERVICE, OFFER = TEXTS["service", ENGLISH], TEXTS["negotiate", ENGLISH]
ANSWER, CALL_BACK = TEXTS["answer_balance", ENGLISH], TEXTS["call_back", ENGLISH]
BANK, SMS = Capacity.CREDITOR, Channel.SMS


def test_a_service_message_is_service_and_an_answer_a_reply() -> None:
    assert purpose_of(Purpose.SERVICE, SERVICE, SMS, Role.BORROWER, BANK) is Purpose.SERVICE
    assert purpose_of(Purpose.REPLY, ANSWER, SMS, Role.BORROWER, BANK) is Purpose.REPLY


@pytest.mark.parametrize("stated", [Purpose.SERVICE, Purpose.REPLY])
def test_an_offer_collects_whatever_it_is_called(stated: Purpose) -> None:
    assert purpose_of(stated, OFFER, SMS, Role.BORROWER, BANK) is Purpose.COLLECTION


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.VISIT])
def test_what_is_spoken_to_a_debtor_collects(channel: Channel) -> None:
    spoken = purpose_of(Purpose.SERVICE, SERVICE, channel, Role.BORROWER, BANK)
    assert spoken is Purpose.COLLECTION


def test_a_third_party_is_asked_for_a_call_back_as_before() -> None:
    asked = purpose_of(Purpose.SERVICE, CALL_BACK, Channel.CALL, Role.CONTACT, BANK)
    assert asked is Purpose.SERVICE


def test_an_agency_renders_no_service() -> None:
    agency = Capacity.AGENCY
    assert purpose_of(Purpose.SERVICE, SERVICE, SMS, Role.BORROWER, agency) is Purpose.COLLECTION
    assert purpose_of(Purpose.REPLY, ANSWER, SMS, Role.BORROWER, agency) is Purpose.REPLY


@pytest.mark.parametrize("stated", [each for each in Purpose if each not in ("service", "reply")])
def test_every_other_purpose_stays_what_it_is(stated: Purpose) -> None:
    assert purpose_of(stated, OFFER, Channel.LETTER, Role.BORROWER, BANK) is stated


@pytest.mark.parametrize("name", ["card-individual", "consumer-individual", "enterprise"])
def test_every_bundled_step_says_what_its_purpose_is_for(name: str) -> None:
    for rule in strategy(name).stages:
        for step in rule.steps:
            if step.kind is StepKind.TOUCH:
                assert step.purpose in TEXTS[step.template, ENGLISH].purposes, step.key
