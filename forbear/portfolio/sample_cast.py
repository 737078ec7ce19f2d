"""The cast of the bundled sample: which loans there are, what happens to each, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forbear.portfolio.script import Behaviour, Parameter, Reporter

START = date(2026, 3, 2)
DAYS = 136
START_TEXT = START.isoformat()
PRODUCTS = {"consumer_loan": "CL", "card": "CC", "enterprise_loan": "EL"}


@dataclass(frozen=True)
class Group:
    """Loans alike. `due` is the range of days after the start in which the first missed instalment
    falls due; `missed` how many were missed before; a `matured` loan has no further instalments.

    `proven` names what another system did: `ladder` (every notice up to the legal warning),
    `demand`, `plan`, `matter`, `old` (long ago, so that limitation is about to expire).
    `pays` are days after the first missed due date on which the file itself brings a payment of all
    that is overdue; the one of `reverses` is undone by the bank so many days after that date.
    Of `told_ahead` loans each instalment is told a week before its day, as a bank's feed would; of
    all others on its morning, so that the reminders that contact owes stay few.
    """

    name: str
    count: int
    product: str
    behaviour: Behaviour
    intends: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    due: tuple[int, int] = (-3, 18)
    missed: int = 1
    is_matured: bool = False
    parties: str = "single"
    proven: str = ""
    ending: tuple[str, int] | None = None
    pays: tuple[int, ...] = ()
    reverses: int | None = None
    reported_by: Reporter = Reporter.CORE_BANK
    debtors_of: str = ""
    told_ahead: bool = False

    @property
    def prefix(self) -> str:
        return PRODUCTS[self.product]


_B = Behaviour
_LOAN, _CARD, _FIRM = "consumer_loan", "card", "enterprise_loan"
_SOON = (-6, 1)
# Most fall behind in the course of the play, not all at its start: so does any portfolio.
_SPREAD = (-3, 75)
_MONTH_LATE = (-35, -28)
_LATE = (-62, -55)
_FROM_START: dict[str, Parameter] = {"starts_on": START_TEXT}
_FILE = Reporter.FILE


def _held(kind: str, days: int) -> dict[str, Parameter]:
    return {"kind": kind, "days": days, **_FROM_START}


CAST: tuple[Group, ...] = (
    # Cured at the early rungs: the bulk of any portfolio.
    Group("reminder", 18, _LOAN, _B.PAYS_AFTER_REMINDER, "cured", {"days": 2}, due=_SPREAD),
    Group("reminder-card", 12, _CARD, _B.PAYS_AFTER_REMINDER, "cured", {"days": 1}, due=_SPREAD),
    Group("same-debtor", 6, _CARD, _B.PAYS_AFTER_CALL, "cured", {"days": 2}, debtors_of="reminder"),
    Group(
        "call",
        10,
        _LOAN,
        _B.PAYS_AFTER_CALL,
        "cured",
        {"days": 2},
        due=_SPREAD,
        parties="co_borrower",
    ),
    Group(
        "call-firm", 4, _FIRM, _B.PAYS_AFTER_CALL, "cured", {"days": 2}, due=_SPREAD, parties="firm"
    ),
    Group("demand", 5, _LOAN, _B.PAYS_AFTER_DEMAND, "cured", {"days": 3}, due=_SOON),
    Group("demand-firm", 3, _FIRM, _B.PAYS_AFTER_DEMAND, "cured", {"days": 3}, parties="firm"),
    Group("promise", 8, _LOAN, _B.PROMISES_AND_KEEPS, "cured", {"days": 5}, due=_SPREAD),
    Group(
        "file-cure", 8, _LOAN, _B.CURES_BY_BANK, "cured", due=_SPREAD, pays=(9,), reported_by=_FILE
    ),
    Group(
        "file-cure-card",
        6,
        _CARD,
        _B.CURES_BY_BANK,
        "cured",
        due=_SPREAD,
        pays=(12,),
        reported_by=_FILE,
        told_ahead=True,
    ),
    Group(
        "second-episode",
        4,
        _LOAN,
        _B.CURES_BY_BANK,
        "cured",
        due=(-3, 6),
        pays=(8, 52),
        reverses=22,
        reported_by=_FILE,
    ),
    # Paid off, settled, arranged.
    Group("paid", 8, _LOAN, _B.PAYS_AFTER_CALL, "paid", {"days": 1}, due=_SPREAD, is_matured=True),
    Group(
        "plan",
        4,
        _LOAN,
        _B.ACCEPTS_PLAN,
        "arranged",
        {"months": 2},
        due=_MONTH_LATE,
        is_matured=True,
    ),
    Group(
        "plan-firm",
        2,
        _FIRM,
        _B.ACCEPTS_PLAN,
        "arranged",
        {"months": 2},
        due=_MONTH_LATE,
        is_matured=True,
        parties="firm",
    ),
    Group(
        "plan-proven",
        4,
        _LOAN,
        _B.CURES_BY_BANK,
        "arranged",
        due=(-95, -90),
        missed=3,
        is_matured=True,
        proven="plan",
        reported_by=_FILE,
    ),
    Group(
        "settlement",
        5,
        _CARD,
        _B.ACCEPTS_SETTLEMENT,
        "settled",
        due=_MONTH_LATE,
        is_matured=True,
    ),
    Group(
        "visit",
        5,
        _LOAN,
        _B.DECLINES_THEN_VISIT_PAYS,
        "cured",
        due=_MONTH_LATE,
        missed=2,
        proven="demand",
    ),
    # To court.
    Group("court", 4, _LOAN, _B.SILENT_UNTIL_COURT_PAYS, "paid", due=_SOON, is_matured=True),
    Group(
        "court-proven",
        4,
        _LOAN,
        _B.SILENT_UNTIL_COURT_PAYS,
        "paid",
        due=_LATE,
        missed=3,
        is_matured=True,
        proven="ladder",
        parties="co_borrower",
    ),
    Group(
        "court-firm",
        3,
        _FIRM,
        _B.SILENT_UNTIL_COURT_PAYS,
        "paid",
        due=_LATE,
        missed=3,
        is_matured=True,
        proven="matter",
        parties="firm",
    ),
    Group(
        "enforcing",
        3,
        _LOAN,
        _B.SILENT_UNTIL_COURT_PAYS,
        "paid",
        due=(-420, -400),
        missed=3,
        is_matured=True,
        proven="matter",
    ),
    Group(
        "time-barred",
        3,
        _LOAN,
        _B.DISPUTES,
        "time_barred",
        {"resolved_after_days": 40, **_FROM_START},
        due=(-1150, -1130),
        is_matured=True,
        proven="old",
    ),
    # Ended by the bank or by a person.
    Group("silent", 4, _LOAN, _B.SILENT, "open", due=_SOON, is_matured=True),
    Group(
        "silent-card", 3, _CARD, _B.SILENT, "written_off", due=_SOON, ending=("written_off", 115)
    ),
    Group("broken", 3, _LOAN, _B.PROMISES_AND_BREAKS, "written_off", ending=("written_off", 112)),
    Group("stops", 3, _CARD, _B.STOPS, "sold", ending=("sold", 90)),
    Group("wrong-number", 3, _LOAN, _B.WRONG_NUMBER, "recalled", ending=("recalled", 70)),
    Group("operator", 3, _LOAN, _B.OPERATOR_CLOSES, "error", {"after_days": 10}),
    Group(
        "no-estate",
        3,
        _LOAN,
        _B.BEREAVEMENT,
        "deceased_without_estate",
        {"no_estate": True},
        is_matured=True,
    ),
    # Every kind of hold.
    Group(
        "estate",
        2,
        _LOAN,
        _B.BEREAVEMENT,
        "written_off",
        {"no_estate": False},
        ending=("written_off", 100),
    ),
    Group(
        "dispute",
        4,
        _LOAN,
        _B.DISPUTES,
        "recalled",
        {"resolved_after_days": 20},
        ending=("recalled", 80),
    ),
    Group("hardship", 4, _LOAN, _B.HARDSHIP, "cured", {"days": 30}, pays=(57,)),
    Group("represented", 3, _CARD, _B.REPRESENTED, "cured", {"days": 45}, pays=(75,)),
    Group(
        "bankruptcy",
        3,
        _FIRM,
        _B.BANKRUPTCY,
        "written_off",
        parties="firm",
        ending=("written_off", 110),
    ),
    Group("bank-pause", 3, _LOAN, _B.BANK_PAUSE, "cured", {"days": 20, **_FROM_START}, pays=(40,)),
    Group("complaint", 3, _CARD, _B.COMPLAINS, "cured", {"resolved_after_days": 15}, pays=(50,)),
    Group("cease", 2, _CARD, _B.HELD, "cured", _held("cease_request", 30), pays=(45,)),
    Group("vulnerable", 2, _LOAN, _B.HELD, "cured", _held("vulnerability", 30), pays=(45,)),
    Group("incapable", 2, _LOAN, _B.HELD, "cured", _held("incapacity", 60), pays=(70,)),
    Group("breathing", 2, _CARD, _B.HELD, "cured", _held("breathing_space", 60), pays=(65,)),
    Group("disaster", 2, _LOAN, _B.HELD, "cured", _held("disaster", 25), pays=(40,)),
    # Never overdue: they must cost nothing.
    Group("current", 14, _LOAN, _B.CURES_BY_BANK, "none", due=(1, 18), missed=0, reported_by=_FILE),
    # Two loans of one person that fall behind together: their touches become one.
    Group("twice", 4, _LOAN, _B.PAYS_AFTER_DEMAND, "cured", {"days": 3}, due=(2, 2)),
    Group(
        "twice-too",
        4,
        _LOAN,
        _B.PAYS_AFTER_DEMAND,
        "cured",
        {"days": 3},
        due=(2, 2),
        debtors_of="twice",
    ),
)
