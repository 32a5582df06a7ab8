"""The app in a browser on this machine: textual-serve behind a door that lets in one person, from one page.

textual-serve answers anybody who can reach the port, and takes any Origin, so any page in the person's browser could
drive the app. Here a request must name loopback in its Host, come from our own page if it has an Origin, and hold the
token: the address printed at the start carries it once, a cookie that scripts cannot read carries it from then on.
"""

import hmac
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from v7core.errors import ConfigError
from v7terminal.paths import Home

if TYPE_CHECKING:
    from aiohttp import web

HOST: Final = "127.0.0.1"
COOKIE: Final = "v7_token"
PROTECTION: Final = {
    # Nothing from elsewhere: no script, no font, no frame; and no address of ours in a Referer.
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "connect-src 'self' {socket}; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[["web.Request"], Awaitable["web.StreamResponse"]]


class Door:
    """Who may come in.

    Args:
        port: Where the server listens; part of the only Host and Origin that are taken.
        token: Whoever has it is the person.
    """

    def __init__(self, port: int, token: str | None = None) -> None:
        self._hosts: Final = (f"{HOST}:{port}", f"localhost:{port}")
        self._token: Final = token or secrets.token_urlsafe(32)
        self.address: Final = f"http://{HOST}:{port}/?token={self._token}"
        """What the person opens."""

    def refusal(self, host: str, origin: str | None, token: str | None, *, socket: bool) -> str:
        """Why a request is refused; empty when it may come in.

        Args:
            host: Its Host header.
            origin: Its Origin header, None when it has none; a socket must have one.
            token: From its cookie or its address.
            socket: It opens the socket that drives the app.
        """
        if host not in self._hosts:
            return "this is not the host you are looking for"
        if origin is not None and origin not in {f"http://{each}" for each in self._hosts}:
            return "a page of another origin"
        if socket and origin is None:
            return "a socket of no page"
        if token is None or not hmac.compare_digest(token.encode(), self._token.encode()):
            return "open the address that `v7 serve` printed"
        return ""


def guarded(app: "web.Application", door: Door) -> "web.Application":
    """Put the door before every route of an application, its files included."""
    from aiohttp import web

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.query.get("token")
        socket = request.headers.get("Upgrade", "").lower() == "websocket"
        why = door.refusal(
            request.headers.get("Host", ""),
            request.headers.get("Origin"),
            given if given is not None else request.cookies.get(COOKIE),
            socket=socket,
        )
        if why:
            return web.Response(status=403, text=f"{why}\n", headers={"Cache-Control": "no-store"})
        if given is not None and not socket:
            # Out of the address bar and the history at once.
            answer = web.Response(status=303, headers={"Location": "/", "Referrer-Policy": "no-referrer"})
            answer.set_cookie(COOKIE, given, httponly=True, samesite="Strict", path="/")
            return answer
        return await handler(request)

    async def protect(request: web.Request, response: web.StreamResponse) -> None:
        for name, value in PROTECTION.items():
            response.headers[name] = value.replace("{socket}", f"ws://{request.host}")

    app.middlewares.append(check)
    app.on_response_prepare.append(protect)
    return app


def server_of(home: Home, port: int) -> tuple[Any, Door]:
    """A server that gives each visitor an app on this home, and its door.

    Raises:
        ConfigError: the extra is missing.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise ConfigError("serve", f"needs `pip install 'v7terminal[serve]'` ({error})") from error

    door = Door(port)

    class Guarded(Server):
        """textual-serve's own, guarded and quiet."""

        async def _make_app(self) -> "web.Application":
            return guarded(await super()._make_app(), door)

        def initialize_logging(self) -> None:
            """No log of requests: their addresses could hold a token."""

        async def on_startup(self, app: "web.Application") -> None:
            print(f"V7 in your browser, on this machine only: {door.address}", flush=True)

    command = shlex.join([sys.executable, "-m", "v7terminal", "--home", str(home.path)])
    return Guarded(command, host=HOST, port=port, title="V7", public_url=f"http://{HOST}:{port}"), door
