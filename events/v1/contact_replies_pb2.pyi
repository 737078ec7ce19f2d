import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReplyLabel(_message.Message):
    __slots__ = ("label", "confidence_percent")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_PERCENT_FIELD_NUMBER: _ClassVar[int]
    label: str
    confidence_percent: int
    def __init__(self, label: _Optional[str] = ..., confidence_percent: _Optional[int] = ...) -> None: ...

class ReplyUnderstood(_message.Message):
    __slots__ = ("reply_id", "party_id", "channel", "revision", "labels", "topics", "promised_minor", "currency", "promised_on", "is_by_person", "at", "is_promise_complete")
    REPLY_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    PROMISED_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PROMISED_ON_FIELD_NUMBER: _ClassVar[int]
    IS_BY_PERSON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    IS_PROMISE_COMPLETE_FIELD_NUMBER: _ClassVar[int]
    reply_id: str
    party_id: str
    channel: str
    revision: int
    labels: _containers.RepeatedCompositeFieldContainer[ReplyLabel]
    topics: _containers.RepeatedScalarFieldContainer[str]
    promised_minor: int
    currency: str
    promised_on: str
    is_by_person: bool
    at: _timestamp_pb2.Timestamp
    is_promise_complete: bool
    def __init__(self, reply_id: _Optional[str] = ..., party_id: _Optional[str] = ..., channel: _Optional[str] = ..., revision: _Optional[int] = ..., labels: _Optional[_Iterable[_Union[ReplyLabel, _Mapping]]] = ..., topics: _Optional[_Iterable[str]] = ..., promised_minor: _Optional[int] = ..., currency: _Optional[str] = ..., promised_on: _Optional[str] = ..., is_by_person: _Optional[bool] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., is_promise_complete: _Optional[bool] = ...) -> None: ...
