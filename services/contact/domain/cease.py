"""Where a person may order all contact to cease: only where a rule pack grants that right."""

from __future__ import annotations

from interfaces.values import Channel

# 15 USC 1692c(c) and 12 CFR 1006.6(c), in the pack us-reg-f; no other pack has a cease of contact.
GRANTING_JURISDICTIONS = frozenset({"us"})
# What a cease that is not granted still does: nobody writes or calls by these any more.
OPTED_OUT_INSTEAD = (Channel.CALL, Channel.EMAIL, Channel.PUSH, Channel.SMS)


def is_granted(jurisdiction: str) -> bool:
    return jurisdiction in GRANTING_JURISDICTIONS
