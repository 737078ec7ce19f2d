import datetime

from events.v1 import bank_pb2 as _bank_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoanFactAccepted(_message.Message):
    __slots__ = ("fact_id", "sequence", "occurred_at", "accepted_at", "accepted_wall_at", "fact")
    FACT_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_WALL_AT_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    fact_id: str
    sequence: int
    occurred_at: _timestamp_pb2.Timestamp
    accepted_at: _timestamp_pb2.Timestamp
    accepted_wall_at: _timestamp_pb2.Timestamp
    fact: _bank_pb2.LoanFact
    def __init__(self, fact_id: _Optional[str] = ..., sequence: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepted_wall_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fact: _Optional[_Union[_bank_pb2.LoanFact, _Mapping]] = ...) -> None: ...

class PersonSealed(_message.Message):
    __slots__ = ("party_id", "sequence", "accepted_at", "sealed_person")
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    SEALED_PERSON_FIELD_NUMBER: _ClassVar[int]
    party_id: str
    sequence: int
    accepted_at: _timestamp_pb2.Timestamp
    sealed_person: bytes
    def __init__(self, party_id: _Optional[str] = ..., sequence: _Optional[int] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., sealed_person: _Optional[bytes] = ...) -> None: ...
