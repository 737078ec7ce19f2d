import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BankFact(_message.Message):
    __slots__ = ("event_id", "tenant", "loan_ref", "sequence", "occurred_at", "fact")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    LOAN_REF_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    FACT_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    tenant: str
    loan_ref: str
    sequence: int
    occurred_at: _timestamp_pb2.Timestamp
    fact: LoanFact
    def __init__(self, event_id: _Optional[str] = ..., tenant: _Optional[str] = ..., loan_ref: _Optional[str] = ..., sequence: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fact: _Optional[_Union[LoanFact, _Mapping]] = ...) -> None: ...

class LoanFact(_message.Message):
    __slots__ = ("registered", "snapshot", "instalment_due", "payment_received", "payment_reversed", "balance_changed", "closed", "sold", "recalled", "written_off", "taken_over")
    REGISTERED_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    INSTALMENT_DUE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REVERSED_FIELD_NUMBER: _ClassVar[int]
    BALANCE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    SOLD_FIELD_NUMBER: _ClassVar[int]
    RECALLED_FIELD_NUMBER: _ClassVar[int]
    WRITTEN_OFF_FIELD_NUMBER: _ClassVar[int]
    TAKEN_OVER_FIELD_NUMBER: _ClassVar[int]
    registered: LoanRegistered
    snapshot: DelinquencySnapshot
    instalment_due: InstalmentDue
    payment_received: PaymentReceived
    payment_reversed: PaymentReversed
    balance_changed: BalanceChanged
    closed: LoanClosed
    sold: LoanSold
    recalled: LoanRecalled
    written_off: LoanWrittenOff
    taken_over: LoanTakenOver
    def __init__(self, registered: _Optional[_Union[LoanRegistered, _Mapping]] = ..., snapshot: _Optional[_Union[DelinquencySnapshot, _Mapping]] = ..., instalment_due: _Optional[_Union[InstalmentDue, _Mapping]] = ..., payment_received: _Optional[_Union[PaymentReceived, _Mapping]] = ..., payment_reversed: _Optional[_Union[PaymentReversed, _Mapping]] = ..., balance_changed: _Optional[_Union[BalanceChanged, _Mapping]] = ..., closed: _Optional[_Union[LoanClosed, _Mapping]] = ..., sold: _Optional[_Union[LoanSold, _Mapping]] = ..., recalled: _Optional[_Union[LoanRecalled, _Mapping]] = ..., written_off: _Optional[_Union[LoanWrittenOff, _Mapping]] = ..., taken_over: _Optional[_Union[LoanTakenOver, _Mapping]] = ...) -> None: ...

class PartyRole(_message.Message):
    __slots__ = ("party_ref", "role", "kind", "language", "liability_limit_minor")
    PARTY_REF_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    LIABILITY_LIMIT_MINOR_FIELD_NUMBER: _ClassVar[int]
    party_ref: str
    role: str
    kind: str
    language: str
    liability_limit_minor: int
    def __init__(self, party_ref: _Optional[str] = ..., role: _Optional[str] = ..., kind: _Optional[str] = ..., language: _Optional[str] = ..., liability_limit_minor: _Optional[int] = ...) -> None: ...

class LoanRegistered(_message.Message):
    __slots__ = ("product", "segment", "branch", "currency", "collateral", "last_instalment_due_on", "grace_days", "tolerance_minor", "parties")
    PRODUCT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    COLLATERAL_FIELD_NUMBER: _ClassVar[int]
    LAST_INSTALMENT_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    product: str
    segment: str
    branch: str
    currency: str
    collateral: str
    last_instalment_due_on: str
    grace_days: int
    tolerance_minor: int
    parties: _containers.RepeatedCompositeFieldContainer[PartyRole]
    def __init__(self, product: _Optional[str] = ..., segment: _Optional[str] = ..., branch: _Optional[str] = ..., currency: _Optional[str] = ..., collateral: _Optional[str] = ..., last_instalment_due_on: _Optional[str] = ..., grace_days: _Optional[int] = ..., tolerance_minor: _Optional[int] = ..., parties: _Optional[_Iterable[_Union[PartyRole, _Mapping]]] = ...) -> None: ...

class DelinquencySnapshot(_message.Message):
    __slots__ = ("as_of", "oldest_unpaid_due_on", "days_past_due", "bucket", "overdue_principal_minor", "overdue_interest_minor", "overdue_costs_minor", "balance_minor", "minimum_due_minor", "minimum_paid_minor", "grace_days", "tolerance_minor", "disputed_minor", "is_accelerated", "currency")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    OLDEST_UNPAID_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    DAYS_PAST_DUE_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_INTEREST_MINOR_FIELD_NUMBER: _ClassVar[int]
    OVERDUE_COSTS_MINOR_FIELD_NUMBER: _ClassVar[int]
    BALANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_DUE_MINOR_FIELD_NUMBER: _ClassVar[int]
    MINIMUM_PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    GRACE_DAYS_FIELD_NUMBER: _ClassVar[int]
    TOLERANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    DISPUTED_MINOR_FIELD_NUMBER: _ClassVar[int]
    IS_ACCELERATED_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    as_of: str
    oldest_unpaid_due_on: str
    days_past_due: int
    bucket: str
    overdue_principal_minor: int
    overdue_interest_minor: int
    overdue_costs_minor: int
    balance_minor: int
    minimum_due_minor: int
    minimum_paid_minor: int
    grace_days: int
    tolerance_minor: int
    disputed_minor: int
    is_accelerated: bool
    currency: str
    def __init__(self, as_of: _Optional[str] = ..., oldest_unpaid_due_on: _Optional[str] = ..., days_past_due: _Optional[int] = ..., bucket: _Optional[str] = ..., overdue_principal_minor: _Optional[int] = ..., overdue_interest_minor: _Optional[int] = ..., overdue_costs_minor: _Optional[int] = ..., balance_minor: _Optional[int] = ..., minimum_due_minor: _Optional[int] = ..., minimum_paid_minor: _Optional[int] = ..., grace_days: _Optional[int] = ..., tolerance_minor: _Optional[int] = ..., disputed_minor: _Optional[int] = ..., is_accelerated: _Optional[bool] = ..., currency: _Optional[str] = ...) -> None: ...

class InstalmentDue(_message.Message):
    __slots__ = ("number", "due_on", "principal_minor", "interest_minor", "costs_minor", "currency")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    PRINCIPAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    INTEREST_MINOR_FIELD_NUMBER: _ClassVar[int]
    COSTS_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    number: int
    due_on: str
    principal_minor: int
    interest_minor: int
    costs_minor: int
    currency: str
    def __init__(self, number: _Optional[int] = ..., due_on: _Optional[str] = ..., principal_minor: _Optional[int] = ..., interest_minor: _Optional[int] = ..., costs_minor: _Optional[int] = ..., currency: _Optional[str] = ...) -> None: ...

class PaymentReceived(_message.Message):
    __slots__ = ("transaction_id", "amount_minor", "currency", "effective_on")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: str
    def __init__(self, transaction_id: _Optional[str] = ..., amount_minor: _Optional[int] = ..., currency: _Optional[str] = ..., effective_on: _Optional[str] = ...) -> None: ...

class PaymentReversed(_message.Message):
    __slots__ = ("transaction_id", "amount_minor", "currency", "effective_on", "restored_due_on")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_ON_FIELD_NUMBER: _ClassVar[int]
    RESTORED_DUE_ON_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: str
    restored_due_on: str
    def __init__(self, transaction_id: _Optional[str] = ..., amount_minor: _Optional[int] = ..., currency: _Optional[str] = ..., effective_on: _Optional[str] = ..., restored_due_on: _Optional[str] = ...) -> None: ...

class BalanceChanged(_message.Message):
    __slots__ = ("as_of", "balance_minor", "currency", "reason")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    BALANCE_MINOR_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    as_of: str
    balance_minor: int
    currency: str
    reason: str
    def __init__(self, as_of: _Optional[str] = ..., balance_minor: _Optional[int] = ..., currency: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class LoanClosed(_message.Message):
    __slots__ = ("on",)
    ON_FIELD_NUMBER: _ClassVar[int]
    on: str
    def __init__(self, on: _Optional[str] = ...) -> None: ...

class LoanSold(_message.Message):
    __slots__ = ("on", "assignee")
    ON_FIELD_NUMBER: _ClassVar[int]
    ASSIGNEE_FIELD_NUMBER: _ClassVar[int]
    on: str
    assignee: Assignee
    def __init__(self, on: _Optional[str] = ..., assignee: _Optional[_Union[Assignee, _Mapping]] = ...) -> None: ...

class Assignee(_message.Message):
    __slots__ = ("name", "address", "phone", "email", "purpose", "data_kinds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    DATA_KINDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: str
    phone: str
    email: str
    purpose: str
    data_kinds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., address: _Optional[str] = ..., phone: _Optional[str] = ..., email: _Optional[str] = ..., purpose: _Optional[str] = ..., data_kinds: _Optional[_Iterable[str]] = ...) -> None: ...

class LoanRecalled(_message.Message):
    __slots__ = ("on",)
    ON_FIELD_NUMBER: _ClassVar[int]
    on: str
    def __init__(self, on: _Optional[str] = ...) -> None: ...

class LoanWrittenOff(_message.Message):
    __slots__ = ("on",)
    ON_FIELD_NUMBER: _ClassVar[int]
    on: str
    def __init__(self, on: _Optional[str] = ...) -> None: ...

class LoanTakenOver(_message.Message):
    __slots__ = ("on", "notices", "contacts", "agreement", "matter", "limitation_restarted_on")
    ON_FIELD_NUMBER: _ClassVar[int]
    NOTICES_FIELD_NUMBER: _ClassVar[int]
    CONTACTS_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    MATTER_FIELD_NUMBER: _ClassVar[int]
    LIMITATION_RESTARTED_ON_FIELD_NUMBER: _ClassVar[int]
    on: str
    notices: _containers.RepeatedCompositeFieldContainer[TakenOverNotice]
    contacts: _containers.RepeatedCompositeFieldContainer[TakenOverContact]
    agreement: TakenOverAgreement
    matter: TakenOverMatter
    limitation_restarted_on: str
    def __init__(self, on: _Optional[str] = ..., notices: _Optional[_Iterable[_Union[TakenOverNotice, _Mapping]]] = ..., contacts: _Optional[_Iterable[_Union[TakenOverContact, _Mapping]]] = ..., agreement: _Optional[_Union[TakenOverAgreement, _Mapping]] = ..., matter: _Optional[_Union[TakenOverMatter, _Mapping]] = ..., limitation_restarted_on: _Optional[str] = ...) -> None: ...

class TakenOverNotice(_message.Message):
    __slots__ = ("kind", "party_ref", "sent_at", "delivered_at", "evidence")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_REF_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    DELIVERED_AT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    kind: str
    party_ref: str
    sent_at: _timestamp_pb2.Timestamp
    delivered_at: _timestamp_pb2.Timestamp
    evidence: str
    def __init__(self, kind: _Optional[str] = ..., party_ref: _Optional[str] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., delivered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., evidence: _Optional[str] = ...) -> None: ...

class TakenOverContact(_message.Message):
    __slots__ = ("party_ref", "channel", "at", "was_reached", "asked_circumstances")
    PARTY_REF_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    WAS_REACHED_FIELD_NUMBER: _ClassVar[int]
    ASKED_CIRCUMSTANCES_FIELD_NUMBER: _ClassVar[int]
    party_ref: str
    channel: str
    at: _timestamp_pb2.Timestamp
    was_reached: bool
    asked_circumstances: bool
    def __init__(self, party_ref: _Optional[str] = ..., channel: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., was_reached: _Optional[bool] = ..., asked_circumstances: _Optional[bool] = ...) -> None: ...

class TakenOverAgreement(_message.Message):
    __slots__ = ("kind", "party_ref", "total_minor", "paid_minor", "instalments")
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTY_REF_FIELD_NUMBER: _ClassVar[int]
    TOTAL_MINOR_FIELD_NUMBER: _ClassVar[int]
    PAID_MINOR_FIELD_NUMBER: _ClassVar[int]
    INSTALMENTS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    party_ref: str
    total_minor: int
    paid_minor: int
    instalments: _containers.RepeatedCompositeFieldContainer[AgreedInstalment]
    def __init__(self, kind: _Optional[str] = ..., party_ref: _Optional[str] = ..., total_minor: _Optional[int] = ..., paid_minor: _Optional[int] = ..., instalments: _Optional[_Iterable[_Union[AgreedInstalment, _Mapping]]] = ...) -> None: ...

class AgreedInstalment(_message.Message):
    __slots__ = ("due_on", "amount_minor")
    DUE_ON_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINOR_FIELD_NUMBER: _ClassVar[int]
    due_on: str
    amount_minor: int
    def __init__(self, due_on: _Optional[str] = ..., amount_minor: _Optional[int] = ...) -> None: ...

class TakenOverMatter(_message.Message):
    __slots__ = ("status", "court_reference", "opened_on", "next_deadline_on")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    COURT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    OPENED_ON_FIELD_NUMBER: _ClassVar[int]
    NEXT_DEADLINE_ON_FIELD_NUMBER: _ClassVar[int]
    status: str
    court_reference: str
    opened_on: str
    next_deadline_on: str
    def __init__(self, status: _Optional[str] = ..., court_reference: _Optional[str] = ..., opened_on: _Optional[str] = ..., next_deadline_on: _Optional[str] = ...) -> None: ...

class BankPerson(_message.Message):
    __slots__ = ("event_id", "tenant", "party_ref", "sequence", "occurred_at", "person")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    PARTY_REF_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    tenant: str
    party_ref: str
    sequence: int
    occurred_at: _timestamp_pb2.Timestamp
    person: PersonalData
    def __init__(self, event_id: _Optional[str] = ..., tenant: _Optional[str] = ..., party_ref: _Optional[str] = ..., sequence: _Optional[int] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., person: _Optional[_Union[PersonalData, _Mapping]] = ...) -> None: ...

class PersonalData(_message.Message):
    __slots__ = ("name", "kind", "language", "time_zone", "points")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    language: str
    time_zone: str
    points: _containers.RepeatedCompositeFieldContainer[ContactPoint]
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., language: _Optional[str] = ..., time_zone: _Optional[str] = ..., points: _Optional[_Iterable[_Union[ContactPoint, _Mapping]]] = ...) -> None: ...

class ContactPoint(_message.Message):
    __slots__ = ("point_ref", "kind", "value", "provenance", "is_verified", "is_reserved", "has_consent")
    POINT_REF_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    IS_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    IS_RESERVED_FIELD_NUMBER: _ClassVar[int]
    HAS_CONSENT_FIELD_NUMBER: _ClassVar[int]
    point_ref: str
    kind: str
    value: str
    provenance: str
    is_verified: bool
    is_reserved: bool
    has_consent: bool
    def __init__(self, point_ref: _Optional[str] = ..., kind: _Optional[str] = ..., value: _Optional[str] = ..., provenance: _Optional[str] = ..., is_verified: _Optional[bool] = ..., is_reserved: _Optional[bool] = ..., has_consent: _Optional[bool] = ...) -> None: ...
