"""Questions that are answered from facts: what is owed, since when, and how to pay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from interfaces.values import Channel
from services.contact.domain.standing import Amounts
from services.contact.domain.understanding.lexicon import Topic

TEMPLATES: dict[Topic, str] = {
    Topic.BALANCE: "answer_balance",
    Topic.DUE_DATE: "answer_due_date",
    Topic.HOW_TO_PAY: "answer_how_to_pay",
}
# How an answer can be sent; who asked in a call or at the door is answered there.
WRITTEN = frozenset({Channel.SMS, Channel.EMAIL, Channel.PUSH, Channel.LETTER})


@dataclass(frozen=True)
class Answer:
    """A template and the facts as they were known when the question came; whoever sends it
    looks the amounts up anew at that moment."""

    template: str
    facts: Mapping[str, object]


def answers(topics: Iterable[Topic], institution: str, amounts: Amounts) -> tuple[Answer, ...]:
    """One answer per topic that facts can answer; nothing is said of a loan nobody told of."""
    if not amounts.currency:
        return ()
    facts: Mapping[str, object] = {
        "institution": institution,
        "currency": amounts.currency,
        "overdue_minor": amounts.overdue_minor,
        "balance_minor": amounts.balance_minor,
        "minimum_due_minor": amounts.minimum_due_minor,
        "oldest_due_on": amounts.oldest_due_on.isoformat() if amounts.oldest_due_on else "",
        "as_of": amounts.as_of.isoformat() if amounts.as_of else "",
    }
    return tuple(Answer(TEMPLATES[topic], facts) for topic in topics if topic in TEMPLATES)
