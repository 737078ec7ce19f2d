"""Single fields, whatever message they stand in: printable texts, real dates, sane instants."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from services.intake.domain.facts import Refusal

AMOUNT_MINOR_MAX = 100_000_000_000_000
EARLIEST = date(1950, 1, 1)
# How many days after the day of acceptance a date may lie. What is observed can be a zone ahead;
# a payment may take value after a long holiday; what is agreed lies years ahead.
OBSERVED_DAYS, VALUE_DAYS, AGREED_DAYS = 1, 15, 60 * 366
DAYS_AHEAD_MAX = {
    "as_of": OBSERVED_DAYS,
    "on": OBSERVED_DAYS,
    "effective_on": VALUE_DAYS,
    "oldest_unpaid_due_on": OBSERVED_DAYS,
    "restored_due_on": VALUE_DAYS,
    "opened_on": OBSERVED_DAYS,
    "limitation_restarted_on": OBSERVED_DAYS,
}
INSTANT_AHEAD_MAX = timedelta(days=1)
_IDENTIFIER_ENDINGS = ("_ref", "_id")
_CODES = frozenset({"branch", "collateral", "bucket"})
# Overrides that make a text read differently from what is stored.
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Instant:
    """Seconds since 1970 as received, not yet known to be a real instant."""

    seconds: int
    nanos: int


@dataclass(frozen=True)
class Field:
    path: str
    name: str
    value: str | int | Instant


def check_field(field: Field, today: date) -> Refusal | None:
    """What is wrong with a field by itself, if anything; `today` is the day of acceptance."""
    if isinstance(field.value, Instant):
        return _check_instant(field.path, field.value, today)
    if isinstance(field.value, int):
        return _check_amount(field.path, field.name, field.value)
    if is_date(field.name):
        return _check_date(field.path, field.name, field.value, today)
    return _check_text(field.path, field.name, field.value)


def is_date(name: str) -> bool:
    return name in ("as_of", "on") or name.endswith("_on")


def to_instant(value: Instant) -> datetime:
    """An instant that `check_field` has passed."""
    return datetime.fromtimestamp(value.seconds, UTC) + timedelta(microseconds=value.nanos // 1000)


def _check_instant(path: str, value: Instant, today: date) -> Refusal | None:
    latest = datetime.combine(today, datetime.max.time(), UTC) + INSTANT_AHEAD_MAX
    earliest = datetime.combine(EARLIEST, datetime.min.time(), UTC)
    seconds_fit = earliest.timestamp() <= value.seconds <= latest.timestamp()
    if seconds_fit and 0 <= value.nanos < 1_000_000_000:
        return None
    return Refusal(
        "intake/instant_out_of_range",
        f"{path} is not an instant between {EARLIEST} and tomorrow ({latest.date()}); "
        "send the moment at which it happened.",
    )


def _check_amount(path: str, name: str, value: int) -> Refusal | None:
    if not name.endswith("_minor") or abs(value) <= AMOUNT_MINOR_MAX:
        return None
    return Refusal(
        "intake/amount_out_of_range",
        f"{path} is {value}; amounts are in minor units and at most {AMOUNT_MINOR_MAX}.",
    )


def _check_date(path: str, name: str, value: str, today: date) -> Refusal | None:
    if value == "":
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return Refusal(
            "intake/no_such_date",
            f"{path} is {value}, which is not a day of the calendar; send YYYY-MM-DD.",
        )
    if day < EARLIEST:
        return Refusal(
            "intake/date_out_of_range", f"{path} is {value}, before {EARLIEST}; correct the year."
        )
    days_ahead = DAYS_AHEAD_MAX.get(name, AGREED_DAYS)
    if (day - today).days > days_ahead:
        return Refusal(
            "intake/future_date",
            f"{path} is {value}, but it is {today} here and this date may lie at most "
            f"{days_ahead} days ahead.",
        )
    return None


def _check_text(path: str, name: str, value: str) -> Refusal | None:
    if name.endswith(_IDENTIFIER_ENDINGS):
        return _check_identifier(path, value)
    if any(unicodedata.category(sign) == "Cc" or sign in _BIDI_CONTROLS for sign in value):
        return Refusal(
            "intake/unprintable_text",
            f"{path} holds control characters; send the text without them.",
        )
    if name in _CODES and _is_card_number(value):
        return Refusal(
            "intake/card_number", f"{path} looks like a card number; send a code without it."
        )
    return None


def _check_identifier(path: str, value: str) -> Refusal | None:
    hidden = any(unicodedata.category(sign)[0] in "CZ" and sign != " " for sign in value)
    if not hidden and value == value.strip() and unicodedata.is_normalized("NFC", value):
        return None
    return Refusal(
        "intake/unclear_identifier",
        f"{path} holds invisible characters, outer blanks or letters in a form that can be "
        "written in two ways; send it in printable Unicode NFC.",
    )


def _is_card_number(text: str) -> bool:
    digits = [int(sign) for sign in text if sign in "0123456789"]
    if not 13 <= len(digits) <= 19 or text.strip("0123456789 -"):
        return False
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
