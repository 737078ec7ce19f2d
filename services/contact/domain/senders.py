"""The spellings under which one phone number may be kept, so that its owner is found."""

from __future__ import annotations

from services.contact.domain.points import PointKind, normalised

_CALLING_CODES = {"cn": "86", "tw": "886", "us": "1", "uk": "44", "gb": "44", "in": "91"}


def spellings(kind: PointKind, value: str, jurisdiction: str) -> tuple[str, ...]:
    """As written; with and without the country's calling code; with 00 or a national 0."""
    written = normalised(kind, value)
    if kind is not PointKind.PHONE:
        return (written,)
    code = _CALLING_CODES.get(jurisdiction, "")
    digits = written.lstrip("+").removeprefix("00")
    national = digits.removeprefix(code) if code else digits
    national = national.removeprefix("0")
    forms = [written, f"+{digits}", digits, f"00{digits}", national, f"0{national}"]
    if code:
        forms += [f"+{code}{national}", f"{code}{national}", f"00{code}{national}"]
    return tuple(dict.fromkeys(form for form in forms if form.strip("+0")))
