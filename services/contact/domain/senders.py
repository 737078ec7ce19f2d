"""The spellings under which a phone number may have been kept before it had one form."""

from __future__ import annotations

from services.contact.domain.numbers import PLANS
from services.contact.domain.points import PointKind, normalised


def spellings(kind: PointKind, value: str, jurisdiction: str) -> tuple[str, ...]:
    """As written; with and without the country's calling code; with 00 or a national 0."""
    written = normalised(kind, value)
    if kind is not PointKind.PHONE:
        return (written,)
    code = PLANS[jurisdiction].code if jurisdiction in PLANS else ""
    digits = written.lstrip("+").removeprefix("00")
    national = digits.removeprefix(code) if code else digits
    national = national.removeprefix("0")
    forms = [written, f"+{digits}", digits, f"00{digits}", national, f"0{national}"]
    if code:
        forms += [f"+{code}{national}", f"{code}{national}", f"00{code}{national}"]
    return tuple(dict.fromkeys(form for form in forms if form.strip("+0")))
