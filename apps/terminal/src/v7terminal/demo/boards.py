"""The demo's boards, served: every adapter's requests are led to loopback, so a demo reaches no other machine.

The adapters stay what they are, parsing included; only addresses, keys, paging and politeness are changed, since there
is one host here, it wants no key, it has all of a board in one body, and it is ours.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import attrs

from v7core.errors import InvalidValue, SchemaError, V7Error
from v7core.models.sources import SourceKey
from v7services.adapter import Adapter, ParseContext, Parsed
from v7services.http.limits import Rate
from v7services.http.messages import FetchRequest, Format, Origin
from v7terminal.demo import shapes
from v7terminal.demo.catalogue import Board, boards
from v7terminal.demo.home import DemoMark
from v7terminal.demo.openings import openings
from v7terminal.demo.payloads import FEED_SITES, LeftOut, Recorded, body_of, look_through
from v7terminal.demo.server import Body, LoopbackServer

_SHAPES: Final = {
    "greenhouse": (shapes.greenhouse, "application/json"),
    "lever": (shapes.lever, "application/json"),
    "feed": (shapes.rss, "application/rss+xml"),
}
_MEDIA: Final = {".json": "application/json", ".xml": "application/xml", ".rss": "application/rss+xml"}
_FORMATS: Final = {
    ".json": frozenset({Format.JSON, Format.FEED}),
    ".xml": frozenset({Format.XML, Format.FEED}),
    ".rss": frozenset({Format.FEED, Format.XML}),
    ".html": frozenset({Format.HTML}),
}
"""What a recording is written in, by the ending of its name."""
_UNHURRIED: Final = Rate(requests=1000.0, seconds=1.0, in_flight=8)


@attrs.frozen
class Served:
    """One board of the demo."""

    key: SourceKey
    name: str
    path: str
    bodies: tuple[Body, ...] = attrs.field(repr=False)
    """Oldest first; without replay only the newest is served."""


class DemoBoards:
    """Boards on loopback, and the adapters that lead there.

    Args:
        mark: What the demo home was made with.
        adapters: Every adapter there is.
    """

    def __init__(self, mark: DemoMark, adapters: Iterable[Adapter]) -> None:
        self._known = {adapter.name: adapter for adapter in adapters}
        self._mark = mark
        self._step = mark.step
        self.left_out: tuple[LeftOut, ...] = ()
        self.served: tuple[Served, ...] = self._recorded(mark.payloads) if mark.payloads else self._invented()
        self._by_path = {board.path: board for board in self.served}
        self._by_key = {(board.key.source, board.key.board): board for board in self.served}
        self._server = LoopbackServer(self._find)

    async def start(self) -> None:
        """Listen."""
        await self._server.start()

    async def close(self) -> None:
        """Stop listening."""
        await self._server.close()

    @property
    def port(self) -> int:
        """On 127.0.0.1; only after `start`."""
        return self._server.port

    @property
    def origin(self) -> Origin:
        """The one loopback address that may be asked; only after `start`."""
        return Origin("127.0.0.1", self.port)

    @property
    def steps(self) -> int:
        """Refreshes until every board shows its newest body: 1 without replay."""
        return max((len(board.bodies) for board in self.served), default=1) if self._mark.replay else 1

    @property
    def step(self) -> int:
        """Refreshes served so far."""
        return self._step

    def advance(self) -> None:
        """Another refresh begins: with replay, each board shows its next body."""
        self._step += 1

    def adapters(self) -> tuple[Adapter, ...]:
        """Every adapter, led to loopback; only after `start`."""
        return tuple(self._led(adapter) for adapter in self._known.values())

    # --- what is served ---------------------------------------------------------------------------------------------

    def _invented(self) -> tuple[Served, ...]:
        return tuple(self._invent(board) for board in boards() if board.kind in self._known)

    def _invent(self, board: Board) -> Served:
        write, media = _SHAPES[board.kind]
        name = f"{shapes.home_of(board)}/jobs.rss" if board.kind == "feed" else board.token
        content = write(board, openings(board, seed=self._mark.seed, born=self._mark.born))
        path = _path_of(self._known[board.kind].first_request(name).url)
        key = SourceKey(source=board.kind, board=name)
        return Served(key, board.name, path, (Body.of(content, media),))

    def _recorded(self, folder: str) -> tuple[Served, ...]:
        names = {name: name for name in self._known}
        if "feed" in self._known:
            names |= {site: "feed" for site in FEED_SITES if site not in names}
        findings = look_through(Path(folder), names)
        self.left_out = findings.left_out
        served: list[Served] = []
        for found in findings.boards:
            try:
                served.append(self._record(found))
            except InvalidValue as error:
                self.left_out += (LeftOut(f"{found.source}/{found.board}", len(found.bodies), str(error)),)
        return tuple(served)

    def _record(self, found: Recorded) -> Served:
        files = found.bodies if self._mark.replay else found.bodies[-1:]
        bodies = tuple(Body.of(body_of(file), _MEDIA.get(file.suffix, "text/html")) for file in files)
        path = f"/{quote(found.source)}/{quote(found.board)}"
        board = _board_of(self._known[found.adapter], found)
        return Served(SourceKey(source=found.adapter, board=board), f"{found.source}/{found.board}", path, bodies)

    def _find(self, path: str, _query: str) -> Body | None:
        board = self._by_path.get(path)
        if board is None:
            return None
        return board.bodies[min(max(self._step, 1), len(board.bodies)) - 1]

    # --- how adapters are led there ---------------------------------------------------------------------------------

    def _led(self, adapter: Adapter) -> Adapter:
        return attrs.evolve(
            adapter,
            first_request=partial(self._request, adapter),
            parse=partial(self._parse, adapter),
            detail_request=None,
            login=None,
            credentials=(),
            min_interval_s=0.0,
            rate=_UNHURRIED,
            probe=False,
        )

    def _request(self, adapter: Adapter, board: str) -> FetchRequest:
        request = adapter.first_request(board)
        served = self._by_key.get((adapter.name, board))
        path = served.path if served is not None else _path_of(request.url)
        # The server here answers one question a board: which one it was does not matter.
        return FetchRequest(url=f"http://127.0.0.1:{self.port}{path}", format=request.format)

    def _parse(self, adapter: Adapter, body: bytes, board: str, context: ParseContext) -> Parsed:
        asked = adapter.first_request(board)
        # Links are relative to where the body came from in the world, not to loopback.
        told = attrs.evolve(context, request=asked, url=asked.url)
        try:
            parsed = adapter.parse(body, board, told)
        except V7Error:
            raise
        except Exception as error:  # a body of another shape is no bug of the demo's
            raise SchemaError(adapter.name, f"another shape ({type(error).__name__})", at=board) from error
        if parsed.next_request is None:
            return parsed
        # One body a board is all there is: further pages were not recorded, so what is missing stays open.
        return attrs.evolve(parsed, next_request=None, complete=self._mark.payloads is None)


def _board_of(adapter: Adapter, found: Recorded) -> str:
    """What the adapter would call a board whose recording has this name: an address, a host, two parts or three.

    Of the forms it takes, the one whose documents are written like the recording is it.

    Raises:
        InvalidValue: no form of the name is a board to it.
    """
    name, named = found.board, quote(found.board)
    host = f"{name.replace('_', '-')}.{found.source}.example"
    forms = (
        name,
        f"https://{found.source}.example/{named}",
        host,
        f"jibe:{host}",
        f"{host}/{named.replace('_', '-')}",
        f"demo.fa.oraclecloud.com/{named}",
        f"gb/{named}/",
        f"{named}/wd1/{named}",
        *adapter.boards,
    )
    written = _FORMATS.get(found.bodies[-1].suffix, frozenset())
    taken = [board for board in forms if _asked(adapter, board) is not None]
    for board in taken:
        if _asked(adapter, board) in written:
            return board
    if not taken:
        raise InvalidValue(f"its name is no board of {adapter.title}")
    return taken[0]


def _asked(adapter: Adapter, board: str) -> Format | None:
    """The format an adapter asks a board for; None when it is no board to it."""
    try:
        request = adapter.first_request(board)
        return request.format if urlsplit(request.url).hostname else None
    except (InvalidValue, ValueError, LookupError):
        return None


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"/{parts.hostname}{parts.path}"
