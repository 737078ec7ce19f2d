import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EpisodeOpened(_message.Message):
    __slots__ = ("episode", "position_version", "strategy_id", "strategy_version", "at")
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_ID_FIELD_NUMBER: _ClassVar[int]
    STRATEGY_VERSION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    episode: int
    position_version: int
    strategy_id: str
    strategy_version: int
    at: _timestamp_pb2.Timestamp
    def __init__(self, episode: _Optional[int] = ..., position_version: _Optional[int] = ..., strategy_id: _Optional[str] = ..., strategy_version: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CaseMoved(_message.Message):
    __slots__ = ("key", "episode", "seq", "what", "from_stage", "to_stage", "because", "position_version", "at", "due_at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    FROM_STAGE_FIELD_NUMBER: _ClassVar[int]
    TO_STAGE_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    episode: int
    seq: int
    what: str
    from_stage: str
    to_stage: str
    because: str
    position_version: int
    at: _timestamp_pb2.Timestamp
    due_at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., episode: _Optional[int] = ..., seq: _Optional[int] = ..., what: _Optional[str] = ..., from_stage: _Optional[str] = ..., to_stage: _Optional[str] = ..., because: _Optional[str] = ..., position_version: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class EpisodeClosed(_message.Message):
    __slots__ = ("key", "episode", "reason", "furthest_stage", "because", "position_version", "at")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EPISODE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    FURTHEST_STAGE_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    POSITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    key: str
    episode: int
    reason: str
    furthest_stage: str
    because: str
    position_version: int
    at: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., episode: _Optional[int] = ..., reason: _Optional[str] = ..., furthest_stage: _Optional[str] = ..., because: _Optional[str] = ..., position_version: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
