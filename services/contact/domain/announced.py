"""Whom a notice names beside the loan: who holds a sold debt now, or which agency comes.

CN-PIPL-2 (PIPL art. 23): whoever's data go to somebody else is told the name, how to reach it, what
for, and which kinds of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

# In Chinese and in English.
_DATA: Mapping[str, tuple[str, str]] = {
    "name": ("姓名", "name"),
    "identity_document": ("证件信息", "identity document"),
    "phone": ("电话号码", "telephone number"),
    "email": ("电子邮箱", "e-mail address"),
    "address": ("地址", "postal address"),
    "contract": ("合同信息", "contract"),
    "amounts": ("欠款金额", "amounts owed"),
    "payment_history": ("还款记录", "payments made"),
    "contact_history": ("联系记录", "record of contacts"),
    "circumstances": ("您告知的个人情况", "circumstances that you told us of"),
}
_CHINESE = "zh-CN"
_AGAIN = (
    "have the bank tell `sold` again, under another event_id, with all of its assignee; or give "
    "the notice and settle the duty"
)


@dataclass(frozen=True)
class Assignee:
    """As the bank told it with the sale; what it left out is empty."""

    field: ClassVar[str] = "assignee"
    # What a text that names it must say of it.
    must_say: ClassVar[frozenset[str]] = frozenset({"name", "contact", "purpose", "data_kinds"})

    on: date
    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    purpose: str = ""
    data_kinds: tuple[str, ...] = ()

    @property
    def lacks(self) -> str:
        """What the notice cannot be written without, and what to do; empty if all is there."""
        missing = [name for name in ("name", "purpose", "data_kinds") if not getattr(self, name)]
        if not (self.address or self.phone or self.email):
            missing.append("one of address, phone and email")
        strange = sorted(set(self.data_kinds) - _DATA.keys())
        if strange:
            missing.append(f"data_kinds that are known ({', '.join(_DATA)}), not {strange}")
        return f"the assignee lacks {', '.join(missing)}: {_AGAIN}" if missing else ""

    def words(self, language: str) -> dict[str, str]:
        """What a text in a language may say of it."""
        place = 0 if language == _CHINESE else 1
        between = "、" if place == 0 else ", "
        ways = (self.phone, self.email, self.address)
        return {
            "name": self.name,
            "contact": between.join(way for way in ways if way),
            "purpose": self.purpose,
            "data_kinds": between.join(_DATA[kind][place] for kind in self.data_kinds),
            "on": self.on.isoformat(),
        }


@dataclass(frozen=True)
class ComingAgency:
    """An agency by the name on the white list, with the days of its placement."""

    field: ClassVar[str] = "agency"
    must_say: ClassVar[frozenset[str]] = frozenset({"name"})
    lacks: ClassVar[str] = ""

    name: str
    from_on: date
    until_on: date

    def words(self, language: str) -> dict[str, str]:
        return {
            "name": self.name,
            "from_on": self.from_on.isoformat(),
            "until_on": self.until_on.isoformat(),
        }


def one_line(told: str) -> str:
    """What a bank told, as it may stand in a line of a notice: no breaks, nothing unprintable."""
    return " ".join("".join(each if each.isprintable() else " " for each in told).split())


Announced = Assignee | ComingAgency
NAMED: Mapping[str, frozenset[str]] = {
    each.field: each.must_say for each in (Assignee, ComingAgency)
}
NO_ASSIGNEE = f"nobody told who bought the debt: {_AGAIN}"
NO_AGENCY = (
    "the white list has no approved entry of the agency: propose and approve one, or give the "
    "notice and settle the duty"
)
