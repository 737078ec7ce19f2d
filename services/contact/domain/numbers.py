"""One phone number has one form (E.164), whoever wrote it and however."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Shorter ones are service numbers, dialled as they are.
_DIGITS_MIN = 7


@dataclass(frozen=True)
class Plan:
    """How a country writes its numbers; `digits_max` are those of a number without its code."""

    code: str
    digits_max: int
    trunk: str = "0"
    abroad: str = "00"


PLANS = {
    "cn": Plan("86", 11),
    "tw": Plan("886", 9),
    "us": Plan("1", 10, trunk="1", abroad="011"),
    "uk": Plan("44", 10),
    "gb": Plan("44", 10),
    "in": Plan("91", 10),
}


def dialled(written: str) -> str:
    """Its digits in plain figures, with a plus before them where one is written."""
    plain = unicodedata.normalize("NFKC", written)
    kept = "".join(
        each if each == "+" else str(unicodedata.decimal(each))
        for each in re.sub(r"[^\d+]", "", plain)
    )
    return kept[:1] + kept[1:].replace("+", "")


def is_number(written: str) -> bool:
    """Whether it has figures; "n/a" and what hides a caller are nobody's number."""
    return bool(dialled(written).strip("+"))


def e164(written: str, jurisdiction: str) -> str:
    """As numbers are written where the tenant is; what fits no plan stays as it is dialled."""
    number = dialled(written)
    plan = PLANS.get(jurisdiction)
    if plan is None or (not number.startswith("+") and len(number) < _DIGITS_MIN):
        return number
    whole = number[1:] if number.startswith("+") else _from_abroad(number, plan)
    if not whole:
        national = number
        if len(number) > plan.digits_max and number.startswith(plan.code):
            national = number.removeprefix(plan.code)
        whole = plan.code + national
    if whole.startswith(plan.code):
        return f"+{plan.code}{whole.removeprefix(plan.code).removeprefix(plan.trunk)}"
    return f"+{whole}"


def _from_abroad(number: str, plan: Plan) -> str:
    for prefix in (plan.abroad, "00"):
        if number.startswith(prefix):
            return number.removeprefix(prefix)
    return ""
