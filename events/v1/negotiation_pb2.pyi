import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgreedAmount(_message.Message):
    __slots__ = ("due_on", "amount_minor", "paid_minor")
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    due_on: str
    amount_minor: int
    paid_minor: int
    def __init__(self, due_on: _Optional[str] = ..., amount_minor: _Optional[int] = ..., paid_minor: _Optional[int] = ...) -> None: ...

class AgreementChanged(_message.Message):
    __slots__ = ("agreement_id", "kind", "status", "change", "party_id", "currency", "total_minor", "paid_minor", "next_due_on", "judge_at", "rounds", "schedule", "at", "waived_minor")
    AGREEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    NEXT_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    JUDGE_AT_FIELD_NUMBER: _ClassVar[int]
    ROUNDS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    WAIVED_MINOR_FIELD_NUMBER: _ClassVar[int]
    agreement_id: str
    kind: str
    status: str
    change: str
    party_id: str
    currency: str
    total_minor: int
    paid_minor: int
    next_due_on: str
    judge_at: _timestamp_pb2.Timestamp
    rounds: int
    schedule: _containers.RepeatedCompositeFieldContainer[AgreedAmount]
    at: _timestamp_pb2.Timestamp
    waived_minor: int
    def __init__(self, agreement_id: _Optional[str] = ..., kind: _Optional[str] = ..., status: _Optional[str] = ..., change: _Optional[str] = ..., party_id: _Optional[str] = ..., currency: _Optional[str] = ..., total_minor: _Optional[int] = ..., paid_minor: _Optional[int] = ..., next_due_on: _Optional[str] = ..., judge_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., rounds: _Optional[int] = ..., schedule: _Optional[_Iterable[_Union[AgreedAmount, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., waived_minor: _Optional[int] = ...) -> None: ...

class PromiseNotTaken(_message.Message):
    __slots__ = ("reply_id", "revision", "party_id", "code", "promised_minor", "currency", "promised_on", "at")
    REPLY_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PROMISED_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    PROMISED_ON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    reply_id: str
    revision: int
    party_id: str
    code: str
    promised_minor: int
    currency: str
    promised_on: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, reply_id: _Optional[str] = ..., revision: _Optional[int] = ..., party_id: _Optional[str] = ..., code: _Optional[str] = ..., promised_minor: _Optional[int] = ..., currency: _Optional[str] = ..., promised_on: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
