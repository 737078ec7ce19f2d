"""What the people of the bundled sample will do, loan by loan; read by those who play them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

import yaml

Parameter = int | str | bool


class Behaviour(StrEnum):
    """The parameters of each are described in docs/portfolio.md."""

    PAYS_AFTER_REMINDER = "pays_after_reminder"
    PAYS_AFTER_CALL = "pays_after_call"
    PAYS_AFTER_DEMAND = "pays_after_demand"
    PROMISES_AND_KEEPS = "promises_and_keeps"
    PROMISES_AND_BREAKS = "promises_and_breaks"
    ACCEPTS_PLAN = "accepts_plan"
    ACCEPTS_SETTLEMENT = "accepts_settlement"
    DECLINES_THEN_VISIT_PAYS = "declines_then_visit_pays"
    SILENT = "silent"
    SILENT_UNTIL_COURT_PAYS = "silent_until_court_pays"
    STOPS = "stops"
    WRONG_NUMBER = "wrong_number"
    DISPUTES = "disputes"
    HARDSHIP = "hardship"
    BEREAVEMENT = "bereavement"
    REPRESENTED = "represented"
    BANKRUPTCY = "bankruptcy"
    BANK_PAUSE = "bank_pause"
    COMPLAINS = "complains"
    HELD = "held"
    OPERATOR_CLOSES = "operator_closes"
    CURES_BY_BANK = "cures_by_bank"


class Reporter(StrEnum):
    """Who sends a loan's later snapshots: the simulated core bank, or the file alone."""

    CORE_BANK = "core_bank"
    FILE = "file"


@dataclass(frozen=True)
class LoanScript:
    """`intends` is the closing reason the script works towards, or `open`."""

    loan_ref: str
    behaviour: Behaviour
    intends: str
    reported_by: Reporter = Reporter.CORE_BANK
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def read_script(path: Path) -> dict[str, LoanScript]:
    """The script of each loan of a `script.yaml`, by loan_ref."""
    # The C loader reads two hundred entries at once where the pure one takes a breath.
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    scripts = (_script(entry) for entry in content["loans"])
    return {script.loan_ref: script for script in scripts}


def format_script(scripts: Sequence[LoanScript]) -> str:
    """The text of a `script.yaml`, one line per loan."""
    lines = ["# What the people of the sample do; made by `python -m forbear.portfolio.sample`."]
    lines.append("loans:")
    lines += [f"  - {_flow(script)}" for script in scripts]
    return "\n".join(lines) + "\n"


def _flow(script: LoanScript) -> str:
    entry = {**asdict(script), "behaviour": script.behaviour.value}
    entry |= {"reported_by": script.reported_by.value, "parameters": dict(script.parameters)}
    text: str = yaml.safe_dump(entry, default_flow_style=True, sort_keys=False, width=1_000)
    return text.strip()


def _script(entry: Mapping[str, object]) -> LoanScript:
    parameters = entry.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise ValueError(f"parameters of {entry['loan_ref']} must be a mapping, got {parameters!r}")
    return LoanScript(
        loan_ref=str(entry["loan_ref"]),
        behaviour=Behaviour(str(entry["behaviour"])),
        intends=str(entry["intends"]),
        reported_by=Reporter(str(entry["reported_by"])),
        parameters=parameters,
    )
