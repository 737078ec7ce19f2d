import datetime

from events.v1 import bank_pb2 as _bank_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PositionChanged(_message.Message):
    __slots__ = ("disposition", "currency", "as_of", "oldest_due_on", "overdue_costs_minor", "overdue_interest_minor", "overdue_principal_minor", "balance_minor", "minimum_due_minor", "grace_days", "tolerance_minor", "disputed_minor", "is_accelerated", "last_instalment_due_on", "product", "segment", "branch", "parties", "taken_over", "reasons", "accepted_at", "accepted_wall_at", "bucket")
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    OLDEST_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_COSTS_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_INTEREST_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    BALANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_DUE_MINOR_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_MINOR_FIELD_NUMBER: _ClassVar[int]
    IS_ACCELERATED_FIELD_NUMBER: _ClassVar[int]
    LAST_INSTALMENT_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    TAKEN_OVER_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_WALL_AT_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    disposition: str
    currency: str
    as_of: str
    oldest_due_on: str
    overdue_costs_minor: int
    overdue_interest_minor: int
    overdue_principal_minor: int
    balance_minor: int
    minimum_due_minor: int
    grace_days: int
    tolerance_minor: int
    disputed_minor: int
    is_accelerated: bool
    last_instalment_due_on: str
    product: str
    segment: str
    branch: str
    parties: _containers.RepeatedCompositeFieldContainer[_bank_pb2.PartyRole]
    taken_over: _bank_pb2.LoanTakenOver
    reasons: _containers.RepeatedScalarFieldContainer[str]
    accepted_at: _timestamp_pb2.Timestamp
    accepted_wall_at: _timestamp_pb2.Timestamp
    bucket: str
    def __init__(self, disposition: _Optional[str] = ..., currency: _Optional[str] = ..., as_of: _Optional[str] = ..., oldest_due_on: _Optional[str] = ..., overdue_costs_minor: _Optional[int] = ..., overdue_interest_minor: _Optional[int] = ..., overdue_principal_minor: _Optional[int] = ..., balance_minor: _Optional[int] = ..., minimum_due_minor: _Optional[int] = ..., grace_days: _Optional[int] = ..., tolerance_minor: _Optional[int] = ..., disputed_minor: _Optional[int] = ..., is_accelerated: _Optional[bool] = ..., last_instalment_due_on: _Optional[str] = ..., product: _Optional[str] = ..., segment: _Optional[str] = ..., branch: _Optional[str] = ..., parties: _Optional[_Iterable[_Union[_bank_pb2.PartyRole, _Mapping]]] = ..., taken_over: _Optional[_Union[_bank_pb2.LoanTakenOver, _Mapping]] = ..., reasons: _Optional[_Iterable[str]] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accepted_wall_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., bucket: _Optional[str] = ...) -> None: ...

class Allocation(_message.Message):
    __slots__ = ("costs_minor", "interest_minor", "principal_minor", "unallocated_minor")
    COSTS_MINOR_FIELD_NUMBER: _ClassVar[int]
    INTEREST_MINOR_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    UNALLOCATED_MINOR_FIELD_NUMBER: _ClassVar[int]
    costs_minor: int
    interest_minor: int
    principal_minor: int
    unallocated_minor: int
    def __init__(self, costs_minor: _Optional[int] = ..., interest_minor: _Optional[int] = ..., principal_minor: _Optional[int] = ..., unallocated_minor: _Optional[int] = ...) -> None: ...

class PaymentPosted(_message.Message):
    __slots__ = ("transaction_id", "amount_minor", "currency", "effective_on", "allocation", "accepted_at")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    ALLOCATION_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: str
    allocation: Allocation
    accepted_at: _timestamp_pb2.Timestamp
    def __init__(self, transaction_id: _Optional[str] = ..., amount_minor: _Optional[int] = ..., currency: _Optional[str] = ..., effective_on: _Optional[str] = ..., allocation: _Optional[_Union[Allocation, _Mapping]] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PaymentReversalPosted(_message.Message):
    __slots__ = ("transaction_id", "amount_minor", "currency", "effective_on", "accepted_at")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: str
    accepted_at: _timestamp_pb2.Timestamp
    def __init__(self, transaction_id: _Optional[str] = ..., amount_minor: _Optional[int] = ..., currency: _Optional[str] = ..., effective_on: _Optional[str] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
