"""Every service's API behaves alike: refusals, limits, health, and the way to its context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def create_app(
    name: str,
    settings: Settings,
    database: Database,
    routers: Sequence[APIRouter],
    larger_bodies: Mapping[str, int] | None = None,
) -> FastAPI:
    """`larger_bodies`: the bytes that doors may take whose paths end so; others take fewer."""
    app = FastAPI(title=f"Forbear {name}", version="1", docs_url="/docs", redoc_url=None)
    app.add_middleware(_BodyLimit, larger=larger_bodies or {})
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
    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self._app, self._larger = app, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        ends = scope["path"].endswith
        most = max([n for path, n in self._larger.items() if ends(path)], default=BODY_BYTES_MAX)
        too_large = f"A request body may hold at most {most} bytes; send it in smaller parts."
        if _declared_length(scope) > most:
            refusal = problem.problem(413, "http/413", too_large)
            await problem.answer(refusal, 413)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, too_large)
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
