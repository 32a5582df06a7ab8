"""The door before the browser view: one person, one page, this machine."""

import pytest

from v7core.errors import ConfigError
from v7terminal.commands.serve import free_port
from v7terminal.serving import COOKIE, Door

OURS = "127.0.0.1:8123"


@pytest.fixture
def door():
    """At a port of its own."""
    return Door(8123, "the-token")


@pytest.mark.parametrize(
    ("host", "origin", "token", "socket", "comes_in"),
    [
        (OURS, None, "the-token", False, True),
        (OURS, f"http://{OURS}", "the-token", True, True),
        ("localhost:8123", "http://localhost:8123", "the-token", True, True),
        (OURS, None, "the-token", True, False),  # a socket that no page opened
        (OURS, "http://evil.example", "the-token", True, False),
        (OURS, "null", "the-token", True, False),  # a sandboxed frame, a file
        (OURS, f"https://{OURS}", "the-token", True, False),
        (OURS, "http://127.0.0.1:9999", "the-token", True, False),  # another server on this machine
        ("evil.example", None, "the-token", False, False),  # a name that was made to mean 127.0.0.1
        ("evil.example:8123", "http://evil.example:8123", "the-token", True, False),
        ("", None, "the-token", False, False),
        (OURS, None, None, False, False),
        (OURS, None, "", False, False),
        (OURS, None, "the-tokem", False, False),
        (OURS, None, "thé-token", False, False),
    ],
)
def test_who_comes_in(door, host, origin, token, socket, comes_in):
    """Host, Origin and token, each by itself enough to be refused."""
    assert comes_in is (door.refusal(host, origin, token, socket=socket) == "")


def test_each_server_has_a_token_of_its_own():
    """Long enough not to be guessed."""
    first, second = Door(1).address, Door(1).address
    assert first != second
    assert len(first.partition("token=")[2]) >= 43


def test_a_taken_port_is_said_in_one_line():
    """Before anything is started."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigError, match="port"):
            free_port(taken.getsockname()[1])


async def test_every_route_is_behind_the_door(door):
    """Pages, files and the socket; the token moves from the address into a cookie no script can read."""
    aiohttp = pytest.importorskip("aiohttp", reason="the extra v7terminal[serve] is not installed")
    from aiohttp import web

    from v7terminal.serving import guarded

    async def page(_request):
        return web.Response(text="the page")

    async def socket(request):
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        await answer.send_str("the app")
        await answer.close()
        return answer

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/ws", socket)])
    runner = web.AppRunner(guarded(app, door))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    asked = f"http://127.0.0.1:{port}"
    ours = {"Host": OURS}
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
            async with client.get(asked, headers=ours) as answer:
                assert (403, False) == (answer.status, "the page" in await answer.text())
            async with client.get(f"{asked}/?token=the-token", headers=ours, allow_redirects=False) as answer:
                assert (303, "/") == (answer.status, answer.headers["Location"])
                cookie = answer.cookies[COOKIE]
                assert (True, "Strict") == (cookie["httponly"], cookie["samesite"])
            known = ours | {"Cookie": f"{COOKIE}=the-token"}
            async with client.get(asked, headers=known) as answer:
                assert "the page" == await answer.text()
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            async with client.get(f"{asked}/nothing", headers=ours) as answer:
                assert 403 == answer.status
            for origin in ("http://evil.example", None):
                headers = known if origin is None else known | {"Origin": origin}
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await client.ws_connect(f"{asked}/ws", headers=headers)
                assert 403 == refused.value.status
            async with client.ws_connect(f"{asked}/ws", headers=known | {"Origin": f"http://{OURS}"}) as opened:
                assert "the app" == (await opened.receive()).data
    finally:
        await runner.cleanup()
