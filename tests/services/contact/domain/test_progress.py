"""What is proven of notices does not depend on the order of receipts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel, NoticeStatus
from services.contact.domain.progress import (
    CircumstancesAnswer,
    Evidence,
    circumstances_of,
    notices_of,
)

START = datetime(2026, 3, 2, tzinfo=UTC)
_statuses = [status for status in NoticeStatus if status is not NoticeStatus.DEEMED]

evidence = st.builds(
    lambda party, channel, notice, status, day: Evidence(
        party, channel, notice, True, status, START + timedelta(days=day)
    ),
    st.sampled_from(["b", "g"]),
    st.sampled_from(list(Channel)),
    st.sampled_from(["demand", ""]),
    st.sampled_from(_statuses),
    st.integers(0, 9),
)


@given(st.lists(evidence, max_size=10), st.randoms(use_true_random=False))
def test_the_order_in_which_evidence_is_known_changes_nothing(items, rnd) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(items)
    rnd.shuffle(shuffled)
    assert notices_of(shuffled) == notices_of(items)
    assert circumstances_of(shuffled, ()) == circumstances_of(items, ())


@given(st.lists(evidence, max_size=10))
def test_a_notice_stands_at_the_best_of_its_tries(items: list[Evidence]) -> None:
    ranks = list(NoticeStatus)
    for notice in notices_of(items):
        tries = [e for e in items if (e.notice, e.party_id) == (notice.kind, notice.party_id)]
        assert ranks.index(notice.status) == max(ranks.index(e.status) for e in tries)


def test_a_bounce_takes_the_sending_back_and_the_next_channel_restores_it() -> None:
    bounced = Evidence("b", Channel.EMAIL, "demand", False, NoticeStatus.UNDELIVERABLE, START)
    [notice] = notices_of([bounced])
    assert (notice.status, notice.sent_at) == (NoticeStatus.UNDELIVERABLE, None)
    letter = Evidence("b", Channel.LETTER, "demand", False, NoticeStatus.SENT, START)
    [notice] = notices_of([bounced, letter])
    assert (notice.status, notice.channel) == (NoticeStatus.SENT, Channel.LETTER)


def test_the_first_answer_counts_and_channels_are_named_once() -> None:
    asked = [
        Evidence("b", channel, "", True, NoticeStatus.SENT, START)
        for channel in (Channel.SMS, Channel.CALL, Channel.SMS)
    ]
    answers = [CircumstancesAnswer("b", START + timedelta(days=day)) for day in (5, 2)]
    [found] = circumstances_of(asked, answers)
    assert found.channels_tried == (Channel.CALL, Channel.SMS)
    assert found.answered_at == START + timedelta(days=2)
