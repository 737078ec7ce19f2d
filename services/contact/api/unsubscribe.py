"""The link in every collection mail: a page with one button, and the request mail programs make."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from chassis.auth import ask_for_proof
from chassis.http import ContextDependency
from services.contact.api.doors import desk_of
from services.contact.commands import unsubscribing
from services.contact.commands.unsubscribing import Ticket
from services.contact.domain.templates import tongue_of

router = APIRouter()
ask_for_proof("/v1/{tenant}/unsubscribe/{token}")
Token = Annotated[str, Path(min_length=10, max_length=600, pattern=r"^[A-Za-z0-9_.-]+$")]
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_WORDS = {
    "zh-CN": (
        "停止此类邮件",
        "点击按钮后，{institution} 不会再向您的这个邮箱发送还款提醒和催收邮件。"
        "依法必须送达的通知仍会寄送。您随时可以致电 {phone} 与我们联系。",
        "停止发送",
        "已停止。{institution} 不会再向这个邮箱发送此类邮件。如需帮助，请致电 {phone}。",
    ),
    "en": (
        "Stop these e-mails",
        "With this button {institution} sends no more reminders and collection messages to this "
        "e-mail address. Notices that the law asks for may still reach you. You can always call "
        "us at {phone}.",
        "Stop",
        "Done. {institution} sends no more such messages to this address. If we can help, call "
        "us at {phone}.",
    ),
}


@dataclass(frozen=True)
class Page:
    """The page's words in the person's language."""

    language: str
    title: str
    asking: str
    button: str
    done: str


@router.get(
    "/unsubscribe/{token}",
    summary="A page with one button that stops messages to a contact point",
    response_class=HTMLResponse,
)
async def show_unsubscribe(tenant: str, token: Token, context: ContextDependency) -> HTMLResponse:
    _, page = await _opened(tenant, token, context)
    button = f'<form method="post"><button type="submit">{escape(page.button)}</button></form>'
    return _answer(page, f"<p>{escape(page.asking)}</p>{button}")


@router.post(
    "/unsubscribe/{token}",
    summary="Stop messages to a contact point, at once",
    response_class=HTMLResponse,
)
async def unsubscribe(tenant: str, token: Token, context: ContextDependency) -> HTMLResponse:
    ticket, page = await _opened(tenant, token, context)
    async with context.database.transaction() as session:
        await unsubscribing.unsubscribe(session, ticket, context.clock.now())
    return _answer(page, f"<p>{escape(page.done)}</p>")


async def _opened(tenant: str, token: str, context: ContextDependency) -> tuple[Ticket, Page]:
    desk = desk_of(context, tenant)
    ticket = unsubscribing.read(desk, tenant, token)
    async with context.database.transaction() as session:
        language = tongue_of(await unsubscribing.language(session, ticket))
    issuer = desk.library.issuers.get(tenant)
    fields = {
        "institution": desk.tenants.get(tenant).institution,
        "phone": issuer.phone if issuer else "",
    }
    return ticket, Page(language, *(words.format(**fields) for words in _WORDS[language]))


_STYLE = (
    "body{font:18px/1.6 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em}"
    "h1{font-size:1.4em}button{font:inherit;padding:.6em 1.6em;margin-top:.5em}"
)


def _answer(page: Page, content: str) -> HTMLResponse:
    title = escape(page.title)
    return HTMLResponse(
        f'<!doctype html><html lang="{page.language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{content}</html>",
        headers=_HEADERS,
    )
