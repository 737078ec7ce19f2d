"""Whoever reads a topic can read every event on it, or it would end in the dead letters."""

from __future__ import annotations

import ast
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


@pytest.mark.parametrize("service", ["contact", "legal", "negotiation"])
def test_a_consumer_wants_exactly_what_its_reader_knows(service: str) -> None:
    """What is read and not wanted would be passed over, and nobody would miss it."""
    where = ROOT / "services" / service
    files = sorted((where / "consumers").glob("*.py")) or [where / "consumers.py"]
    trees = [ast.parse(file.read_text()) for file in files]
    read = {
        ast.unparse(pattern.cls)
        for tree in trees
        for pattern in ast.walk(tree)
        if isinstance(pattern, ast.MatchClass)
    }
    wanted = next(
        node.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "WANTED"
    )
    assert {name.id for name in ast.walk(wanted) if isinstance(name, ast.Name)} == read
