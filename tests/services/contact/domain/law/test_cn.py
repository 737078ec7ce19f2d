"""The Chinese rules beside the examples of their texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from interfaces.values import Block, Capacity, Channel, Direction, HoldKind, Purpose, Role
from services.contact.domain.law.facts import (
    AgreedKind,
    Agreement,
    DayHours,
    KnownAgency,
    KnownLoan,
    Override,
    Reachability,
    Result,
)
from services.contact.domain.law.judgement import Status, judge
from tests.services.contact.domain.law.givens import (
    CALL,
    NOON,
    act,
    asked,
    hold,
    local,
    pack,
    past,
    plain,
    rules_of,
)

HOUR = timedelta(hours=1)
MIDNIGHT = local("Asia/Shanghai", 2026, 3, 3)
MORNING = local("Asia/Shanghai", 2026, 3, 3, 8)


def test_hours_begin_at_eight_and_end_before_ten_in_the_evening() -> None:
    def at(hour: int, minute: int) -> bool:
        instant = local("Asia/Shanghai", 2026, 3, 2, hour, minute)
        return asked("cn-bank", CALL, plain(), instant).is_allowed

    assert [at(7, 59), at(8, 0), at(21, 59), at(22, 0)] == [False, True, True, False]


def test_an_agreed_hour_prevails_while_it_is_agreed() -> None:
    night = local("Asia/Shanghai", 2026, 3, 2, 22, 30)
    hours = DayHours(time(22), time(23))
    agreed = Agreement(AgreedKind.HOURS, NOON, night + HOUR, Channel.CALL, hours)
    known = plain(agreements=(agreed,))
    assert asked("cn-bank", CALL, known, night).is_allowed
    assert not asked("cn-bank", act(channel=Channel.SMS), known, night).is_allowed
    assert not asked("cn-bank", CALL, known, night + timedelta(days=1)).is_allowed
    before = asked("cn-bank", CALL, known, night + timedelta(days=1) - 25 * HOUR)
    assert before.is_allowed


def test_the_fourth_connected_call_waits_for_the_next_day() -> None:
    """Over all loans, agencies and directions, and those whose outcome is not known yet."""
    attempts = (
        past(NOON - HOUR, Result.CONNECTED, loan_ids=("l2",)),
        past(NOON - 2 * HOUR, Result.THIRD_PARTY, capacity=Capacity.AGENCY, agency="ag1"),
        past(NOON - 3 * HOUR, Result.EFFECTIVE, direction=Direction.INBOUND, point_id="b"),
    )
    refused = asked("cn-bank", CALL, plain(attempts=attempts))
    assert (refused.rule_id, refused.next_allowed_at) == ("CN-FREQ-1", MORNING)
    assert asked("cn-bank", CALL, plain(attempts=attempts[:2])).is_allowed
    pending = (*attempts[:2], past(NOON - HOUR, Result.SENT))
    assert asked("cn-bank", CALL, plain(attempts=pending)).rule_id == "CN-FREQ-1"
    unanswered = (*attempts[:2], past(NOON - HOUR, Result.NO_ANSWER))
    assert asked("cn-bank", CALL, plain(attempts=unanswered)).is_allowed
    assert asked("cn-bank", act(channel=Channel.SMS), plain(attempts=attempts)).is_allowed
    assert asked("cn-bank", act(purpose=Purpose.REPLY), plain(attempts=attempts)).is_allowed


def test_an_agreed_number_of_calls_takes_the_place_of_three() -> None:
    attempts = tuple(past(NOON - HOUR) for _ in range(3))
    five = Agreement(AgreedKind.FREQUENCY, NOON - 9 * HOUR, per_day_max=5)
    assert asked("cn-bank", CALL, plain(attempts=attempts, agreements=(five,))).is_allowed
    later = replace(five, from_at=NOON + HOUR)
    refused = asked("cn-bank", CALL, plain(attempts=attempts, agreements=(later,)))
    assert refused.next_allowed_at == NOON + HOUR


def test_three_conversations_a_day_are_enough() -> None:
    attempts = tuple(past(NOON - HOUR) for _ in range(3))
    assert "CN-FREQ-2" in rules_of(asked("cn-bank", CALL, plain(attempts=attempts)))
    answered = tuple(past(NOON - HOUR, Result.RIGHT_PARTY) for _ in range(3))
    assert "CN-FREQ-2" not in rules_of(asked("cn-bank", CALL, plain(attempts=answered)))


def test_the_seventh_unanswered_dial_of_a_number_is_refused_unless_somebody_answers_for_it() -> (
    None
):
    results = (Result.BUSY, Result.OUT_OF_SERVICE, Result.NO_ANSWER, Result.VOICEMAIL)
    attempts = tuple(past(NOON - HOUR, results[n % 4]) for n in range(6))
    known = plain(attempts=attempts)
    refused = asked("cn-bank", CALL, known)
    assert (refused.rule_id, refused.next_allowed_at) == ("CN-FREQ-3", MORNING)
    assert refused.deciding is not None and refused.deciding.article.strength == "soft"
    assert asked("cn-bank", act(point_id="b"), known).is_allowed
    answering = act(override=Override("the customer rang and asked for a call", "team lead"))
    allowed = asked("cn-bank", answering, known)
    assert allowed.is_allowed
    assert [(f.article.rule_id, f.is_overridden) for f in allowed.findings] == [("CN-FREQ-3", True)]


def test_no_authority_overrides_a_hard_rule() -> None:
    night = act(override=Override("urgent", "branch head"))
    assert not asked("cn-bank", night, plain(), NOON + 12 * HOUR).is_allowed


def test_a_contact_is_asked_only_after_the_debtor_is_lost() -> None:
    contact = act(
        role=Role.CONTACT, party_id="c", purpose=Purpose.LOCATE, discloses=False, point_id="c1"
    )
    known = plain(roles=frozenset({Role.CONTACT}))
    assert asked("cn-bank", contact, known).rule_id == "CN-3P-1"
    for lost in (
        {"reachability": Reachability.LOST},
        {"is_dead": True, "holds": (hold(HoldKind.DECEASED),)},
        {"is_incapacitated": True, "holds": (hold(HoldKind.INCAPACITY),)},
    ):
        reachable_through = replace(known, **lost)
        assert asked("cn-bank", contact, reachable_through).is_allowed, lost
        telling = replace(contact, discloses=True)
        assert asked("cn-bank", telling, reachable_through).rule_id == "CN-3P-1"
        asking_money = replace(contact, purpose=Purpose.COLLECTION)
        assert asked("cn-bank", asking_money, reachable_through).rule_id == "WRONG-PARTY"
        refusing = replace(reachable_through, has_refused=True)
        refused = asked("cn-bank", contact, refusing)
        assert (refused.rule_id, refused.next_allowed_at) == ("CN-3P-1", None)
    suspect = replace(known, reachability=Reachability.SUSPECT)
    assert not asked("cn-bank", contact, suspect).is_allowed
    rumoured = replace(known, holds=(hold(HoldKind.BEREAVEMENT),))
    assert {"HOLD", "CN-3P-1"} <= rules_of(asked("cn-bank", contact, rumoured))


def test_nobody_enters_a_dwelling_without_consent() -> None:
    visit = act(channel=Channel.VISIT, enters=True, people=2)
    assert asked("cn-bank", visit, plain()).rule_id == "CN-ID-1"
    assert asked("cn-bank", replace(visit, has_consent_to_enter=True), plain()).is_allowed
    assert asked("cn-bank", replace(visit, enters=False), plain()).is_allowed


def test_nobody_visits_alone() -> None:
    alone = asked("cn-bank", act(channel=Channel.VISIT, people=1), plain())
    assert alone.rule_id == "CN-FIELD-1"
    assert alone.deciding is not None and alone.deciding.status is Status.UNVERIFIED
    assert asked("cn-bank", act(channel=Channel.VISIT, people=2), plain()).is_allowed


def test_one_visit_a_day_is_enough() -> None:
    planned = past(
        NOON, Result.PLANNED, channel=Channel.VISIT, until_at=NOON + 2 * HOUR, loan_ids=("l2",)
    )
    refused = asked("cn-bank", act(channel=Channel.VISIT), plain(attempts=(planned,)))
    assert (refused.rule_id, refused.next_allowed_at) == ("CN-FIELD-1", MORNING)


def test_an_agency_acts_only_while_listed_and_evaluated_within_a_year() -> None:
    good = KnownAgency("ag1", True, date(2025, 3, 2), date(2026, 3, 2), agents_certified=True)
    by_agency = act(capacity=Capacity.AGENCY, agency="ag1")
    assert asked("cn-bank", by_agency, plain(agency=good)).is_allowed
    for bad in (
        None,
        replace(good, is_listed=False),
        replace(good, evaluated_on=None),
        replace(good, evaluated_on=date(2025, 3, 1)),
        replace(good, contract_until=date(2026, 3, 1)),
        replace(good, name="ag2"),
    ):
        assert asked("cn-bank", by_agency, plain(agency=bad)).rule_id == "CN-AGENCY-1", bad
    assert asked("cn-bank", CALL, plain(agency=None)).is_allowed


def test_nothing_reaches_the_dead() -> None:
    dead = plain(holds=(hold(HoldKind.DECEASED),))
    for purpose in Purpose:
        refused = asked("cn-bank", act(purpose=purpose), dead)
        assert {"HOLD", "CN-DEATH-1"} <= rules_of(refused)
        assert refused.next_allowed_at is None
    guarantor = act(party_id="g", debtor_id="g", role=Role.JOINT_GUARANTOR)
    living = plain(roles=frozenset({Role.JOINT_GUARANTOR}), holds=(hold(HoldKind.DECEASED),))
    assert asked("cn-bank", guarantor, living).is_allowed


def test_a_death_that_is_known_is_heeded_beside_a_hold_that_blocks_something_else() -> None:
    elsewhere = replace(hold(HoldKind.DECEASED), blocks=(Block.LEGAL,))
    refused = asked("cn-bank", act(), plain(is_dead=True, holds=(elsewhere,)))
    assert {"HOLD", "CN-DEATH-1"} <= rules_of(refused)


def test_a_signed_plan_stops_collection() -> None:
    planned = plain(loans=(KnownLoan("l1", "card", arrangement="plan"),))
    refused = asked("cn-bank", act(), planned)
    assert (refused.rule_id, refused.next_allowed_at) == ("CN-CARD-70", None)
    reminder = act(purpose=Purpose.REMINDER)
    assert asked("cn-bank", reminder, planned).is_allowed
    by_agency = replace(reminder, capacity=Capacity.AGENCY)
    assert "CN-CARD-70" in rules_of(asked("cn-bank", by_agency, planned))
    assert asked("cn-bank", act(loan_ids=("l2",)), planned).is_allowed
    for purpose in (Purpose.SERVICE, Purpose.REPLY, Purpose.STATUTORY_NOTICE):
        assert asked("cn-bank", act(purpose=purpose), planned).is_allowed


def test_a_settlement_that_is_kept_is_left_alone_by_the_platforms_own_rule() -> None:
    settled = plain(loans=(KnownLoan("l1", "card", arrangement="settlement"),))
    assert asked("uk-conc", act(), settled).rule_id == "ARRANGED"
    promised = plain(loans=(KnownLoan("l1", "card"),))
    assert asked("uk-conc", act(), promised).is_allowed


def test_a_bankruptcy_stops_the_loans_of_an_enterprise() -> None:
    stayed = plain(holds=(hold(HoldKind.BANKRUPTCY, party_id=None),))
    refused = asked("cn-enterprise", act(product="enterprise_loan"), stayed)
    assert {"HOLD", "CN-BKR-1"} <= rules_of(refused)


def test_beyond_cards_and_personal_consumer_loans_the_same_rule_is_the_banks_policy() -> None:
    def status(product: str) -> Status:
        night = asked("cn-bank", act(product=product), plain(), NOON + 12 * HOUR)
        assert night.deciding is not None
        return night.deciding.status

    assert (status("card"), status("mortgage")) == (Status.LAW, Status.POLICY)


def test_on_the_night_the_clocks_change_morning_comes_an_hour_earlier() -> None:
    night = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)  # 22:00 in New York, the evening before
    verdict = judge(pack("cn-bank"), CALL, plain(zones=("America/New_York",)), night)
    assert verdict.next_allowed_at == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)


def test_when_the_zone_is_unsure_it_must_be_day_in_every_plausible_one() -> None:
    zones = ("America/New_York", "Pacific/Honolulu")
    morning = datetime(2026, 7, 1, 13, 0, tzinfo=UTC)  # 09:00 and 03:00
    verdict = asked("cn-bank", CALL, plain(zones=zones), morning)
    assert verdict.next_allowed_at == datetime(2026, 7, 1, 18, 0, tzinfo=UTC)
