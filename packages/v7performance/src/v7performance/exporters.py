"""Exports of the status document: JSON lines in a file, Prometheus text on a loopback port."""

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from v7core.errors import ConfigError, InvalidValue
from v7core.models.sources import APIHealthStatus
from v7core.protocols import DegradationStep
from v7performance.dashboard import ProductionMetricsDashboard
from v7performance.status import status_of, to_json_line

MAX_LABELS: Final = 100
"""Values a label may take in one export; the rest is left out and counted in `v7_labels_left_out`."""
MAX_LINES_BYTES: Final = 16_000_000
"""A file of JSON lines beyond this is set aside as `.1`, in place of the one set aside before."""
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_PERCENTILES: Final = (("p50", "0.5"), ("p95", "0.95"), ("p99", "0.99"))
_HEALTH: Final = {
    APIHealthStatus.HEALTHY.value: 1.0,
    APIHealthStatus.DEGRADED.value: 0.5,
    APIHealthStatus.UNAVAILABLE.value: 0.0,
}
_MAX_REQUEST: Final = 8192
_TIMEOUT_S: Final = 5.0
_LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))


class JsonLinesWriter:
    """Appends the document to a file, one line each, and sets the file aside when it has grown large.

    Raises:
        ConfigError: the folder cannot be written to.
    """

    def __init__(self, path: Path, *, max_bytes: int = MAX_LINES_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes

    async def write(self, dashboard: ProductionMetricsDashboard) -> None:
        """Append how things stand now."""
        line = to_json_line(await status_of(dashboard)) + "\n"
        try:
            await asyncio.to_thread(self._append, line)
        except OSError as error:
            raise ConfigError("export.jsonl", f"{self._path.name} cannot be written: {error.strerror}") from error

    def _append(self, line: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self._path.stat().st_size >= self._max_bytes:
                self._path.replace(self._path.with_name(self._path.name + ".1"))
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line)


def to_prometheus(status: Mapping[str, Any]) -> str:
    """The document in the Prometheus text format; what was never measured has no line.

    Figures are written so that they read back as the same floats. The stage is a label, and so are quantile and
    source: names of metrics are few and ours.

    Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
    """
    return "".join(f"{line}\n" for family in _families(status) for line in family)


def _families(status: Mapping[str, Any]) -> Iterator[Iterable[str]]:
    left_out = 0
    for name, value in status["metrics"].items():
        if value is not None:
            yield _gauge(f"v7_{name}", "The figure on the dashboard.", [("", value)])
            yield _gauge(f"v7_{name}_samples", "Samples of the window behind it.", [("", status["samples"][name])])
    for name in ("uptime_s", "budget_score", "dashboard_score"):
        if status[name] is not None:
            yield _gauge(f"v7_{name}", "See docs/performance.md.", [("", status[name])])
    step = DegradationStep[status["degradation_step"]]
    yield _gauge("v7_degradation_step", "0 full work, 4 most is shed.", [("", int(step))])
    yield _gauge("v7_alerts", "Alerts that stand.", [("", len(status["alerts"]))])
    statuses = list(status["sources"]["statuses"].items())
    if statuses:
        left_out += max(0, len(statuses) - MAX_LABELS)
        rows = [(_labels(source=key), _HEALTH[health]) for key, health in statuses[:MAX_LABELS]]
        yield _gauge("v7_source_health", "1 healthy, 0.5 degraded, 0 unavailable.", rows)
    each = list(status["sources"]["each"].items())[:MAX_LABELS]
    for field in ("jobs", "latency_ms", "error_rate"):
        rows = [(_labels(source=key), facts[field]) for key, facts in each if facts[field] is not None]
        if rows:
            yield _gauge(f"v7_source_{field}", "Of one source.", rows)
    stages = list(status["stages"].items())
    if stages:
        left_out += max(0, len(stages) - MAX_LABELS)
        stages = stages[:MAX_LABELS]
        rows = [(_labels(stage=n, quantile=q), s[p]) for n, s in stages for p, q in _PERCENTILES]
        yield _gauge("v7_stage", "A stage's percentiles, in the unit its name ends in.", rows)
        totals = [(_labels(stage=n), s["total"]) for n, s in stages]
        yield _family("counter", "v7_stage_samples_total", "Samples of a stage since its monitor started.", totals)
    yield _gauge("v7_labels_left_out", "Sources and stages beyond the cap on labels.", [("", left_out)])


def _gauge(name: str, about: str, rows: Iterable[tuple[str, float]]) -> list[str]:
    return _family("gauge", name, about, rows)


def _family(kind: str, name: str, about: str, rows: Iterable[tuple[str, float]]) -> list[str]:
    head = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    return head + [f"{name}{labels} {float(value)!r}" for labels, value in rows]


def _labels(**labels: str) -> str:
    inside = ",".join(f'{key}="{_escape(value)}"' for key, value in labels.items())
    return f"{{{inside}}}"


def _escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


class PrometheusServer:
    """Answers `GET /metrics` on a loopback port and nothing else.

    A page in a browser can make requests to loopback under a name of its own choosing, so the Host header must name
    loopback itself; requests are small, timed and closed after one answer.

    Args:
        port: 0 for any free one; read the `port` property after `start`.

    Raises:
        InvalidValue: the port is not in [0, 65535].
    """

    def __init__(self, dashboard: ProductionMetricsDashboard, *, port: int = 0) -> None:
        if not 0 <= port <= 65535:
            raise InvalidValue(f"a port is a number from 0 to 65535, not {port!r}")
        self._dashboard = dashboard
        self._wanted = port
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int | None:
        """The port listened on; None while stopped."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else None

    async def start(self) -> None:
        """Listen; a second call is a no-op.

        Raises:
            ConfigError: the port is taken.
        """
        if self._server is not None:
            return
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._wanted, limit=_MAX_REQUEST)
        except OSError as error:
            raise ConfigError("export.port", f"port {self._wanted}: {error.strerror}") from error

    async def stop(self) -> None:
        """Stop listening; a second call is a no-op."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                code, body = await self._answer(reader)
                head = (
                    f"HTTP/1.1 {code}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (TimeoutError, ConnectionError):
            pass  # a client that is slow or gone is answered by closing
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader) -> tuple[str, bytes]:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return "400 Bad Request", b""
        except asyncio.LimitOverrunError:
            return "431 Request Header Fields Too Large", b""
        request, *fields = head.split("\r\n")
        hosts = [value.strip() for name, _, value in (f.partition(":") for f in fields) if name.lower() == "host"]
        if len(hosts) != 1 or _name(hosts[0]) not in _LOOPBACK:
            return "421 Misdirected Request", b""
        method, _, rest = request.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if path != "/metrics":
            return "404 Not Found", b""
        if method != "GET":
            return "405 Method Not Allowed", b""
        return "200 OK", to_prometheus(await status_of(self._dashboard)).encode()


def _name(host: str) -> str:
    """A Host header without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
