import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReachabilityChanged(_message.Message):
    __slots__ = ("party_id", "state", "failures", "since", "at")
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    party_id: str
    state: str
    failures: int
    since: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, party_id: _Optional[str] = ..., state: _Optional[str] = ..., failures: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GrievanceChanged(_message.Message):
    __slots__ = ("grievance_id", "kind", "party_id", "hold_id", "due_at", "outcome", "at")
    GRIEVANCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    grievance_id: str
    kind: str
    party_id: str
    hold_id: str
    due_at: _timestamp_pb2.Timestamp
    outcome: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, grievance_id: _Optional[str] = ..., kind: _Optional[str] = ..., party_id: _Optional[str] = ..., hold_id: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., outcome: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OverrideChanged(_message.Message):
    __slots__ = ("override_id", "rule_id", "party_id", "loan_id", "channel", "from_at", "until_at", "at")
    OVERRIDE_ID_FIELD_NUMBER: _ClassVar[int]
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    LOAN_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    FROM_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_AT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    override_id: str
    rule_id: str
    party_id: str
    loan_id: str
    channel: str
    from_at: _timestamp_pb2.Timestamp
    until_at: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, override_id: _Optional[str] = ..., rule_id: _Optional[str] = ..., party_id: _Optional[str] = ..., loan_id: _Optional[str] = ..., channel: _Optional[str] = ..., from_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GrievanceOverdue(_message.Message):
    __slots__ = ("grievance_id", "kind", "party_id", "due_at", "at")
    GRIEVANCE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    DUE_AT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    grievance_id: str
    kind: str
    party_id: str
    due_at: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, grievance_id: _Optional[str] = ..., kind: _Optional[str] = ..., party_id: _Optional[str] = ..., due_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TreatmentReviewDue(_message.Message):
    __slots__ = ("record_id", "party_id", "review_at", "at")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    REVIEW_AT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    party_id: str
    review_at: _timestamp_pb2.Timestamp
    at: _timestamp_pb2.Timestamp
    def __init__(self, record_id: _Optional[str] = ..., party_id: _Optional[str] = ..., review_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CustomerRecordChanged(_message.Message):
    __slots__ = ("party_id", "kind", "record_id", "is_ended", "at")
    PARTY_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    IS_ENDED_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    party_id: str
    kind: str
    record_id: str
    is_ended: bool
    at: _timestamp_pb2.Timestamp
    def __init__(self, party_id: _Optional[str] = ..., kind: _Optional[str] = ..., record_id: _Optional[str] = ..., is_ended: _Optional[bool] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
