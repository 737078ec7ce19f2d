"""One mapping from refusals to RFC 9457 documents, which never repeat what the caller sent."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from chassis.errors import Rejected

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    app.add_exception_handler(Rejected, _rejected)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def document(refusal: Rejected) -> dict[str, object]:
    """The problem document of a refusal, its details as extension members."""
    body = problem(refusal.status, refusal.code, refusal.message)
    details: dict[str, object] = jsonable_encoder(refusal.details)
    return {**details, **body}


def problem(status: int, code: str, message: str) -> dict[str, object]:
    title = code.rsplit("/", 1)[-1].replace("_", " ").capitalize()
    return {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": message,
    }


def answer(body: dict[str, object], status: int, **headers: str) -> JSONResponse:
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


async def _rejected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Rejected)
    body = document(error) | {"instance": request.url.path}
    return answer(body, error.status, **({"Retry-After": "1"} if error.retryable else {}))


async def _not_understood(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # Pydantic's `input` and `ctx` repeat the caller's values, which may be personal data.
    errors = [
        {"at": ".".join(str(step) for step in item["loc"]), "problem": item["type"]}
        | ({} if item["type"] == "value_error" else {"message": item["msg"]})
        for item in error.errors()
    ]
    body = problem(422, "http/invalid", "The request is not of the documented shape; see errors.")
    return answer(body | {"instance": request.url.path, "errors": errors}, 422)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = problem(error.status_code, f"http/{error.status_code}", str(error.detail))
    return answer(body | {"instance": request.url.path}, error.status_code)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("request failed", exc_info=error, extra={"route": request.scope.get("path")})
    body = problem(500, "http/unexpected", "The service failed; its log says why. Try again.")
    return answer(body, 500)
