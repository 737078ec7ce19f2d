"""What contact says of its records reaches the person who asked, page by page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from typer.testing import CliRunner, Result

from forbear.cli import app
from tests.conftest import free_port

CONTACT_OFFSET = 4


def record(record_id: str, *, may_be_deleted: bool, kept_until: str | None) -> dict[str, Any]:
    return {
        "kind": "recording",
        "record_id": record_id,
        "loan_ids": ["l1"],
        "kept_until": kept_until,
        "because": "2 years from 2026-03-02" if may_be_deleted else "the debt is not cleared",
        "may_be_deleted": may_be_deleted,
    }


RECORDS = [
    record("rec-1", may_be_deleted=True, kept_until="2028-03-02"),
    record("rec-2", may_be_deleted=False, kept_until=None),
]


@contextmanager
def contact(status: int = 200) -> Iterator[tuple[int, list[dict[str, list[str]]]]]:
    """A real HTTP server that pages as contact does; yields its port base and what was asked."""
    asked: list[dict[str, list[str]]] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            asked.append(query)
            after = query.get("after", [""])[0]
            page = [each for each in RECORDS if each["record_id"] > after][:1]
            answer = {"records": page, "detail": "No tenant 'x' is configured."}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port - CONTACT_OFFSET, asked
    finally:
        server.shutdown()
        server.server_close()


def run(base: int, *more: str) -> Result:
    arguments = ["retention", "due", "--at", "2029-01-01", "--years", "2", "--kind", "recording"]
    environment = {"FORBEAR_PORT_BASE": str(base)}
    return CliRunner().invoke(app, [*arguments, *more], env=environment)


def test_each_record_is_listed_with_its_day_or_its_reason() -> None:
    with contact() as (base, asked):
        result = run(base, "--from-last-activity")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "recording rec-1: may be deleted (2 years from 2026-03-02)",
        "recording rec-2: kept until further notice (the debt is not cleared)",
        "1 may be deleted, 1 may not yet",
    ]
    assert len(asked) == 3
    assert asked[0]["at"] == ["2029-01-01"]
    assert asked[0]["counts_from_last_activity"] == ["true"]
    assert asked[0]["years"] == ["2"]


def test_without_years_the_packs_alone_are_asked() -> None:
    with contact() as (base, asked):
        environment = {"FORBEAR_PORT_BASE": str(base)}
        result = CliRunner().invoke(
            app, ["retention", "due", "--at", "2029-01-01"], env=environment
        )
    assert result.exit_code == 0, result.output
    assert "years" not in asked[0]


def test_as_json_each_record_is_a_line() -> None:
    with contact() as (base, _):
        result = run(base, "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == RECORDS


def test_a_refusal_and_a_missing_service_are_said_in_words() -> None:
    with contact(404) as (base, _):
        result = run(base)
    assert "contact refused" in str(result.exception)
    result = run(free_port() - CONTACT_OFFSET)
    assert "contact does not answer" in str(result.exception)
