"""What integrators read says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from forbear import documents
from forbear.stack.topics import read_topics

DOCS = Path(__file__).resolve().parents[2] / "docs"
RENDERED = documents.rendered()


@pytest.mark.parametrize("path", sorted(RENDERED))
def test_a_generated_document_is_fresh(path: str) -> None:
    kept = (DOCS / path).read_text(encoding="utf-8")
    assert kept == RENDERED[path], f"docs/{path} is stale: run make documents"


def test_every_declared_topic_but_the_dead_letters_is_described() -> None:
    declared = {topic.name for topic in read_topics() if not topic.name.endswith(".dlq.v1")}
    assert declared == set(documents.MESSAGES)
