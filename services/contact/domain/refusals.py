"""What a mail server's refusal says: that there is nobody at the address, or that sending failed.

Policy, spam, a full mailbox and a relay that is denied (RFC 3463: 5.2, 5.3, 5.4, 5.7) say nothing
of the person. Only the first kind may ever count towards being unreachable.
"""

from __future__ import annotations

import re

_STATUS = re.compile(r"(?<![\d.])5\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_ADDRESSING = 1
# 5.1.7 and 5.1.8 are about the sender's own address.
_OF_THE_SENDER = frozenset({7, 8})
_WHO = r"(?:user|mailbox|recipient|address|account|person|addressee)"
_NOBODY = re.compile(
    rf"(?:no such|unknown|invalid|non-?existent|no) (?:[\w-]+ )?{_WHO}\b"
    rf"|\b{_WHO}\b[^.;]{{0,60}}?\b(?:unknown|not found|not exist|doesn.t exist|invalid|not local)"
)


def is_of_address(answer: str) -> bool:
    """Whether a permanent refusal, its status or its words, says that the address leads nowhere;
    when in doubt it does not."""
    words = answer.casefold()
    if codes := _STATUS.search(words):
        return int(codes[1]) == _ADDRESSING and int(codes[2]) not in _OF_THE_SENDER
    return "sender" not in words and _NOBODY.search(words) is not None
