"""The one place where the checker's world calls the gate: a facts document in, a verdict out."""

from __future__ import annotations

from tests.services.contact.law.clocks import Document


def ask(document: Document) -> Document:
    raise AssertionError("the gate is not here yet")
