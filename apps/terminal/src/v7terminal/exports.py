"""What the app tells programs while it runs: Prometheus text on a loopback port, JSON lines in a file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from v7core.errors import V7Error

if TYPE_CHECKING:
    from v7performance import JsonLinesWriter, ProductionMetricsDashboard

EVERY_S: Final = 10.0
"""Between two lines of the file."""


@dataclass(frozen=True, slots=True)
class Exports:
    """Which of them; none unless asked for."""

    port: int | None = None
    """On 127.0.0.1; 0 for any free one."""
    file: Path | None = None


@asynccontextmanager
async def exporting(dashboard: "ProductionMetricsDashboard", exports: Exports) -> AsyncIterator[None]:
    """Export while inside.

    Raises:
        ConfigError: the port is taken.
    """
    from v7performance import JsonLinesWriter, PrometheusServer

    async with AsyncExitStack() as stack:
        if exports.port is not None:
            server = PrometheusServer(dashboard, port=exports.port)
            await server.start()
            stack.push_async_callback(server.stop)
        if exports.file is not None:
            writing = asyncio.create_task(_write(JsonLinesWriter(exports.file), dashboard))
            stack.callback(writing.cancel)
        yield


async def _write(writer: "JsonLinesWriter", dashboard: "ProductionMetricsDashboard") -> None:
    while True:
        with suppress(V7Error):  # a file that cannot be written now may be writable later
            await writer.write(dashboard)
        await asyncio.sleep(EVERY_S)
