"""The agenda goes on after a restart where it stopped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from events.v1.bank_pb2 import BankFact
from forbear.play.agenda import open_agenda
from forbear.play.behaviour import Deed, Intent

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


def test_what_was_planned_seen_and_written_to_be_sent_survives_a_restart(tmp_path: Path) -> None:
    agenda = open_agenda(tmp_path / "people" / "demo.json")
    agenda.plan([("a1", NOW, "l1", Intent(Deed.OUTCOME, 1, {"outcome": "delivered"}))])
    agenda.saw(7)
    agenda.reported_through = date(2026, 3, 4)
    agenda.to_send.append(BankFact(event_id="core-1", loan_ref="CL-1"))
    agenda.save()
    again = open_agenda(agenda.file)
    assert again.seen == 7
    assert again.reported_through == date(2026, 3, 4)
    assert again.entries == agenda.entries
    assert again.to_send == agenda.to_send


def test_what_is_done_once_is_not_planned_again_even_after_a_restart(tmp_path: Path) -> None:
    agenda = open_agenda(tmp_path / "demo.json")
    close = Intent(Deed.CLOSE_CASE, 0, once="close")
    agenda.plan([("a1", NOW, "l1", close)])
    (entry,) = agenda.due(NOW)
    agenda.finish(entry)
    agenda.save()
    again = open_agenda(agenda.file)
    again.plan([("a2", NOW, "l1", close), ("a3", NOW, "l2", close)])
    assert [entry.loan_id for entry in again.due(NOW)] == ["l2"]


def test_only_what_has_come_is_due_and_in_order(tmp_path: Path) -> None:
    agenda = open_agenda(tmp_path / "demo.json")
    pay = Intent(Deed.PAY_OVERDUE, 0)
    later = NOW + timedelta(hours=1)
    agenda.plan([("b", NOW, "l1", pay), ("c", later, "l1", pay)])
    agenda.plan([("a", NOW - timedelta(hours=1), "l1", pay)])
    assert [entry.entry_id for entry in agenda.due(NOW)] == ["a/pay_overdue", "b/pay_overdue"]


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    agenda = open_agenda(tmp_path / "demo.json")
    agenda.save()
    assert not agenda.file.exists()
