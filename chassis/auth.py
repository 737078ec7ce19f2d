"""There is no authentication yet, so the door is the machine itself: loopback, and no strangers.

A page in a browser on this machine could reach loopback too; foreign Host headers (DNS rebinding)
and cross-origin requests are therefore refused. A door that asks each caller for a token or a
signature of its own is exempt: it is the one a proxy leads strangers to.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.problem import answer, problem
from chassis.settings import is_loopback

_proven: list[re.Pattern[str]] = []


def ask_for_proof(*paths: str) -> None:
    """Names doors that admit nobody without a token or a signature made for them."""
    _proven.extend(compile_path(path)[0] for path in paths)


class LoopbackOnly:
    """ASGI middleware that answers 403 to a foreign Host and to other sites' pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] != "http" or any(each.match(scope["path"]) for each in _proven)
        reason = "" if is_open else refusal(scope["method"], Headers(scope=scope))
        stranger = answer(problem(403, "http/foreign_caller", reason), 403)
        await (stranger if reason else self._app)(scope, receive, send)


def refusal(method: str, headers: Headers) -> str:
    """Why a request is refused, or nothing."""
    host = headers.get("host", "")
    if not is_loopback(urlsplit(f"//{host}").hostname or ""):
        return "This door answers only requests addressed to a loopback host such as 127.0.0.1."
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "Requests from pages of another origin are refused; call from the same origin."
    site = headers.get("sec-fetch-site", "none")
    follows_link = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    if site not in ("none", "same-origin") and not follows_link:
        return "Requests from pages of another site are refused; call from the same origin."
    return ""
