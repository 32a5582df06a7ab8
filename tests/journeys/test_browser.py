"""`v7 serve` in a real headless Chromium: the deck is there, a key reacts, a foreign page gets nothing."""

import asyncio
import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]

aiohttp = pytest.importorskip("aiohttp", reason="the extra v7terminal[serve] is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


def v7(home, *args):
    """A command of the same home."""
    done = subprocess.run(
        [sys.executable, "-m", "v7terminal", "--home", home, *args], capture_output=True, text=True, timeout=120
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout


@contextlib.asynccontextmanager
async def started(*command, **named):
    """A process that is ended with its group."""
    process = await asyncio.create_subprocess_exec(
        *command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **named
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        process._transport.close()


class Page:
    """One tab, by Chromium's own protocol."""

    def __init__(self, socket):
        self._socket = socket
        self._number = 0

    async def call(self, method, **params):
        """Send a command and wait for its answer."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": params})
        async for message in self._socket:
            answer = json.loads(message.data)
            if answer.get("id") == self._number:
                return answer["result"]
        raise AssertionError("the page has gone")

    async def value(self, expression):
        """Of an expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def picture(self):
        """PNG bytes."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def type(self, text):
        """Keys, as a person's keyboard sends them."""
        for sign in text:
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=sign, key=sign)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=sign)


@contextlib.asynccontextmanager
async def tab(folder, address):
    """A tab of a fresh browser at an address."""
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --window-size=1100,700 --remote-debugging-port=0"
    )
    async with started(CHROMIUM, *flags.split(), f"--user-data-dir={folder}", address):
        port = await until(lambda: (folder / "DevToolsActivePort").read_text().splitlines()[0])
        async with aiohttp.ClientSession() as client:

            async def target():
                async with client.get(f"http://127.0.0.1:{port}/json") as answer:
                    return next(each for each in await answer.json() if each["type"] == "page")

            found = await until(target)
            async with client.ws_connect(found["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Page(socket)


async def until(look, seconds=60.0):
    """What a look gives once it gives something."""
    for _ in range(int(seconds / 0.2)):
        with contextlib.suppress(OSError, StopIteration, RuntimeError, IndexError, aiohttp.ClientError):
            found = look()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
        await asyncio.sleep(0.2)
    raise AssertionError("it never came to hold")


@needs_chromium
async def test_a_browser_shows_the_deck_and_reacts(tmp_path):
    """First-hand: a demo home, served, opened, one key pressed, and the log has it."""
    home = str(tmp_path / "home")
    v7(home, "demo", "--plain")
    shots = os.environ.get("V7_SHOTS")
    async with started(sys.executable, "-m", "v7terminal", "--home", home, "serve") as server:
        line = (await asyncio.wait_for(server.stdout.readline(), 60)).decode()
        address = line.split()[-1]
        async with tab(tmp_path / "browser", address) as page:
            await page.call("Page.enable")
            await until(lambda: page.value("document.querySelector('.xterm-screen, canvas') !== null"))
            blank = len(await page.picture())

            async def drawn():
                return len(await page.picture()) > blank + 10_000

            await until(drawn)
            assert "token" not in await page.value("location.href")
            assert "" == await page.value("document.cookie")

            # A person clicks into the page; without one its terminal has no keyboard.
            for kind in ("mousePressed", "mouseReleased"):
                await page.call("Input.dispatchMouseEvent", type=kind, x=300, y=90, button="left", clickCount=1)

            async def reacted():
                await page.type("i")
                await asyncio.sleep(1)
                return await asyncio.to_thread(v7, home, "reactions", "--ids")

            await until(reacted)
            picture = await page.picture()
            assert picture.startswith(b"\x89PNG")
            if shots:
                with open(os.path.join(shots, "browser.png"), "wb") as file:  # noqa: ASYNC230, PTH118, PTH123
                    file.write(picture)
        assert "interested" in v7(home, "reactions")


@needs_chromium
async def test_a_foreign_page_gets_nothing(tmp_path):
    """A page of another origin in the same browser, which holds the cookie, opens no socket and reads no page."""
    home = str(tmp_path / "home")
    v7(home, "demo", "--plain")

    async def foreign(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>elsewhere")
        await writer.drain()
        writer.close()

    other = await asyncio.start_server(foreign, "127.0.0.1", 0)
    async with other, started(sys.executable, "-m", "v7terminal", "--home", home, "serve") as server:
        line = (await asyncio.wait_for(server.stdout.readline(), 60)).decode()
        address = line.split()[-1]
        ours = address.partition("/?")[0]
        async with tab(tmp_path / "browser", address) as page:
            await until(
                lambda: page.value("document.body !== null && location.pathname === '/' && location.search === ''")
            )
            elsewhere = f"http://127.0.0.1:{other.sockets[0].getsockname()[1]}/"
            await page.call("Page.navigate", url=elsewhere)
            await until(lambda: page.value("document.body && document.body.innerText.includes('elsewhere')"))
            opened = await page.value(
                f"new Promise(done => {{ const s = new WebSocket('{ours.replace('http', 'ws')}/ws');"
                " s.onopen = () => done('open'); s.onerror = () => done('refused'); })"
            )
            read = await page.value(
                f"fetch('{ours}/', {{credentials: 'include'}}).then(() => 'read').catch(() => 'refused')"
            )
            framed = await page.value(
                f"new Promise(done => {{ const f = document.createElement('iframe'); f.src = '{ours}/';"
                " f.onload = () => { try { done(f.contentDocument === null ? 'blocked' : 'read') } "
                "catch (e) { done('blocked') } }; document.body.append(f); })"
            )
        assert ("refused", "refused", "blocked") == (opened, read, framed)
        assert "" == v7(home, "reactions", "--ids")
