"""Reads bytes into the bank's messages; what nobody could read is Undecodable, and why."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from chassis.errors import Undecodable
from events.v1.bank_pb2 import BankFact, BankPerson

Told = TypeVar("Told", bound=BankFact | BankPerson)
_FIELD = re.compile(r"Failed to parse ([a-z_A-Z]+) field")


def from_protobuf(kind: type[Told], value: bytes | None) -> Told:
    """A message with at least something in it: random bytes may parse as unknown fields alone."""
    message = kind()
    try:
        message.ParseFromString(value or b"")
    except DecodeError as broken:
        raise Undecodable(f"the value is not a {kind.DESCRIPTOR.full_name}") from broken
    if not message.ListFields():
        raise Undecodable(f"the value holds nothing of a {kind.DESCRIPTOR.full_name}")
    return message


def from_json(kind: type[Told], text: bytes) -> Told:
    """The Protobuf JSON mapping, stricter: no fractions, no repeated or unknown fields.

    The error never repeats a value, which may be personal data.
    """
    try:
        tree = json.loads(
            text.decode("utf-8"),
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as broken:
        raise Undecodable("the body is not UTF-8") from broken
    except RecursionError as broken:
        raise Undecodable("the JSON is nested too deeply") from broken
    except ValueError as broken:
        raise Undecodable("the body is not JSON") from broken
    if not isinstance(tree, dict) or not tree:
        raise Undecodable("the JSON is not an object with fields")
    return from_tree(kind, tree)


def from_tree(kind: type[Told], tree: dict[str, Any]) -> Told:
    message = kind()
    try:
        json_format.ParseDict(tree, message, max_recursion_depth=20)
    except json_format.ParseError as wrong:
        raise Undecodable(_explain(kind, str(wrong))) from wrong
    except (ValueError, TypeError, RecursionError) as wrong:
        raise Undecodable(f"the JSON is not a {kind.DESCRIPTOR.full_name}") from wrong
    return message


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a field given twice, `amount_minor` and `amountMinor` included."""
    names = [name.replace("_", "").lower() for name, _ in pairs]
    if len(set(names)) != len(names):
        raise Undecodable("a field is given twice")
    return dict(pairs)


def _refuse_number(_: str) -> NoReturn:
    raise Undecodable("a number has a fraction or an exponent; amounts are whole minor units")


def _explain(kind: type[Told], error: str) -> str:
    fields = _FIELD.findall(error)
    if fields:
        return f"the field {'.'.join(fields)} is not of the type {kind.DESCRIPTOR.full_name} has"
    if "no field named" in error:
        return f"a field is not one of {kind.DESCRIPTOR.full_name}"
    return f"the JSON is not a {kind.DESCRIPTOR.full_name}"
