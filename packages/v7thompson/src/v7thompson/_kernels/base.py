"""The one decorator of every kernel, and arrays from addresses."""

# ruff: noqa: ANN001, ANN202 - what numba compiles is typed beside it, for mypy only
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeAlias, TypeVar

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from v7thompson._kernels.sealing import SealedCache
from v7thompson.kernel_cache import cache_folder

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

_DECORATING: Final = threading.Lock()
_CONFIG: Final[Any] = numba.config  # set by numba at import, from the environment


@contextmanager
def _kept_in(folder: Path) -> Iterator[None]:
    """numba reads its setting when a function is decorated: other users of numba keep theirs."""
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _CONFIG.CACHE_DIR = before


_COMPILING: Final = threading.RLock()


@contextmanager
def _in_pairs() -> Iterator[None]:
    """numba reads this setting when machine code is made: other users of numba keep theirs."""
    before = _CONFIG.SLP_VECTORIZE
    _CONFIG.SLP_VECTORIZE = 1
    try:
        yield
    finally:
        _CONFIG.SLP_VECTORIZE = before


if TYPE_CHECKING:  # numba is untyped: without this every kernel is `Any` to its caller

    def kernel(function: Callable[P, R]) -> Callable[P, R]:
        """Compiled, kept on disk, without the interpreter lock, and with IEEE arithmetic in the order written."""
        ...

    def paired_kernel(function: Callable[P, R]) -> Callable[P, R]:
        """A kernel whose straight-line code may compute side by side what lies side by side."""
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
        dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
        if folder is not None:
            with _DECORATING, _kept_in(folder):
                dispatcher._cache = SealedCache(function)  # noqa: SLF001 - as numba's own cache=True does it
        return dispatcher

    def paired_kernel(function):
        """A kernel whose straight-line code may compute side by side what lies side by side, mean and variance.

        The same bits, a third less time for sparse rows. Not for all kernels: the Beta kernel loses half its speed.
        """
        dispatcher = kernel(function)
        compile_alone = dispatcher.compile

        def compile_in_pairs(signature):
            with _COMPILING, _in_pairs():
                return compile_alone(signature)

        dispatcher.compile = compile_in_pairs
        return dispatcher

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
