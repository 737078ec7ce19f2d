"""What a mail server's refusal says: that there is nobody at the address, or that sending failed.

Policy, spam, a full mailbox and a relay that is denied (RFC 3463: 5.2, 5.3, 5.4, 5.7) say nothing
of the person. Only the first kind may ever count towards being unreachable.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

# A block may be lifted within the hour, and a server that answers wrongly be mended.
REFUSALS_MIN, REFUSED_FOR_MIN = 3, timedelta(hours=1)
_STATUS = re.compile(r"(?<![\d.])5\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_ADDRESSING = 1
# 5.1.7 and 5.1.8 are about the sender's own address.
_OF_THE_SENDER = frozenset({7, 8})
_WHO = r"(?:user|mailbox|recipient|address|account|person|addressee)"
_NOBODY = re.compile(
    rf"(?:no such|unknown|invalid|non-?existent|no) (?:[\w-]+ )?{_WHO}\b"
    rf"|\b{_WHO}\b[^.;]{{0,60}}?\b(?:unknown|not found|not exist|doesn.t exist|invalid|not local)"
)


def status_in(answer: str) -> str:
    """The enhanced status of an answer, if it has one: all of its words that name nobody."""
    found = _STATUS.search(answer)
    return found[0] if found else ""


def is_final(refusals: int, since: datetime, now: datetime) -> bool:
    """Whether what was refused so often, and since then, is not handed over again."""
    return refusals >= REFUSALS_MIN and now - since >= REFUSED_FOR_MIN


def is_of_address(answer: str) -> bool:
    """Whether a permanent refusal, its status or its words, says that the address leads nowhere;
    when in doubt it does not."""
    words = answer.casefold()
    if codes := _STATUS.search(words):
        return int(codes[1]) == _ADDRESSING and int(codes[2]) not in _OF_THE_SENDER
    return "sender" not in words and _NOBODY.search(words) is not None
