"""The kernels where numba runs, their plain twins where it cannot: the same results either way.

Loaded at the first engine call, never at import. `V7_NO_JIT=1` (or numba's own NUMBA_DISABLE_JIT) chooses the twins.
"""

import os
import threading
import warnings
from typing import Final

from v7thompson.contract import Backend


class JitUnavailableWarning(UserWarning):
    """Compiled kernels cannot run: results are the same, and come many times slower."""


_LOADING: Final = threading.Lock()
_chosen: Backend | None = None


def current() -> Backend:
    """The implementation of this process, chosen once."""
    global _chosen  # noqa: PLW0603 - one choice a process, made at the first use
    if _chosen is None:
        with _LOADING:
            if _chosen is None:
                _chosen = _choose()
    return _chosen


def _choose() -> Backend:
    from v7thompson._plain.backend import PlainBackend

    if os.environ.get("V7_NO_JIT", "") not in ("", "0"):
        reason = "V7_NO_JIT is set"
    elif os.environ.get("NUMBA_DISABLE_JIT", "") not in ("", "0"):
        reason = "NUMBA_DISABLE_JIT is set"
    else:
        try:
            from v7thompson._kernels.backend import NumbaBackend
        except Exception as error:  # whatever an unfit numba, LLVM or coverage raises while it loads
            reason = f"numba cannot be loaded: {error}"
        else:
            return NumbaBackend()
    warnings.warn(f"running without compiled kernels: {reason}", JitUnavailableWarning, stacklevel=3)
    return PlainBackend()
