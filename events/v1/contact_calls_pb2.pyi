import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CallQueued(_message.Message):
    __slots__ = ("call_id", "party_id", "direction", "touch_keys", "due_at", "at")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    TOUCH_KEYS_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    party_id: str
    direction: str
    touch_keys: _containers.RepeatedScalarFieldContainer[str]
    due_at: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, call_id: _Optional[str] = ..., party_id: _Optional[str] = ..., direction: _Optional[str] = ..., touch_keys: _Optional[_Iterable[str]] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallClaimed(_message.Message):
    __slots__ = ("call_id", "party_id", "collector_id", "at")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    COLLECTOR_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    party_id: str
    collector_id: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, call_id: _Optional[str] = ..., party_id: _Optional[str] = ..., collector_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallReleased(_message.Message):
    __slots__ = ("call_id", "party_id", "collector_id", "reason", "state", "not_before", "at")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    COLLECTOR_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    party_id: str
    collector_id: str
    reason: str
    state: str
    not_before: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, call_id: _Optional[str] = ..., party_id: _Optional[str] = ..., collector_id: _Optional[str] = ..., reason: _Optional[str] = ..., state: _Optional[str] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CallDisposed(_message.Message):
    __slots__ = ("call_id", "party_id", "collector_id", "attempt_id", "code", "codes_version", "outcome", "next_action", "next_at", "next_channel", "recording_id", "at")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    COLLECTOR_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODES_VERSION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    NEXT_ACTION_FIELD_NUMBER: _ClassVar[int]
    NEXT_AT_FIELD_NUMBER: _ClassVar[int]
    NEXT_CHANNEL_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    party_id: str
    collector_id: str
    attempt_id: str
    code: str
    codes_version: int
    outcome: str
    next_action: str
    next_at: _timestamp_pb2.Timestamp
    next_channel: str
    recording_id: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, call_id: _Optional[str] = ..., party_id: _Optional[str] = ..., collector_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., code: _Optional[str] = ..., codes_version: _Optional[int] = ..., outcome: _Optional[str] = ..., next_action: _Optional[str] = ..., next_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_channel: _Optional[str] = ..., recording_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RecordingMissing(_message.Message):
    __slots__ = ("call_id", "party_id", "attempt_id", "recording_id", "at")
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_ID_FIELD_NUMBER: _ClassVar[int]
    RECORDING_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    party_id: str
    attempt_id: str
    recording_id: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, call_id: _Optional[str] = ..., party_id: _Optional[str] = ..., attempt_id: _Optional[str] = ..., recording_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
