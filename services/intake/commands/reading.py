"""Reads a bank's message into what the rules judge, or into the reason why it cannot be."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from functools import cache
from zoneinfo import available_timezones

import protovalidate
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from events.v1.bank_pb2 import BankFact, BankPerson
from interfaces.tenant import Tenant
from services.intake.commands.content import to_fact, to_person
from services.intake.commands.desk import Content, Desk, Reading, Submission
from services.intake.domain.consistency import inconsistency, person_inconsistency
from services.intake.domain.facts import Fact, Kind, Person, Refusal
from services.intake.domain.fields import Field, Instant, check_field
from services.intake.settings import NOBODY

_IDENTIFIER_MAX = 100
_validator = protovalidate.Validator()


def read_fact(submission: Submission, desk: Desk) -> Reading[Fact]:
    """Raises nothing: whatever is wrong is the reading's refusal."""
    message = submission.message
    assert isinstance(message, BankFact)
    admitted = _admit(message, submission, desk)
    if isinstance(admitted, Refusal):
        return _reading(Kind.FACT, submission, desk, message.loan_ref, admitted)
    fact = to_fact(message)
    refusal = inconsistency(fact, admitted.products)
    return _reading(Kind.FACT, submission, desk, message.loan_ref, refusal or fact)


def read_person(submission: Submission, desk: Desk) -> Reading[Person]:
    """As `read_fact`; a refusal never repeats personal data."""
    message = submission.message
    assert isinstance(message, BankPerson)
    admitted = _admit(message, submission, desk)
    if isinstance(admitted, Refusal):
        return _reading(Kind.PERSON, submission, desk, message.party_ref, admitted)
    person = to_person(message)
    refusal = person_inconsistency(person, _zones())
    return _reading(Kind.PERSON, submission, desk, message.party_ref, refusal or person)


def storable(identifier: str, digest: bytes) -> str:
    """An identifier as it is kept: itself, or a name for it where it is empty, huge or unprintable.

    Two different contents without an event id are two events, so the digest names them.
    """
    hidden = any(unicodedata.category(sign) in ("Cc", "Cs") for sign in identifier)
    if identifier and len(identifier) <= _IDENTIFIER_MAX and not hidden:
        return identifier
    return (
        f"sha256:{(hashlib.sha256(identifier.encode()).digest() if identifier else digest).hex()}"
    )


def _admit(message: BankFact | BankPerson, submission: Submission, desk: Desk) -> Tenant | Refusal:
    """The tenant of a message whose every field is well-formed, or the first that is not."""
    if not message.tenant:
        message.tenant = submission.tenant
    if submission.tenant and message.tenant != submission.tenant:
        return Refusal(
            "intake/other_tenant",
            f"The message is for another tenant than {submission.tenant}, through whose door it "
            "came; send it through its own, or leave the tenant out.",
        )
    tenant = desk.tenants.get(message.tenant)
    if tenant is None:
        return Refusal(
            "intake/unknown_tenant",
            "The message names no tenant configured here; correct it, or configure the tenant "
            "and replay it.",
        )
    for violation in _validator.collect_violations(message):
        path = _path(violation)
        return Refusal("intake/invalid_field", f"{path}: {violation.proto.message}; correct it.")
    today = desk.today(tenant)
    checked = (check_field(field, today) for field in _fields(message, ""))
    return next((refusal for refusal in checked if refusal is not None), tenant)


def _reading(
    kind: Kind, submission: Submission, desk: Desk, subject_ref: str, found: Content | Refusal
) -> Reading[Content]:
    message = submission.message
    digest = hashlib.sha256(message.SerializeToString(deterministic=True)).digest()
    named = message.tenant if message.tenant in desk.tenants else NOBODY
    return Reading(
        kind=kind,
        tenant=submission.tenant or named,
        event_id=storable(message.event_id, digest),
        subject_ref=storable(subject_ref, digest),
        digest=digest,
        submission=submission,
        found=found,
    )


def _fields(message: Message, prefix: str) -> Iterator[Field]:
    """The leaves of a message that have a rule of their own: texts, amounts, dates, instants."""
    for descriptor, value in message.ListFields():
        path = f"{prefix}{descriptor.name}"
        if descriptor.is_repeated:
            for number, item in enumerate(value):
                yield from _leaf(item, f"{path}[{number}]", descriptor.name)
        else:
            yield from _leaf(value, path, descriptor.name)


def _leaf(value: object, path: str, name: str) -> Iterator[Field]:
    if isinstance(value, Timestamp):
        yield Field(path, name, Instant(value.seconds, value.nanos))
    elif isinstance(value, Message):
        yield from _fields(value, f"{path}.")
    elif isinstance(value, str | int):
        yield Field(path, name, value)


def _path(violation: protovalidate.Violation) -> str:
    field = violation.proto.field
    elements = field.elements if field is not None else []
    return ".".join(element.field_name for element in elements) or "the message"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
