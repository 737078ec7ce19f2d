import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Placement(_message.Message):
    __slots__ = ("placement_id", "agency_id", "status", "purposes", "from_at", "until_at", "recall_cause", "bank_keeps_contact", "data_due_at")
    PLACEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENCY_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PURPOSES_FIELD_NUMBER: _ClassVar[int]
    FROM_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_AT_FIELD_NUMBER: _ClassVar[int]
    RECALL_CAUSE_FIELD_NUMBER: _ClassVar[int]
    BANK_KEEPS_CONTACT_FIELD_NUMBER: _ClassVar[int]
    DATA_DUE_AT_FIELD_NUMBER: _ClassVar[int]
    placement_id: str
    agency_id: str
    status: str
    purposes: _containers.RepeatedScalarFieldContainer[str]
    from_at: _timestamp_pb2.Timestamp
    until_at: _timestamp_pb2.Timestamp
    recall_cause: str
    bank_keeps_contact: bool
    data_due_at: _timestamp_pb2.Timestamp
    def __init__(self, placement_id: _Optional[str] = ..., agency_id: _Optional[str] = ..., status: _Optional[str] = ..., purposes: _Optional[_Iterable[str]] = ..., from_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recall_cause: _Optional[str] = ..., bank_keeps_contact: _Optional[bool] = ..., data_due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PlacementChanged(_message.Message):
    __slots__ = ("placements", "at")
    PLACEMENTS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    placements: _containers.RepeatedCompositeFieldContainer[Placement]
    at: _timestamp_pb2.Timestamp
    def __init__(self, placements: _Optional[_Iterable[_Union[Placement, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DataReturned(_message.Message):
    __slots__ = ("placement_id", "agency_id", "manner", "data_kinds", "at")
    PLACEMENT_ID_FIELD_NUMBER: _ClassVar[int]
    AGENCY_ID_FIELD_NUMBER: _ClassVar[int]
    MANNER_FIELD_NUMBER: _ClassVar[int]
    DATA_KINDS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    placement_id: str
    agency_id: str
    manner: str
    data_kinds: _containers.RepeatedScalarFieldContainer[str]
    at: _timestamp_pb2.Timestamp
    def __init__(self, placement_id: _Optional[str] = ..., agency_id: _Optional[str] = ..., manner: _Optional[str] = ..., data_kinds: _Optional[_Iterable[str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DutyMissed(_message.Message):
    __slots__ = ("kind", "rule_id", "party_id", "occasion", "owed_by", "at", "because")
    KIND_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    OCCASION_FIELD_NUMBER: _ClassVar[int]
    OWED_BY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    rule_id: str
    party_id: str
    occasion: str
    owed_by: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    because: str
    def __init__(self, kind: _Optional[str] = ..., rule_id: _Optional[str] = ..., party_id: _Optional[str] = ..., occasion: _Optional[str] = ..., owed_by: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., because: _Optional[str] = ...) -> None: ...
