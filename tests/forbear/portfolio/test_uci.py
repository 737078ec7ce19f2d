"""The UCI data set becomes exactly the facts that its rules promise."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from events.v1.bank_pb2 import BankFact, DelinquencySnapshot
from forbear.portfolio.facts import Format, Portfolio, PortfolioError, load
from forbear.portfolio.uci_accounts import Account, read_accounts

SHARED = Path(__file__).parents[4] / "shared" / "data" / "uci_credit_card"
DATA = Path(os.environ.get("FORBEAR_UCI_FILE", SHARED / "default_of_credit_card_clients.csv.gz"))
HEADER = (
    "ID,LIMIT_BAL,SEX,EDUCATION,MARRIAGE,AGE,PAY_0,PAY_2,PAY_3,PAY_4,PAY_5,PAY_6,"
    "BILL_AMT1,BILL_AMT2,BILL_AMT3,BILL_AMT4,BILL_AMT5,BILL_AMT6,"
    "PAY_AMT1,PAY_AMT2,PAY_AMT3,PAY_AMT4,PAY_AMT5,PAY_AMT6,default.payment.next.month"
)
# Made up in the shape of the file: late twice and cured; never late; late with nothing owed.
EXCERPT = """\
1,20000,2,2,1,24,0,0,2,1,-1,-1,9000,8800,8600,8400,8000,7000,500,900,0,0,700,600,0
2,50000,1,1,1,30,0,0,0,0,0,0,5000,5000,5000,5000,5000,5000,400,400,400,400,400,400,0
3,50000,1,1,1,30,1,-2,-2,-2,-2,-2,-20,0,0,0,0,0,0,0,0,0,0,0,1
"""

needs_data = pytest.mark.skipif(not DATA.exists(), reason="the UCI file is not here")


def excerpt(directory: Path, text: str = EXCERPT) -> Path:
    file = directory / "uci.csv"
    file.write_text(f"{HEADER}\n{text}", encoding="utf-8")
    return file


def snapshots(loaded: Portfolio) -> list[tuple[str, DelinquencySnapshot]]:
    messages = [fact.message for fact in loaded.facts]
    facts = [message for message in messages if isinstance(message, BankFact)]
    return [(f.loan_ref, f.fact.snapshot) for f in facts if f.fact.HasField("snapshot")]


@needs_data
def test_the_whole_file_gives_the_promised_counts() -> None:
    loaded = load(Format.UCI_CREDIT_CARD, DATA)
    kinds: Counter[str] = Counter()
    late: Counter[str] = Counter()
    previous = datetime.min.replace(tzinfo=UTC)
    for planned in loaded.facts:
        assert previous <= planned.at
        previous = planned.at
        if not isinstance(planned.message, BankFact):
            kinds["person"] += 1
            continue
        fact = planned.message.fact
        kinds[str(fact.WhichOneof("fact"))] += 1
        if fact.HasField("snapshot") and fact.snapshot.bucket != "current":
            late[planned.key] += 1
            kinds["late"] += 1
            kinds["late, nothing owed"] += not fact.snapshot.oldest_unpaid_due_on
    assert kinds == {
        "person": 30_000,
        "registered": 30_000,
        "snapshot": 25_026 + 4_330,
        "late": 25_026,
        "late, nothing owed": 2_068,
        "payment_received": 143_103,
    }
    assert len(late) == 10_069
    assert loaded.total == 172_459 + 60_000
    assert loaded.bad_rows == ()


@needs_data
def test_the_whole_file_has_the_promised_episodes_by_snapshots_alone() -> None:
    accounts, _ = read_accounts(DATA)
    assert sum(len(runs(account, account.is_late)) for account in accounts) == 11_148
    never_late = [a for a in accounts if not any(map(a.is_late, range(6)))]
    assert sum(amount > 0 for account in never_late for amount in account.paid) == 102_690
    # What the rule on lateness with nothing owed does to the count.
    owing = [runs(account, partial(owes, account)) for account in accounts]
    assert sum(map(len, owing)) == 9_461
    assert sum(map(bool, owing)) == 8_537


@needs_data
def test_a_sample_of_every_tenth_account_keeps_whole_accounts() -> None:
    accounts, _ = read_accounts(DATA, sample=10)
    assert len(accounts) == 3_000
    assert [account.number for account in accounts[:3]] == [1, 11, 21]


def test_lateness_and_cures_follow_the_status(tmp_path: Path) -> None:
    found = snapshots(load(Format.UCI_CREDIT_CARD, excerpt(tmp_path)))
    account = read_accounts(excerpt(tmp_path))[0][0]
    first, second, cure = [snapshot for ref, snapshot in found if ref == "card-1"]
    assert first.as_of == account.statement_on(2).isoformat()
    assert first.oldest_unpaid_due_on == account.statement_on(1).isoformat()
    assert second.oldest_unpaid_due_on == account.statement_on(1).isoformat()
    assert (cure.bucket, cure.days_past_due, cure.oldest_unpaid_due_on) == ("current", 0, "")
    # One month late: April's minimum of 1,000 dollars; two months: April's and May's.
    assert first.overdue_principal_minor == 1_000_00
    assert second.overdue_principal_minor == 2_000_00


def test_lateness_with_nothing_owed_is_told_without_an_amount(tmp_path: Path) -> None:
    found = snapshots(load(Format.UCI_CREDIT_CARD, excerpt(tmp_path)))
    (odd,) = [snapshot for ref, snapshot in found if ref == "card-3"]
    assert odd.bucket == "late-1"
    assert (odd.overdue_principal_minor, odd.days_past_due, odd.oldest_unpaid_due_on) == (0, 0, "")
    assert odd.balance_minor == -20_00


def test_a_payment_falls_before_its_months_statement_and_after_the_last_one() -> None:
    for number in range(1, 400):
        account = Account(number, (0,) * 6, (1_000,) * 6, (100,) * 6)
        for month in range(6):
            paid_on = account.payment_minute(month) // 1_440
            statement = (account.statement_on(month) - date(2005, 4, 1)).days
            before = (account.statement_on(month - 1) - date(2005, 4, 1)).days
            assert max(before, -1) < paid_on <= statement


def test_statement_days_spread_over_the_month() -> None:
    days = Counter(Account(n, (), (), ()).statement_day for n in range(1, 5_000))
    assert set(days) == set(range(1, 29))
    assert max(days.values()) < 2 * min(days.values())


def test_contact_data_is_plainly_fictitious(tmp_path: Path) -> None:
    loaded = load(Format.UCI_CREDIT_CARD, excerpt(tmp_path))
    texts = [str(fact.message) for fact in loaded.facts if fact.topic == "bank.people.v1"]
    assert len(texts) == 3
    assert all("+886-900-00000" in text and "@example.test" in text for text in texts)


def test_loans_and_people_come_first(tmp_path: Path) -> None:
    topics = [fact.topic for fact in load(Format.UCI_CREDIT_CARD, excerpt(tmp_path)).facts]
    assert topics[:3] == ["bank.people.v1"] * 3
    assert set(topics[3:]) == {"bank.facts.v1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXCERPT.replace("1,20000", "one,20000"), "ID is 'one'"),
        (EXCERPT.replace(",600,0", ",6.5,0"), "PAY_AMT6 is '6.5'"),
        (EXCERPT.replace(",600,0", ",-600,0"), "a payment below 0"),
        (EXCERPT.replace("2,50000,1,1,1,30", "2,50000,1,1,1,30,77"), "a status above 9"),
        ("9,1\n" + EXCERPT, "PAY_6 is ''"),
    ],
)
def test_a_bad_account_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    loaded = load(Format.UCI_CREDIT_CARD, excerpt(tmp_path, text))
    assert said in str(loaded.bad_rows[0])


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(PortfolioError, match="lacks the columns ID, PAY_6"):
        load(Format.UCI_CREDIT_CARD, file)
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(gzip.compress(HEADER.encode())[:-9])
    with pytest.raises(PortfolioError, match="cannot be read"):
        load(Format.UCI_CREDIT_CARD, torn)


def owes(account: Account, month: int) -> bool:
    return account.overdue(month) > 0


def runs(account: Account, holds: Callable[[int], bool]) -> list[int]:
    """The months in which a run of months that hold begins."""
    return [m for m in range(6) if holds(m) and (m == 0 or not holds(m - 1))]
