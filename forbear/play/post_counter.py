"""The post office's HTTP doors: the gateway contract of docs/gateways.md, and the people's side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from forbear.play.post_ledger import PostLedger
from forbear.play.post_reports import Reports, Word
from services.contact.gateways.signing import HEADER, BadSignature, verify


class MessageIn(BaseModel):
    """What the contract sends; the words are not looked at."""

    model_config = ConfigDict(extra="ignore")

    id: str
    channel: Literal["sms", "push", "letter"]
    to: str
    content: str


class OutcomeIn(BaseModel):
    outcome: Literal["delivered", "undeliverable"]


def counter(
    ledger: PostLedger, reports: Reports, secret: str, wall: Callable[[], datetime]
) -> FastAPI:
    app = FastAPI(title="The play's post office", docs_url=None, redoc_url=None)
    app.include_router(_provider(ledger, secret, wall))
    app.include_router(_people(ledger, reports))
    return app


def _provider(ledger: PostLedger, secret: str, wall: Callable[[], datetime]) -> APIRouter:
    """What a gateway answers."""

    async def signed(request: Request) -> None:
        of = (request.method, request.url.path, await request.body())
        try:
            verify(secret, request.headers.get(HEADER, ""), wall(), of)
        except BadSignature as bad:
            raise HTTPException(401, str(bad)) from None

    door = APIRouter(dependencies=[Depends(signed)])

    @door.post("/messages", status_code=202)
    async def take(message: MessageIn) -> Any:
        if message.to.casefold().endswith(".invalid"):
            return JSONResponse({"code": "address_refused"}, 422)
        ledger.take(message.id, message.channel)
        return {"id": message.id, "status": "accepted"}

    @door.get("/messages/{attempt_id}")
    async def show(attempt_id: str) -> dict[str, str]:
        if ledger.find(attempt_id) is None:
            raise HTTPException(404, "no such message came here")
        return {"id": attempt_id, "status": "accepted"}

    return door


def _people(ledger: PostLedger, reports: Reports) -> APIRouter:
    """What arrived, for the people of the play, who say what happened to it."""
    door = APIRouter()

    @door.get("/v1/{tenant}/arrived")
    async def arrived(
        tenant: str,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> dict[str, list[dict[str, object]]]:
        return {"arrived": [asdict(each) for each in ledger.after(after, limit)]}

    @door.post("/v1/{tenant}/arrived/{attempt_id}/outcome")
    async def became(tenant: str, attempt_id: str, body: OutcomeIn) -> dict[str, str]:
        """People say what happened to a message; the provider's receipt follows."""
        found = ledger.find(attempt_id)
        if found is None:
            raise HTTPException(404, "no such message came here")
        reports.tell(Word(attempt_id, found.channel, body.outcome))
        return {"id": attempt_id, "outcome": body.outcome}

    @door.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"service": "post_office", "status": "ready"}

    return door
