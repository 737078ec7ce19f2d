"""What follows from a reply at once, before any person has read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from interfaces.values import HoldKind


class ReplyKind(StrEnum):
    PAID = "paid"
    PROMISE = "promise"
    HARDSHIP = "hardship"
    DISPUTE = "dispute"
    COMPLAINT = "complaint"
    STOP = "stop"
    WRONG_PERSON = "wrong_person"
    REPRESENTED = "represented"
    ABUSE = "abuse"
    QUESTION = "question"
    CALLBACK = "callback"
    BEREAVEMENT = "bereavement"
    SELF_HARM = "self_harm"
    CIRCUMSTANCES = "circumstances"
    UNCLEAR = "unclear"


# A bereavement holds the party until a person has looked: nobody writes to the dead. It is not yet
# a death of the party's: the writer may live and mourn another, and a death opens much.
HOLD_OF: dict[ReplyKind, HoldKind] = {
    ReplyKind.HARDSHIP: HoldKind.HARDSHIP_REVIEW,
    ReplyKind.DISPUTE: HoldKind.DISPUTE,
    ReplyKind.COMPLAINT: HoldKind.COMPLAINT,
    ReplyKind.REPRESENTED: HoldKind.REPRESENTED,
    ReplyKind.BEREAVEMENT: HoldKind.BEREAVEMENT,
    ReplyKind.SELF_HARM: HoldKind.VULNERABILITY,
}
_OF_THE_LOAN = frozenset({HoldKind.DISPUTE})
_SAYS_NOTHING = frozenset(
    {ReplyKind.STOP, ReplyKind.WRONG_PERSON, ReplyKind.UNCLEAR, ReplyKind.ABUSE}
)
# A machine must not answer these: a person speaks first, or nobody does.
_FOR_PEOPLE = frozenset(
    {ReplyKind.STOP, ReplyKind.WRONG_PERSON, ReplyKind.BEREAVEMENT, ReplyKind.SELF_HARM}
)
# What a debtor alone says: beside it, "wrong person" may be a word list's mistake. A complaint is
# not among them; strangers complain too.
OF_A_DEBTOR = frozenset(
    {
        ReplyKind.PAID,
        ReplyKind.PROMISE,
        ReplyKind.HARDSHIP,
        ReplyKind.DISPUTE,
        ReplyKind.REPRESENTED,
        ReplyKind.CALLBACK,
        ReplyKind.BEREAVEMENT,
        ReplyKind.SELF_HARM,
        ReplyKind.CIRCUMSTANCES,
    }
)
# Nobody says these for another: in a call or a visit, only who was spoken with as the person meant.
OF_THE_PERSON_ALONE = frozenset({ReplyKind.PROMISE, ReplyKind.CIRCUMSTANCES})
_TELLS_CIRCUMSTANCES = frozenset({ReplyKind.CIRCUMSTANCES, ReplyKind.HARDSHIP})


@dataclass(frozen=True)
class Consequences:
    """`holds` pairs each kind with whether it holds the whole loan (else the party alone);
    `may_answer` says whether a question in it may be answered by itself."""

    opts_out: bool
    disowns_point: bool
    answers_circumstances: bool
    holds: tuple[tuple[HoldKind, bool], ...]
    may_answer: bool = True


def is_in_doubt(kinds: Collection[ReplyKind], *, asks_own: bool) -> bool:
    """Whether words that disown a point also say what a debtor says. `asks_own`: they ask after the
    loan's own balance, due date or way to pay."""
    is_debtors = asks_own or bool(OF_A_DEBTOR.intersection(kinds))
    return ReplyKind.WRONG_PERSON in kinds and is_debtors


def consequences(
    kinds: Collection[ReplyKind],
    *,
    was_asked: bool,
    is_by_person: bool = False,
    asks_own: bool = False,
) -> Consequences:
    """`was_asked`: the party was asked after its circumstances in this episode, so that any
    meaningful answer counts as one.

    A wrong person answers for nobody, and holds nobody where a person read it so; what word lists
    read keeps its holds, and disowns no point while in doubt. News of a death is of the debtor,
    whoever brings it.
    """
    is_stranger = ReplyKind.WRONG_PERSON in kinds
    holding = {kind for kind in kinds if kind in HOLD_OF}
    if is_stranger and is_by_person:
        holding &= {ReplyKind.BEREAVEMENT}
    kept = sorted({HOLD_OF[kind] for kind in holding})
    tells = bool(_TELLS_CIRCUMSTANCES.intersection(kinds))
    answers = was_asked and not set(kinds) <= _SAYS_NOTHING
    return Consequences(
        opts_out=ReplyKind.STOP in kinds,
        disowns_point=is_stranger and (is_by_person or not is_in_doubt(kinds, asks_own=asks_own)),
        answers_circumstances=not is_stranger and (tells or answers),
        holds=tuple((kind, kind in _OF_THE_LOAN) for kind in kept),
        may_answer=not _FOR_PEOPLE.intersection(kinds),
    )
