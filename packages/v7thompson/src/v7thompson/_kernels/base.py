"""The one decorator of every kernel, and the folder its machine code is kept in.

numba keys its cache by the file a kernel stands in, so editing a helper in *another* file leaves callers running the
old code. Hence one folder for each state of all kernel sources: an edit gives a new, empty folder. What is in it is
executable content, so the folder is private, and a folder that others may write is not used.
"""

# ruff: noqa: ANN001, ANN202 - what numba compiles is typed beside it, for mypy only
import hashlib
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeAlias, TypeVar

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

import v7core.document
from v7thompson import layout

P = ParamSpec("P")
R = TypeVar("R")

Whole: TypeAlias = Any
"""A whole number of whatever width: numba infers it, and unsigned ones index faster."""
Real: TypeAlias = Any
"""A float32 or float64 scalar."""
Truth: TypeAlias = Any
"""A boolean."""
Array: TypeAlias = Any
"""A contiguous array inside a kernel."""

_SOURCES: Final = Path(__file__).parent
_DECORATING: Final = threading.Lock()
_CONFIG: Final[Any] = numba.config  # set by numba at import, from the environment


class KernelCacheWarning(UserWarning):
    """Machine code cannot be kept: every process compiles its kernels again."""


def sources_digest() -> str:
    """Hex digest of everything a kernel is compiled from, constants of other files included."""
    digest = hashlib.sha256(f"{numba.__version__} {sys.version_info[:2]}".encode())
    outside = [Path(module.__file__) for module in (layout, v7core.document) if module.__file__]
    for source in [*sorted(_SOURCES.glob("*.py")), *outside]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:24]


def cache_root() -> Path:
    """Where folders of machine code stand: NUMBA_CACHE_DIR, else the user's cache folder."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "v7thompson"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "v7thompson"


@cache
def cache_folder() -> Path | None:
    """The folder of these sources, made if need be; None, and one warning, where no private one can be had."""
    checked = "-checked" if _CONFIG.BOUNDSCHECK else ""  # machine code without the checks must not be taken for it
    try:
        folder = cache_root() / f"kernels-{sources_digest()}{checked}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.stat()
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(f"{folder} cannot be written")
        if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & 0o022):
            raise PermissionError(f"{folder} can be written by others")
    except (OSError, RuntimeError) as error:
        warnings.warn(f"kernels are compiled in every process: {error}", KernelCacheWarning, stacklevel=2)
        return None
    return folder


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """numba reads its setting when a function is decorated: other users of numba keep theirs."""
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _CONFIG.CACHE_DIR = before


if TYPE_CHECKING:  # numba is untyped: without this every kernel is `Any` to its caller

    def kernel(function: Callable[P, R]) -> Callable[P, R]:
        """Compiled, kept on disk, without the interpreter lock, and with IEEE arithmetic in the order written."""
        ...

    def float32_at(address: Whole, count: Whole) -> Array:
        """The float32 array at an address."""
        ...

    def float64_at(address: Whole, count: Whole) -> Array:
        """The float64 array at an address."""
        ...

    def int32_at(address: Whole, count: Whole) -> Array:
        """The int32 array at an address."""
        ...

    def int64_at(address: Whole, count: Whole) -> Array:
        """The int64 array at an address."""
        ...

    def uint32_at(address: Whole, count: Whole) -> Array:
        """The uint32 array at an address."""
        ...

    def uint64_at(address: Whole, count: Whole) -> Array:
        """The uint64 array at an address."""
        ...

    def uint8_at(address: Whole, count: Whole) -> Array:
        """The uint8 array at an address."""
        ...

else:

    def kernel(function):
        """Compiled, kept on disk, without the interpreter lock, and with IEEE arithmetic in the order written.

        No fast-math: with it the bits differ between CPUs. No parallel=True: its worst calls are hundreds of times
        slower, and one of its thread layers aborts the process on concurrent calls.
        """
        folder = cache_folder()
        options = {"nogil": True, "error_model": "numpy"}
        if folder is None:
            return numba.njit(**options)(function)
        with _DECORATING, _kept_in(folder):
            return numba.njit(cache=True, **options)(function)

    @intrinsic
    def _pointer(context, address):
        def generate(compiler, builder, signature, arguments):
            return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

        return types.voidptr(address), generate

    # Arrays are rebuilt from addresses inside a kernel, since each array argument costs a heap allocation a call.

    @kernel
    def float32_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.float32)

    @kernel
    def float64_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.float64)

    @kernel
    def int32_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.int32)

    @kernel
    def int64_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.int64)

    @kernel
    def uint32_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.uint32)

    @kernel
    def uint64_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.uint64)

    @kernel
    def uint8_at(address, count):
        return numba.carray(_pointer(address), (count,), dtype=numba.uint8)
