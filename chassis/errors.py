"""Expected refusals carry a stable code, so that every door can answer them the same way.

Rejected ─┬─ Malformed   400  the request lacks what it must carry
          ├─ Forbidden   403  this caller may not
          ├─ NotFound    404
          ├─ Conflict    409
          ├─ Invalid     422  understood, and wrong
          └─ Behind      503  the only retryable one: try again
Undecodable               a record that can never be read: to the dead-letter topic
"""

from __future__ import annotations

from typing import ClassVar


class Rejected(Exception):
    """An expected refusal: what was wrong, with which value, and what to do."""

    status: ClassVar[int] = 409
    retryable: ClassVar[bool] = False

    def __init__(self, code: str, message: str, **details: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: dict[str, object] = details

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Malformed(Rejected):
    status = 400


class Forbidden(Rejected):
    status = 403


class NotFound(Rejected):
    status = 404


class Conflict(Rejected):
    status = 409


class Invalid(Rejected):
    status = 422


class Behind(Rejected):
    status = 503
    retryable = True


class Undecodable(Exception):
    """The record cannot be read by anyone; parking and retrying it would not help."""
