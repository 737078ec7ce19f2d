"""The columns of Forbear's own CSV: the field names of the Protobuf facts, kind by kind."""

from __future__ import annotations

from google.protobuf.descriptor import FieldDescriptor

from events.v1.bank_pb2 import LoanFact

PERSON = "person"
UNDECODABLE = "undecodable"

TEXT, INT32, INT64, BOOL = (
    FieldDescriptor.CPPTYPE_STRING,
    FieldDescriptor.CPPTYPE_INT32,
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_BOOL,
)
_FACT_FIELDS: dict[str, dict[str, int]] = {
    kind.name: {field.name: field.cpp_type for field in kind.message_type.fields}
    for kind in LoanFact.DESCRIPTOR.oneofs_by_name["fact"].fields
    if kind.message_type is not None
}
# These do not fit a cell as they are: `parties` has a notation, `taken_over` and `assignee` hold
# JSON.
TAKEN_OVER_LISTS = frozenset(_FACT_FIELDS["taken_over"]) - {"on"}
_WHOLE = {"registered": ("parties",), "taken_over": ("taken_over",), "sold": ("assignee",)}
ENVELOPE = ("kind", "event_id", "tenant", "sequence", "occurred_at", "sent_at")
PERSON_COLUMNS = frozenset({"party_ref", "name", "party_kind", "language", "time_zone", "points"})
FACT_KINDS = frozenset(_FACT_FIELDS)
KINDS = FACT_KINDS | {PERSON, UNDECODABLE}

_REQUIRED: dict[str, tuple[str, ...]] = {
    "registered": ("product", "segment", "currency", "parties"),
    "snapshot": ("as_of", "balance_minor", "currency"),
    "instalment_due": ("number", "due_on", "currency"),
    "payment_received": ("transaction_id", "amount_minor", "currency", "effective_on"),
    "payment_reversed": ("transaction_id", "amount_minor", "currency", "effective_on"),
    "balance_changed": ("as_of", "balance_minor", "currency"),
    "closed": ("on",),
    "sold": ("on",),
    "recalled": ("on",),
    "written_off": ("on",),
    "taken_over": ("on",),
}


def scalar_fields(kind: str) -> dict[str, int]:
    """The plain fields of a kind of fact by column, with TEXT, INT32, INT64 or BOOL."""
    whole = TAKEN_OVER_LISTS | {"parties", "assignee"}
    return {name: scalar for name, scalar in _FACT_FIELDS[kind].items() if name not in whole}


def columns_of(kind: str) -> frozenset[str]:
    """Every column that a row of this kind may fill."""
    if kind == PERSON:
        return PERSON_COLUMNS | set(ENVELOPE)
    if kind == UNDECODABLE:
        return frozenset({"kind", "tenant", "loan_ref", "occurred_at", "sent_at", "raw_hex"})
    whole = _WHOLE.get(kind, ())
    return frozenset({*ENVELOPE, "loan_ref", *scalar_fields(kind), *whole})


def required_of(kind: str) -> tuple[str, ...]:
    """The columns that a row of this kind must fill, beside those of `columns_of`."""
    if kind == PERSON:
        return ("event_id", "occurred_at", "party_ref", "name", "party_kind", "language")
    if kind == UNDECODABLE:
        return ("loan_ref", "occurred_at", "raw_hex")
    return ("event_id", "occurred_at", "loan_ref", *_REQUIRED[kind])


def is_date(column: str) -> bool:
    return column.endswith("_on") or column in ("as_of", "on")


ALL_COLUMNS = frozenset().union(*(columns_of(kind) for kind in KINDS))
