"""Whoever reads a topic can read every event on it, or it would end in the dead letters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from forbear.documents import MESSAGES

ROOT = Path(__file__).resolve().parents[2]
READERS = ("services.cases.consumers", "services.legal.consumers", "services.ledger.consumers")
TYPES = sorted(kind.DESCRIPTOR.full_name for kind in MESSAGES["collect.contact.v1"])


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_of_contacts_topic_knows_every_type_on_it(reader: str) -> None:
    """In a process of its own: here, other tests have made the types known already."""
    program = (
        f"import {reader}; from chassis.inbox import parse; [parse(t, b'') for t in {TYPES!r}]"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
