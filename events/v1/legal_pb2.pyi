import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MatterChanged(_message.Message):
    __slots__ = ("matter_id", "status", "party_id", "deadline_at", "limitation_expires_on", "outcome", "court_reference", "currency", "claim_minor", "because", "at")
    MATTER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_AT_FIELD_NUMBER: _ClassVar[int]
    LIMITATION_EXPIRES_ON_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    COURT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    CLAIM_MINOR_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    matter_id: str
    status: str
    party_id: str
    deadline_at: _timestamp_pb2.Timestamp
    limitation_expires_on: str
    outcome: str
    court_reference: str
    currency: str
    claim_minor: int
    because: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, matter_id: _Optional[str] = ..., status: _Optional[str] = ..., party_id: _Optional[str] = ..., deadline_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., limitation_expires_on: _Optional[str] = ..., outcome: _Optional[str] = ..., court_reference: _Optional[str] = ..., currency: _Optional[str] = ..., claim_minor: _Optional[int] = ..., because: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
