"""One card account of the UCI data set: its six months, and what the bank would have derived."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from forbear.portfolio.planned import BadRow, PortfolioError

MONTHS = 6
FIRST_MONTH = 4
YEAR = 2005

# The file names its months from September back to April; PAY_1 does not exist.
_STATUS = tuple(f"PAY_{i}" for i in (6, 5, 4, 3, 2, 0))
_BILLS = tuple(f"BILL_AMT{i}" for i in range(6, 0, -1))
_PAID = tuple(f"PAY_AMT{i}" for i in range(6, 0, -1))
_COLUMNS = ("ID", *_STATUS, *_BILLS, *_PAID)

_MINIMUM_DOLLARS = 1_000
_MINIMUM_PERCENT = 5
_STATUS_MAX = 9
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Account:
    """Months count from 0, April, to 5, September; amounts are whole New Taiwan dollars."""

    number: int
    status: tuple[int, ...]
    bills: tuple[int, ...]
    paid: tuple[int, ...]

    def is_late(self, month: int) -> bool:
        return self.status[month] > 0

    def is_cured(self, month: int) -> bool:
        """Not late now, and late the month before."""
        return month > 0 and not self.is_late(month) and self.is_late(month - 1)

    def statement_on(self, month: int) -> date:
        """The statement day of a month; months before April are negative."""
        year, zero_based = divmod(YEAR * 12 + FIRST_MONTH - 1 + month, 12)
        return date(year, zero_based + 1, self.statement_day)

    @cached_property
    def statement_day(self) -> int:
        """From 1 to 28, spread by a hash of the account."""
        return 1 + self._hash("statement") % 28

    def minimum(self, month: int) -> int:
        """What the statement of a month asks for at least; nothing if nothing is owed."""
        bill = self.bills[max(0, month)]
        percent = -(-bill * _MINIMUM_PERCENT // 100)
        return max(0, min(bill, max(_MINIMUM_DOLLARS, percent)))

    def overdue(self, month: int) -> int:
        """The unpaid minimums of a month's statement: one for each month of lateness.

        k months late: the minimums due on the last k statement days are unpaid. Nothing where the
        statement itself says that nothing is owed, and never more than it says.
        """
        bill = self.bills[month]
        if not self.is_late(month) or bill <= 0:
            return 0
        now = self.minimum(month)
        # The minimum of a statement falls due on the statement day after it.
        unpaid = (self.minimum(month - back - 1) for back in range(1, self.status[month] + 1))
        return min(bill, sum(minimum or now for minimum in unpaid))

    def snapshot_minute(self, month: int) -> int:
        """Minutes after 1 April, 00:00: between 21:00 and 23:00 of the statement day."""
        return self._day_of(month) * _DAY_MINUTES + 21 * 60 + self._hash("snapshot") % 120

    def payment_minute(self, month: int) -> int:
        """Between 9:00 and 17:00, 1 to 27 days before the month's statement, never before April."""
        back = 1 + self._hash(f"payment-{month}") % 27
        day = max(0, self._day_of(month) - back)
        return day * _DAY_MINUTES + 9 * 60 + self._hash(f"hour-{month}") % (8 * 60)

    def _day_of(self, month: int) -> int:
        return (self.statement_on(month) - date(YEAR, FIRST_MONTH, 1)).days

    def _hash(self, what: str) -> int:
        digest = hashlib.sha256(f"{what}/{self.number}".encode()).digest()
        return int.from_bytes(digest[:8], "big")


def read_accounts(path: Path, sample: int = 1) -> tuple[list[Account], tuple[BadRow, ...]]:
    """Every `sample`-th account of the file (gzip or plain), and the rows that are none."""
    accounts, bad_rows = list[Account](), list[BadRow]()
    for line, row in enumerate(_rows(path), start=2):
        if (line - 2) % sample:
            continue
        try:
            accounts.append(_account(row))
        except ValueError as error:
            bad_rows.append(BadRow(path.name, line, str(error)))
    return accounts, tuple(bad_rows)


def _rows(path: Path) -> list[dict[str, str | None]]:
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        rows: list[dict[str, str | None]] = list(reader)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise PortfolioError(f"{path} cannot be read: {error}; fetch the file again") from error
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise PortfolioError(
            f"{path} lacks the columns {', '.join(missing)}; give the UCI file "
            "default_of_credit_card_clients.csv(.gz)"
        )
    return rows


def _account(row: Mapping[str, str | None]) -> Account:
    number = _integer(row, "ID")
    if not 0 < number < 1_000_000:
        raise ValueError(f"ID is {number}; an account's number has one to six digits")
    account = Account(
        number=number,
        status=tuple(_integer(row, name) for name in _STATUS),
        bills=tuple(_integer(row, name) for name in _BILLS),
        paid=tuple(_integer(row, name) for name in _PAID),
    )
    if max(account.status) > _STATUS_MAX or min(account.paid) < 0:
        raise ValueError("a status above 9 or a payment below 0; correct the row")
    return account


def _integer(row: Mapping[str, str | None], name: str) -> int:
    text = row[name] or ""
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} is {text[:40]!r}; it must be a whole number") from None
