"""Malformed and hostile records, a line each, with its stated outcome: nothing is lost or crashes.

The bytes go through the real decoder and the Kafka door, on PostgreSQL. An outcome is the
disposition the record is counted under, with the reason's code. Requests: `test_bad_requests`.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import text

from chassis.errors import Undecodable
from chassis.inbox import Raw
from chassis.service import Context
from events.v1 import bank_pb2 as pb
from services.intake.commands.counts import NAMES, counts
from services.intake.commands.desk import open_reception
from services.intake.consumers import KafkaDoor, decode_fact, decode_person
from services.intake.settings import FACTS_TOPIC, PEOPLE_TOPIC
from tests.services.intake.bank import (
    NOW,
    fact,
    party,
    payment,
    person,
    registered,
    reversal,
    snapshot,
    stamp,
)

pytestmark = pytest.mark.database
HUGE = 2**63 - 1


def changed(message: pb.BankFact, **fields: Any) -> pb.BankFact:
    """The message with top-level fields set as given; `None` clears one."""
    for name, value in fields.items():
        if value is None:
            message.ClearField(name)
        elif isinstance(value, Timestamp):
            getattr(message, name).CopyFrom(value)
        else:
            setattr(message, name, value)
    return message


def snap(**changes: Any) -> bytes:
    return fact("b", snapshot=snapshot(**changes)).SerializeToString()


def paid(transaction_id: str = "b", **changes: Any) -> bytes:
    return fact("b", payment_received=payment(transaction_id, **changes)).SerializeToString()


def loan(*parties: pb.PartyRole, **changes: Any) -> bytes:
    return fact("b", "B", registered=registered(*parties, **changes)).SerializeToString()


def plain(**fields: Any) -> bytes:
    return changed(fact("b", snapshot=snapshot()), **fields).SerializeToString()


def over(**told: Any) -> bytes:
    taken_over = pb.LoanTakenOver(**({"on": "2026-03-01"} | told))
    return fact("b", taken_over=taken_over).SerializeToString()


def plan(total: int, *due: tuple[str, int]) -> pb.TakenOverAgreement:
    instalments = [pb.AgreedInstalment(due_on=on, amount_minor=amount) for on, amount in due]
    return pb.TakenOverAgreement(
        kind="plan", party_ref="P1", total_minor=total, instalments=instalments
    )


def notice(ref: str = "P1", kind: str = "demand", **changes: Any) -> pb.TakenOverNotice:
    return pb.TakenOverNotice(kind=kind, party_ref=ref, sent_at=stamp(NOW), **changes)


def who(**changes: Any) -> bytes:
    return person("b", "B", **changes).SerializeToString()


def point(kind: str, value: str, ref: str = "c1") -> pb.ContactPoint:
    return pb.ContactPoint(point_ref=ref, kind=kind, value=value)


WHOLE = fact("b", snapshot=snapshot()).SerializeToString()
DEAD, INVALID = "dead_lettered", "quarantined intake/invalid_field"
FACTS: list[tuple[str, bytes | None, str]] = [
    ("empty value", b"", DEAD),
    ("no value: a tombstone", None, DEAD),
    ("0xff bytes", b"\xff" * 64, DEAD),
    ("zero bytes", bytes(64), DEAD),
    ("text", b"hello, is this the bank?", DEAD),
    ("JSON on the Protobuf topic", b'{"event_id": "b", "tenant": "demo"}', DEAD),
    ("truncated message", WHOLE[:-7], DEAD),
    ("message with a tail of another", WHOLE + b"\x0a\x7f", DEAD),
    ("text field that is not UTF-8", b"\x0a\x02\xff\xfe", DEAD),
    ("groups nested 10,000 deep", b"\x0b" * 10_000, DEAD),
    ("nothing but a field nobody knows", b"\xc2\x0c\x03abc", DEAD),
    ("a person on the facts' topic", who(), DEAD),
    ("no event id", plain(event_id=""), INVALID),
    ("event id of 101 letters", plain(event_id="e" * 101), INVALID),
    ("event id of a million letters", plain(event_id="e" * 10**6), INVALID),
    ("event id with a NUL", plain(event_id="b\0"), "quarantined intake/unclear_identifier"),
    ("no tenant", plain(tenant=""), "quarantined intake/unknown_tenant"),
    ("unknown tenant", plain(tenant="nobody"), "quarantined intake/unknown_tenant"),
    ("tenant that climbs", plain(tenant="../demo"), "quarantined intake/unknown_tenant"),
    ("no loan reference", plain(loan_ref=""), INVALID),
    ("loan reference with a NUL", plain(loan_ref="L\0"), "quarantined intake/unclear_identifier"),
    ("zero-width space", plain(loan_ref="L\u200b1"), "quarantined intake/unclear_identifier"),
    ("outer blank", plain(loan_ref=" L1"), "quarantined intake/unclear_identifier"),
    ("decomposed letter", plain(loan_ref="e\u0301"), "quarantined intake/unclear_identifier"),
    ("loan of another tenant", plain(loan_ref="U1"), "quarantined intake/unknown_loan"),
    ("negative sequence", plain(sequence=-1), INVALID),
    ("no instant", plain(occurred_at=None), INVALID),
    ("instant in the year 9999", plain(occurred_at=stamp(datetime(9999, 12, 31, tzinfo=UTC))),
     "quarantined intake/instant_out_of_range"),
    ("instant beyond all calendars", plain(occurred_at=Timestamp(seconds=HUGE)),
     "quarantined intake/instant_out_of_range"),
    ("instant with too many nanoseconds", plain(occurred_at=Timestamp(seconds=10**9, nanos=-1)),
     "quarantined intake/instant_out_of_range"),
    ("no fact", plain(fact=None), INVALID),
    ("fact of no kind", fact("b").SerializeToString(), INVALID),
    ("31 February", snap(as_of="2026-02-31"), "quarantined intake/no_such_date"),
    ("date in words", snap(as_of="yesterday"), INVALID),
    ("date in full-width digits", snap(as_of="２０２６-03-09"), INVALID),
    ("date in the year 9999", snap(as_of="9999-12-31"), "quarantined intake/future_date"),
    ("date in the year 0000", snap(as_of="0000-01-01"), "quarantined intake/no_such_date"),
    ("date in the year 1026", snap(as_of="1026-03-09"), "quarantined intake/date_out_of_range"),
    ("date after tomorrow", snap(as_of="2026-03-12"), "quarantined intake/future_date"),
    ("due after the snapshot", snap(oldest_unpaid_due_on="2026-03-10"),
     "quarantined intake/due_after_snapshot"),
    ("overdue since no date", snap(oldest_unpaid_due_on=""),
     "quarantined intake/overdue_without_date"),
    ("300 days told as 5", snap(oldest_unpaid_due_on="2025-05-13", days_past_due=5),
     "quarantined intake/days_past_due_differ"),
    ("20,001 days past due", snap(days_past_due=20_001), INVALID),
    ("121 days of grace", snap(grace_days=121), INVALID),
    ("negative overdue", snap(overdue_principal_minor=-1), INVALID),
    ("overdue of 2**63 - 1", snap(overdue_interest_minor=HUGE),
     "quarantined intake/amount_out_of_range"),
    ("balance of -2**63", snap(balance_minor=-HUGE - 1), "quarantined intake/amount_out_of_range"),
    ("more overdue than owed", snap(balance_minor=99), "quarantined intake/overdue_above_balance"),
    ("small letters for a currency", snap(currency="cny"), INVALID),
    ("another currency than the loan's", snap(currency="USD"), "quarantined intake/other_currency"),
    ("bidirectional override", snap(bucket="M1\u202e"), "quarantined intake/unprintable_text"),
    ("payment of nothing", paid(amount_minor=0), INVALID),
    ("negative payment", paid(amount_minor=-1), INVALID),
    ("payment of 2**63 - 1", paid(amount_minor=HUGE), INVALID),
    ("payment of next year", paid(effective_on="2027-03-10"), "quarantined intake/future_date"),
    ("payment of another amount", paid(transaction_id="known", amount_minor=7),
     "quarantined intake/transaction_contradicts"),
    ("reversal of a part", fact("b", payment_reversed=reversal("known", amount_minor=7))
     .SerializeToString(), "quarantined intake/reversal_mismatch"),
    ("thirteenth month", fact("b", payment_reversed=reversal("x", restored_due_on="2026-13-01"))
     .SerializeToString(), "quarantined intake/no_such_date"),
    ("instalment number 0", fact("b", instalment_due=pb.InstalmentDue(
        number=0, due_on="2026-04-01", principal_minor=1, currency="CNY")).SerializeToString(),
     INVALID),
    ("instalment of nothing", fact("b", instalment_due=pb.InstalmentDue(
        number=1, due_on="2026-04-01", currency="CNY")).SerializeToString(),
     "quarantined intake/nothing_due"),
    ("no parties", fact("b", "B", registered=pb.LoanRegistered(
        product="card", segment="individual", currency="CNY")).SerializeToString(), INVALID),
    ("51 parties", loan(*(party(f"P{n}") for n in range(51))), INVALID),
    ("nobody borrowed", loan(party(role="contact")), "quarantined intake/no_borrower"),
    ("a party twice", loan(party(), party()), "quarantined intake/repeated_party"),
    ("unknown role", loan(party(role="enemy")), INVALID),
    ("language that drops a table", loan(pb.PartyRole(
        party_ref="P", role="borrower", kind="person", language="zh'; DROP TABLE loan; --")),
     INVALID),
    ("unknown product", loan(product="gold_bar"), "quarantined intake/unknown_product"),
    ("unknown segment", loan(segment="' OR 1=1"), INVALID),
    ("card number for a branch", loan(branch="4111 1111 1111 1111"),
     "quarantined intake/card_number"),
    ("currency of the loan changes", fact("b", registered=registered(currency="USD"))
     .SerializeToString(), "quarantined intake/currency_changed"),
    ("proof about a stranger", over(notices=[notice("P9")]), "quarantined intake/unknown_party"),
    ("delivered before sent", over(notices=[notice(delivered_at=stamp(NOW - timedelta(days=1)))]),
     "quarantined intake/delivered_before_sent"),
    ("agreement that does not add up", over(agreement=plan(9, ("2026-04-01", 5))),
     "quarantined intake/agreement_does_not_add_up"),
    ("instalments out of order", over(agreement=plan(9, ("2026-05-01", 5), ("2026-04-01", 4))),
     "quarantined intake/instalments_out_of_order"),
    ("matter opened after the take-over", over(
        matter=pb.TakenOverMatter(status="open", opened_on="2026-03-02")),
     "quarantined intake/matter_after_take_over"),
    ("notice named by a script", over(notices=[notice(kind="<script>")]), INVALID),
    ("SQL for a loan reference is a reference",
     fact("ok1", "'; DROP TABLE loan; --", registered=registered()).SerializeToString(), "applied"),
    ("a card number for a loan reference is a reference",
     fact("ok2", "4111111111111111", registered=registered()).SerializeToString(), "applied"),
    ("a credit balance is a balance", fact("ok3", balance_changed=pb.BalanceChanged(
        as_of="2026-03-09", balance_minor=-5, currency="CNY")).SerializeToString(), "applied"),
    ("fields of a later version are let pass",
     fact("ok4", closed=pb.LoanClosed(on="2026-03-09")).SerializeToString() + b"\xc2\x0c\x03abc",
     "applied"),
]  # fmt: skip
PEOPLE: list[tuple[str, bytes | None, str]] = [
    ("a fact on the people's topic", WHOLE, DEAD),
    ("no name", who(name=""), INVALID),
    ("201 letters of a name", who(name="n" * 201), INVALID),
    ("NUL in a name", who(name="Lin\0"), "quarantined intake/unprintable_text"),
    ("zone that climbs", who(time_zone="../../etc/passwd"), "quarantined intake/unknown_time_zone"),
    ("41 contact points", who(points=[point("push", "x", f"c{n}") for n in range(41)]), INVALID),
    ("one point twice", who(points=[point("push", "x")] * 2), "quarantined intake/repeated_point"),
    ("telephone in words", who(points=[point("phone", "call me maybe")]),
     "quarantined intake/implausible_point"),
    ("e-mail with a header inside", who(points=[point("email", "a@example.test\nBcc: all@x")]),
     "quarantined intake/unprintable_text"),
    ("pigeon post", who(points=[point("pigeon", "coo")]), INVALID),
]  # fmt: skip


class RollBack(Exception):
    """Ends a row without a trace, so that rows do not know of each other."""


async def through_kafka(context: Context, topic: str, value: bytes | None) -> str:
    """What became of one record: the disposition by which a count rose, and the reason's code."""
    raw = Raw(topic, 0, 1, 1_700_000_000_000, b"key", value, [("ce_tenant", b"demo")])
    door = KafkaDoor(open_reception(context.settings, context.clock))
    facts = topic == FACTS_TOPIC
    try:
        record = decode_fact(raw) if facts else decode_person(raw)
    except Undecodable as error:
        assert str(error)
        return DEAD
    outcome = ""
    with suppress(RollBack):
        async with context.database.transaction() as session:
            before = await counts(session, "demo")
            await (door.on_facts if facts else door.on_people)(session, [record])
            after = await counts(session, "demo")
            (kind,) = [kind for kind in before if before[kind] != after[kind]]
            rose = [name for name in NAMES[1:] if after[kind][name] > before[kind][name]]
            query = text("SELECT code, reason FROM quarantine ORDER BY seq DESC LIMIT 1")
            refusal = (await session.execute(query)).one_or_none()
            assert refusal is None or len(refusal.reason) > 20
            outcome = " ".join([*rose, *([refusal.code] if refusal else [])])
            raise RollBack
    return outcome


@pytest.mark.parametrize(
    ("value", "outcome"), [row[1:] for row in FACTS], ids=[row[0] for row in FACTS]
)
async def test_a_fact_by_kafka(context: Context, value: bytes | None, outcome: str) -> None:
    assert await through_kafka(context, FACTS_TOPIC, value) == outcome


@pytest.mark.parametrize(
    ("value", "outcome"), [row[1:] for row in PEOPLE], ids=[row[0] for row in PEOPLE]
)
async def test_a_person_by_kafka(context: Context, value: bytes | None, outcome: str) -> None:
    assert await through_kafka(context, PEOPLE_TOPIC, value) == outcome


def test_the_table_is_long_enough_and_every_row_has_a_name_of_its_own() -> None:
    names = [row[0] for row in [*FACTS, *PEOPLE]]
    assert len(set(names)) == len(names) >= 80
