"""Every service's API behaves alike: refusals, limits, health, and the way to its context."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import auth, problem
from chassis.database import Database
from chassis.settings import Settings

if TYPE_CHECKING:
    from chassis.service import Context

BODY_BYTES_MAX = 8 * 1024 * 1024
_TOO_LARGE = f"A request body may hold at most {BODY_BYTES_MAX} bytes; send it in smaller parts."


def create_app(
    name: str, settings: Settings, database: Database, routers: Sequence[APIRouter]
) -> FastAPI:
    app = FastAPI(title=f"Forbear {name}", version="1", docs_url="/docs", redoc_url=None)
    app.add_middleware(_BodyLimit)
    app.add_middleware(auth.LoopbackOnly)
    problem.install(app)
    for router in routers:
        app.include_router(router)
    _add_health(app, name, database)
    app.state.settings = settings
    return app


async def context(request: Request) -> Context:
    """The service's context, for handlers: `context: ContextDependency`."""
    return cast("Context", request.app.state.context)


if TYPE_CHECKING:
    ContextDependency = Annotated[Context, Depends(context)]
else:
    # The service module imports this one; at run time the type is not needed, only the dependency.
    ContextDependency = Annotated[object, Depends(context)]


class _BodyLimit:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared_length(scope) > BODY_BYTES_MAX:
            refusal = problem.problem(413, "http/413", _TOO_LARGE)
            await problem.answer(refusal, 413)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BODY_BYTES_MAX:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, limited, send)


def _declared_length(scope: Scope) -> int:
    declared = Headers(scope=scope).get("content-length", "0")
    return int(declared) if declared.isdecimal() else 0


def _add_health(app: FastAPI, name: str, database: Database) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"service": name, "status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        ready = await database.healthy()
        body = {"service": name, "status": "ready" if ready else "database unreachable"}
        return JSONResponse(body, 200 if ready else 503)
