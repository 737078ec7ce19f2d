"""What a demand to cease still does where no rule pack grants a cease of contact."""

from __future__ import annotations

from interfaces.values import Channel

# Nobody writes or calls by these any more.
OPTED_OUT_INSTEAD = (Channel.CALL, Channel.EMAIL, Channel.PUSH, Channel.SMS)
