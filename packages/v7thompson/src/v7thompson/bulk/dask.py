"""Blocks on a Dask cluster: workers on this machine, or a scheduler somewhere.

Dask runs a task again elsewhere when its worker dies, and gives each task's value once; a task is a pure function of
its blocks, so running it again changes nothing. Rows of postings are sent to the cluster once.
"""

import warnings
from asyncio import CancelledError
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final
from urllib.parse import urlsplit

from v7core.errors import ComputeError, ComputeFault, ConfigError
from v7thompson.bulk.blocks import RowBlock, rank_block
from v7thompson.bulk.extra import needed
from v7thompson.bulk.local import LocalRanker, merged
from v7thompson.bulk.people import Person
from v7thompson.bulk.ranker import BulkRanker

START_S: Final = 30.0
"""A cluster that has not started by then is done without."""
RETRIES: Final = 3
AHEAD: Final = 4
"""People blocks under way at once for each worker."""
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class ClusterUnavailableWarning(UserWarning):
    """No cluster: the blocks are ranked in this process, with the same results."""


class DaskRanker:
    """A `BulkRanker` over `distributed`.

    Args:
        address: Of a running scheduler; "tcp://" on this machine, "tls://" (with Dask's own TLS settings) elsewhere.
            None starts workers here, on loopback.
        workers: How many are started here.
        start_s: Seconds the cluster has to start.

    Raises:
        ConfigError: the extra is missing, or the address would send people's texts over a network in the clear.
        ComputeError: UNAVAILABLE: the cluster did not start in time.
    """

    def __init__(self, address: str | None = None, *, workers: int = 2, start_s: float = START_S) -> None:
        distributed = needed("distributed", "cluster")
        self._cluster: Any = None
        try:
            if address is None:
                self._cluster = distributed.LocalCluster(
                    n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1",
                    dashboard_address=None, protocol="tcp://", worker_dashboard_address=None,
                )  # fmt: skip
                self._client = distributed.Client(self._cluster, timeout=start_s, set_as_default=False)
            else:
                _checked(address)
                self._client = distributed.Client(address, timeout=start_s, set_as_default=False)
            self._client.wait_for_workers(1, timeout=start_s)
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            raise ComputeError(ComputeFault.UNAVAILABLE, f"no cluster within {start_s:g} s: {error}") from error
        self._workers = len(self._client.scheduler_info(n_workers=-1)["workers"])

    @property
    def name(self) -> str:
        """With the number of workers there were at the start."""
        return f"dask, {self._workers} workers"

    def rank(
        self, people: Iterable[tuple[int, Sequence[Person]]], postings: Sequence[RowBlock], limit: int
    ) -> Iterator[tuple[int, Any]]:
        """As the port says, as blocks end."""
        distributed = needed("distributed", "cluster")
        lost = (distributed.KilledWorker, CancelledError, distributed.client.FutureCancelledError)
        rows = self._client.scatter(list(postings), hash=False) if postings else []
        ended = distributed.as_completed(loop=self._client.loop)
        under_way: dict[Any, tuple[int, Sequence[Person], int]] = {}

        def start(number: int, block: Sequence[Person], tried: int = 0) -> None:
            given = list(block)
            parts = [self._submit(rank_block, given, each, limit) for each in rows]
            whole = self._submit(merged, given, parts, limit)
            under_way[whole] = number, block, tried
            ended.add(whole)

        waiting = iter(people)
        for number, block in islice(waiting, AHEAD * self._workers):
            start(number, block)
        for future in ended:
            number, block, tried = under_way.pop(future)
            try:
                yield number, future.result()
            except lost as error:
                # Rows that only a dead worker held are gone from the cluster; they are still here.
                if tried >= RETRIES:
                    raise ComputeError(ComputeFault.UNAVAILABLE, f"block {number}: its workers keep dying") from error
                rows = self._client.scatter(list(postings), hash=False)
                start(number, block, tried + 1)
            else:
                for following in islice(waiting, 1):
                    start(*following)

    def _submit(self, task: Any, *given: Any) -> Any:
        return self._client.submit(task, *given, pure=False, retries=RETRIES)

    def close(self) -> None:
        """End what was started here, hang up on what was not."""
        for each in (getattr(self, "_client", None), self._cluster):
            if each is not None:
                each.close()
        self._cluster = None


def _checked(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "tls" or (parts.scheme in ("tcp", "") and parts.hostname in LOOPBACK):
        return
    raise ConfigError("scheduler", f"{address}: tls:// is needed to leave this machine")


def dask_or_local(address: str | None = None, *, workers: int = 2, start_s: float = START_S) -> BulkRanker:
    """A cluster, or this process with one warning when it does not start in time.

    Raises:
        ConfigError: as `DaskRanker`.
    """
    try:
        return DaskRanker(address, workers=workers, start_s=start_s)
    except ComputeError as error:
        warnings.warn(str(error), ClusterUnavailableWarning, stacklevel=2)
        return LocalRanker()
