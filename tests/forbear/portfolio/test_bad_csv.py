"""Bad rows of Forbear's own CSV, each with its stated outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from forbear.portfolio.facts import Format, PortfolioError, load, read
from forbear.replay import register

HEADER = (
    "kind,event_id,loan_ref,sequence,occurred_at,transaction_id,amount_minor,currency,effective_on"
)
GOOD = "payment_received,E-1,L-1,1,2026-03-02T04:00:00Z,T-1,500,CNY,2026-03-02"
AT = "2026-03-02T04:00:00Z"

# name, the row, what the report must say
REFUSED = [
    ("an empty kind", f",E,L,1,{AT},T,5,CNY,2026-03-02", "kind is ''"),
    ("an unknown kind", f"paid,E,L,1,{AT},T,5,CNY,2026-03-02", "kind is 'paid'"),
    ("a cell too few", f"payment_received,E,L,1,{AT},T,5,CNY", "8 cells"),
    ("a cell too many", GOOD + ",surplus", "10 cells"),
    ("no event id", f"payment_received,,L,1,{AT},T,5,CNY,2026-03-02", "needs event_id"),
    ("no loan", f"payment_received,E,,1,{AT},T,5,CNY,2026-03-02", "needs loan_ref"),
    ("no amount", f"payment_received,E,L,1,{AT},T,,CNY,2026-03-02", "needs amount_minor"),
    ("a float amount", f"payment_received,E,L,1,{AT},T,5.00,CNY,2026-03-02", "'5.00'"),
    ("an exponent", f"payment_received,E,L,1,{AT},T,5e2,CNY,2026-03-02", "whole number"),
    ("not a number", f"payment_received,E,L,1,{AT},T,NaN,CNY,2026-03-02", "whole number"),
    ("underscores", f"payment_received,E,L,1,{AT},T,5_0,CNY,2026-03-02", "whole number"),
    ("other digits", f"payment_received,E,L,1,{AT},T,٥٠٠,CNY,2026-03-02", "whole number"),
    ("a thousands mark", f'payment_received,E,L,1,{AT},T,"5,000",CNY,2026-03-02', "whole number"),
    (
        "more than 64 bits",
        f"payment_received,E,L,1,{AT},T,9223372036854775808,CNY,2026-03-02",
        "more than 64 bits",
    ),
    ("a spreadsheet formula", f"payment_received,E,L,1,{AT},T,=1+1,CNY,2026-03-02", "'=1+1'"),
    ("31 February", f"payment_received,E,L,1,{AT},T,5,CNY,2026-02-31", "a real day"),
    ("a date turned round", f"payment_received,E,L,1,{AT},T,5,CNY,02/03/2026", "a real day"),
    ("a week date", f"payment_received,E,L,1,{AT},T,5,CNY,2026-W10-1", "a real day"),
    ("no instant", "payment_received,E,L,1,,T,5,CNY,2026-03-02", "needs occurred_at"),
    ("an instant without a zone", GOOD.replace("00Z", "00"), "without a zone"),
    ("the 25th hour", GOOD.replace("T04", "T25"), "write it like"),
    ("an instant before year 1", GOOD.replace(AT, "0001-01-01T00:00:00+14:00"), "years 1 to 9999"),
    ("a filled cell of another kind", f"closed,E,L,1,{AT},T,,,", "no transaction_id"),
    ("a NUL character", GOOD.replace("T-1", "T\0"), "NUL"),
    ("a row as long as a book", GOOD.replace("T-1", "T" * 70_000), "longer than"),
    ("a broken quote", GOOD.replace("T-1", '"T"1'), "not CSV"),
]

# well-formed but untrue: these are sent, for intake to judge and to keep in quarantine
ACCEPTED = [
    ("a negative amount", GOOD.replace("500", "-500")),
    ("a zero amount", GOOD.replace("500", "0")),
    ("a currency of two letters", GOOD.replace("CNY", "CN")),
    ("a payment in the year 9999", GOOD.replace(",2026-03-02", ",9999-12-31")),
    ("SQL in a reference", GOOD.replace("L-1", "L'; DROP TABLE loan; --")),
    ("a card number as reference", GOOD.replace("L-1", "4111111111111111")),
    ("letters of many scripts", GOOD.replace("L-1", "貸款-٣-Ω")),
    ("blanks around cells", GOOD.replace("500", " 500 ")),
]


def write(directory: Path, *rows: str, header: str = HEADER) -> Path:
    file = directory / "facts.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("row", "said"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_a_bad_row_is_named_with_its_line_and_the_good_ones_are_kept(
    tmp_path: Path, row: str, said: str
) -> None:
    loaded = load(Format.FORBEAR_CSV, write(tmp_path, GOOD, row, GOOD.replace("E-1", "E-2")))
    (bad,) = loaded.bad_rows
    assert bad.line == 3
    assert said in str(bad)
    assert [fact.key for fact in loaded.facts] == ["L-1", "L-1"]


@pytest.mark.parametrize("row", [case[1] for case in ACCEPTED], ids=[c[0] for c in ACCEPTED])
def test_a_well_formed_row_is_sent_however_untrue_it_is(tmp_path: Path, row: str) -> None:
    loaded = load(Format.FORBEAR_CSV, write(tmp_path, row))
    assert (loaded.total, loaded.bad_rows) == (1, ())


def test_a_row_that_is_not_utf_8_is_refused_alone(tmp_path: Path) -> None:
    file = tmp_path / "facts.csv"
    latin = GOOD.replace("L-1", "Müller").encode("latin-1")
    file.write_bytes(b"\n".join([HEADER.encode(), latin, GOOD.encode()]))
    loaded = load(Format.FORBEAR_CSV, file)
    assert "loan_ref is not UTF-8" in str(loaded.bad_rows[0])
    assert loaded.total == 1


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("parties", "P-1|borrower", "write ref|role|kind|language"),
        ("parties", "P-1|borrower|person|zh-CN|much", "a party's limit"),
        ("taken_over", "{not json", "not the JSON"),
        ("taken_over", '{"notices": [{"colour": "red"}]}', "not the JSON"),
        ("taken_over", '{"a":' * 60 + "1" + "}" * 60, "not the JSON"),
        ("assignee", '{"colour": "red"}', "not the JSON of Assignee"),
        ("points", "p|phone", "write ref|kind|value"),
        ("points", "p|phone|1|contract|golden", "verified+reserved+consent"),
        ("raw_hex", "xyz", "hexadecimal"),
        ("is_accelerated", "yes", "write true or false"),
    ],
)
def test_a_list_in_a_cell_must_follow_its_notation(
    tmp_path: Path, column: str, cell: str, said: str
) -> None:
    row = {
        "parties": {"kind": "registered", "product": "card", "segment": "individual"},
        "taken_over": {"kind": "taken_over", "on": "2026-03-02"},
        "assignee": {"kind": "sold", "on": "2026-03-02"},
        "points": {"kind": "person", "party_ref": "P", "name": "N", "party_kind": "person"},
        "raw_hex": {"kind": "undecodable", "event_id": ""},
        "is_accelerated": {"kind": "snapshot", "as_of": "2026-03-02", "balance_minor": "0"},
    }[column]
    row = {"event_id": "E", "occurred_at": AT, **row, column: '"' + cell.replace('"', '""') + '"'}
    row |= {"language": "zh-CN"} if column == "points" else {"loan_ref": "L"}
    row |= {"currency": "CNY"} if column in ("parties", "is_accelerated") else {}
    loaded = load(Format.FORBEAR_CSV, write(tmp_path, ",".join(row.values()), header=",".join(row)))
    assert said in str(loaded.bad_rows[0])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER + ",colour", "columns that no fact has: 'colour'"),
        (HEADER + ",currency", "column 'currency' twice"),
        (HEADER.replace("kind,", ""), "no column 'kind'"),
        ("", "is empty"),
    ],
)
def test_a_wrong_header_refuses_the_whole_file(tmp_path: Path, header: str, said: str) -> None:
    file = write(tmp_path, header=header) if header else tmp_path / "empty.csv"
    file.touch()
    with pytest.raises(PortfolioError, match=said):
        load(Format.FORBEAR_CSV, file)


def test_a_missing_file_and_an_empty_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PortfolioError, match="does not exist"):
        load(Format.FORBEAR_CSV, tmp_path / "nowhere.csv")
    with pytest.raises(PortfolioError, match=r"holds no \.csv file"):
        load(Format.FORBEAR_CSV, tmp_path)


def test_rows_in_any_order_are_read_in_time_order(tmp_path: Path) -> None:
    later = GOOD.replace("T04", "T09").replace("L-1", "L-2")
    sent_last = GOOD.replace("L-1", "L-3") + ",2026-03-03T00:00:00+08:00"
    file = write(tmp_path, later + ",", sent_last, GOOD + ",", header=HEADER + ",sent_at")
    assert [fact.key for fact in read("forbear-csv", file)] == ["L-1", "L-2", "L-3"]


def test_a_strict_replay_sends_nothing_if_any_row_is_bad(tmp_path: Path) -> None:
    app = typer.Typer()
    register(app)
    file = write(tmp_path, GOOD, REFUSED[0][1])
    result = CliRunner().invoke(app, [str(file), "--format", "forbear-csv", "--strict"])
    assert result.exit_code == 1
    assert "line 3" in result.output
    assert "nothing was sent" in result.output
