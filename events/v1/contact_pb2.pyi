import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StandingChanged(_message.Message):
    __slots__ = ("position_version", "episode", "closed_episode", "is_stopped", "because", "at", "accepted_wall_at", "stood_wall_at")
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_EPISODE_FIELD_NUMBER: _ClassVar[int]
    IS_STOPPED_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_WALL_AT_FIELD_NUMBER: _ClassVar[int]
    STOOD_WALL_AT_FIELD_NUMBER: _ClassVar[int]
    position_version: int
    episode: int
    closed_episode: int
    is_stopped: bool
    because: str
    at: _timestamp_pb2.Timestamp
    accepted_wall_at: _timestamp_pb2.Timestamp
    stood_wall_at: _timestamp_pb2.Timestamp
    def __init__(self, position_version: _Optional[int] = ..., episode: _Optional[int] = ..., closed_episode: _Optional[int] = ..., is_stopped: _Optional[bool] = ..., because: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepted_wall_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stood_wall_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HoldInterval(_message.Message):
    __slots__ = ("hold_id", "kind", "party_id", "blocks", "from_at", "until_at", "review_at", "amount_minor", "has_no_estate")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    FROM_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_AT_FIELD_NUMBER: _ClassVar[int]
    REVIEW_AT_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    HAS_NO_ESTATE_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    kind: str
    party_id: str
    blocks: _containers.RepeatedScalarFieldContainer[str]
    from_at: _timestamp_pb2.Timestamp
    until_at: _timestamp_pb2.Timestamp
    review_at: _timestamp_pb2.Timestamp
    amount_minor: int
    has_no_estate: bool
    def __init__(self, hold_id: _Optional[str] = ..., kind: _Optional[str] = ..., party_id: _Optional[str] = ..., blocks: _Optional[_Iterable[str]] = ..., from_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., review_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., amount_minor: _Optional[int] = ..., has_no_estate: _Optional[bool] = ...) -> None: ...

class HoldsChanged(_message.Message):
    __slots__ = ("intervals", "at")
    INTERVALS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    intervals: _containers.RepeatedCompositeFieldContainer[HoldInterval]
    at: _timestamp_pb2.Timestamp
    def __init__(self, intervals: _Optional[_Iterable[_Union[HoldInterval, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NoticeProgress(_message.Message):
    __slots__ = ("kind", "party_id", "channel", "status", "sent_at", "delivered_at")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_AT_FIELD_NUMBER: _ClassVar[int]
    kind: str
    party_id: str
    channel: str
    status: str
    sent_at: _timestamp_pb2.Timestamp
    delivered_at: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[str] = ..., party_id: _Optional[str] = ..., channel: _Optional[str] = ..., status: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., delivered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CircumstancesAsked(_message.Message):
    __slots__ = ("party_id", "answered_at", "channels_tried")
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_TRIED_FIELD_NUMBER: _ClassVar[int]
    party_id: str
    answered_at: _timestamp_pb2.Timestamp
    channels_tried: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, party_id: _Optional[str] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., channels_tried: _Optional[_Iterable[str]] = ...) -> None: ...

class WishSettled(_message.Message):
    __slots__ = ("key", "status", "rule_id", "because", "next_allowed_at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    NEXT_ALLOWED_AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    status: str
    rule_id: str
    because: str
    next_allowed_at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., status: _Optional[str] = ..., rule_id: _Optional[str] = ..., because: _Optional[str] = ..., next_allowed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ContactProgressed(_message.Message):
    __slots__ = ("notices", "circumstances", "at", "episode", "settled")
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    CIRCUMSTANCES_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    notices: _containers.RepeatedCompositeFieldContainer[NoticeProgress]
    circumstances: _containers.RepeatedCompositeFieldContainer[CircumstancesAsked]
    at: _timestamp_pb2.Timestamp
    episode: int
    settled: _containers.RepeatedCompositeFieldContainer[WishSettled]
    def __init__(self, notices: _Optional[_Iterable[_Union[NoticeProgress, _Mapping]]] = ..., circumstances: _Optional[_Iterable[_Union[CircumstancesAsked, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., episode: _Optional[int] = ..., settled: _Optional[_Iterable[_Union[WishSettled, _Mapping]]] = ...) -> None: ...

class TouchConfirmed(_message.Message):
    __slots__ = ("attempt_id", "key", "party_id", "role", "channel", "purpose", "template", "episode", "position_version", "rule_pack", "at", "due_at", "lag_wall_ms")
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    RULE_PACK_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    LAG_WALL_MS_FIELD_NUMBER: _ClassVar[int]
    attempt_id: str
    key: str
    party_id: str
    role: str
    channel: str
    purpose: str
    template: str
    episode: int
    position_version: int
    rule_pack: str
    at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    lag_wall_ms: int
    def __init__(self, attempt_id: _Optional[str] = ..., key: _Optional[str] = ..., party_id: _Optional[str] = ..., role: _Optional[str] = ..., channel: _Optional[str] = ..., purpose: _Optional[str] = ..., template: _Optional[str] = ..., episode: _Optional[int] = ..., position_version: _Optional[int] = ..., rule_pack: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lag_wall_ms: _Optional[int] = ...) -> None: ...

class TouchRefused(_message.Message):
    __slots__ = ("key", "party_id", "role", "channel", "purpose", "rule_id", "because", "rule_pack", "at", "next_allowed_at", "episode", "position_version")
    KEY_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    RULE_PACK_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_ALLOWED_AT_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    key: str
    party_id: str
    role: str
    channel: str
    purpose: str
    rule_id: str
    because: str
    rule_pack: str
    at: _timestamp_pb2.Timestamp
    next_allowed_at: _timestamp_pb2.Timestamp
    episode: int
    position_version: int
    def __init__(self, key: _Optional[str] = ..., party_id: _Optional[str] = ..., role: _Optional[str] = ..., channel: _Optional[str] = ..., purpose: _Optional[str] = ..., rule_id: _Optional[str] = ..., because: _Optional[str] = ..., rule_pack: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_allowed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., episode: _Optional[int] = ..., position_version: _Optional[int] = ...) -> None: ...

class TouchReleased(_message.Message):
    __slots__ = ("key", "because", "at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    because: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., because: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AttemptRecorded(_message.Message):
    __slots__ = ("attempt_id", "party_id", "channel", "direction", "outcome", "at")
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    attempt_id: str
    party_id: str
    channel: str
    direction: str
    outcome: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, attempt_id: _Optional[str] = ..., party_id: _Optional[str] = ..., channel: _Optional[str] = ..., direction: _Optional[str] = ..., outcome: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReplyReceived(_message.Message):
    __slots__ = ("reply_id", "party_id", "channel", "kinds", "at")
    REPLY_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    reply_id: str
    party_id: str
    channel: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    at: _timestamp_pb2.Timestamp
    def __init__(self, reply_id: _Optional[str] = ..., party_id: _Optional[str] = ..., channel: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
