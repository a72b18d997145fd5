"""Who may ask the review page: this browser, with the token, for this address; everything else is refused.

Other users of the machine reach its loopback address, and any page open in the browser can send requests
there. So: a random token, told once in the terminal and kept as a cookie; the exact `Host`, against names
that are made to point here; the exact `Origin` and a second token on every change; and headers that let the
browser run and load nothing but the page's own three files.
"""

from __future__ import annotations

import hashlib
from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No 'unsafe-eval': htmx could make code of text in attributes, which static/README.md says more of.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
_LARGEST_ADDRESS: Final = 2_000


class Guard:
    """Lets requests through to `app` that come from the page itself; the others get one plain sentence."""

    def __init__(self, app: ASGIApp, *, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._host = f"127.0.0.1:{port}"
        self._cookie = f"grader_review_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0].decode("latin-1") not in HEADERS]
                ours = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": kept + ours}
            await send(message)

        headers = _headers(scope)
        if headers.get("host") != [self._host]:
            await _say(send_with_headers, 421, f"This page answers at {self._host} only.")
            return
        if len(scope["path"]) + len(scope["query_string"]) > _LARGEST_ADDRESS:
            await _say(send_with_headers, 414, "This address is too long.")
            return
        if scope["method"] not in ("GET", "HEAD", "POST"):
            await _say(send_with_headers, 405, "Only GET and POST are understood here.")
            return
        if scope["method"] == "POST" and headers.get("origin") != [f"http://{self._host}"]:
            await _say(send_with_headers, 403, "This request does not come from the review page.")
            return
        if self._is_known(headers):
            await self._app(scope, receive, send_with_headers)
        elif scope["method"] == "GET" and scope["path"] == "/" and self._has_token(scope):
            # The token leaves the address at once: addresses are kept in histories.
            cookie = f"{self._cookie}={self._token}; HttpOnly; SameSite=Strict; Path=/"
            await _say(send_with_headers, 303, "", [(b"location", b"/"), (b"set-cookie", cookie.encode())])
        else:
            said = "Open the address with the token that `grader review` printed in its terminal."
            await _say(send_with_headers, 403, said)

    def _is_known(self, headers: dict[str, list[str]]) -> bool:
        for line in headers.get("cookie", ()):
            try:
                found = SimpleCookie(line).get(self._cookie)
            except CookieError:
                continue
            if found is not None and compare_digest(found.value.encode(), self._token.encode()):
                return True
        return False

    def _has_token(self, scope: Scope) -> bool:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        return len(given) == 1 and compare_digest(given[0].encode(), self._token.encode())


def form_token(token: str) -> str:
    """What every form carries beside the cookie: it shows that the form was made by this page.

    It is made from the token and does not tell it.
    """
    return hashlib.sha256(b"grader review form " + token.encode()).hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Whether a form carries the right one."""
    return compare_digest(given.encode(), form_token(token).encode())


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


async def _say(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    body = text.encode()
    plain = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": plain + (headers or [])})
    await send({"type": "http.response.body", "body": body})
