"""Machine code on disk, each file closed by a checksum: what a power cut left of one is compiled anew, never run.

numba replaces its files whole and syncs none of them, reads them with pickle, and hands what it finds to the linker.
"""

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from numba.core.caching import FunctionCache, IndexDataCacheFile

from v7thompson.kernel_cache import KernelCacheWarning

_SEAL_BYTES: Final = 4


def _seal(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(_SEAL_BYTES, "little")


def _is_whole(path: str) -> bool:
    """Whether a file ends as it was closed; OSError where it cannot be read."""
    content = Path(path).read_bytes()
    return _seal(content[:-_SEAL_BYTES]) == content[-_SEAL_BYTES:]


class _SealedFiles(IndexDataCacheFile):
    """An index and its data files. Pickle reads to its own end, so the seal behind it needs no other reader."""

    @contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        with super()._open_for_write(filepath) as file:
            file.write(content.getvalue() + _seal(content.getvalue()))

    def _load_index(self) -> dict[Any, str]:
        try:
            found: dict[Any, str] = super()._load_index() if _is_whole(self._index_path) else {}
        except FileNotFoundError:
            return {}
        return found

    def _load_data(self, name: str) -> Any:
        if not _is_whole(self._data_path(name)):
            raise FileNotFoundError(name)  # numba then compiles, as if it were not there
        return super()._load_data(name)

    def save(self, key: Any, data: Any) -> None:
        try:
            super().save(key, data)
        except OSError as error:  # a full disk
            warnings.warn(f"kernels are compiled in every process: {error}", KernelCacheWarning, stacklevel=2)


class SealedCache(FunctionCache):
    """The machine code of one kernel, in the folder numba is told of while this is made."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _SealedFiles(self._cache_path, self._impl.filename_base, stamp)
