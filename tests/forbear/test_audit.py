"""The verdict on the histories reaches the person who asked, with a status scripts can read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typer.testing import CliRunner

from chassis.settings import settings_from
from forbear.audit import ask
from forbear.cli import app
from forbear.stack.failures import StackError
from tests.conftest import free_port

LEDGER_OFFSET = 2


@contextmanager
def ledger(verdict: dict[str, object]) -> Iterator[int]:
    """A real HTTP server that answers as the ledger would; yields its port base."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(verdict).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port - LEDGER_OFFSET
    finally:
        server.shutdown()
        server.server_close()


def test_verified_histories_are_counted() -> None:
    with ledger({"loans": 3, "verified": 3, "first_broken": None, "gaps": []}) as base:
        result = CliRunner().invoke(app, ["audit", "verify"], env={"FORBEAR_PORT_BASE": str(base)})
    assert result.exit_code == 0, result.output
    assert "3 of 3 histories verified" in result.output


def test_the_first_broken_link_and_a_gap_are_named_and_the_status_says_so() -> None:
    verdict: dict[str, object] = {
        "loans": 3,
        "verified": 2,
        "first_broken": {"loan_id": "l1", "seq": 7, "reason": "the bytes were changed"},
        "gaps": [{"source": "collect.case.v1", "loan_id": "l2", "expected": 4, "found": 6}],
    }
    with ledger(verdict) as base:
        result = CliRunner().invoke(app, ["audit", "verify"], env={"FORBEAR_PORT_BASE": str(base)})
    assert result.exit_code == 1
    assert "loan l1, record 7: the bytes were changed" in result.output
    assert "expected version 4, found 6" in result.output


def test_a_ledger_that_is_not_there_is_said_in_words() -> None:
    with pytest.raises(StackError, match="start it: forbear up"):
        ask(settings_from(port_base=free_port() - LEDGER_OFFSET), "demo")
