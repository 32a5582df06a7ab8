"""The folder that machine code is kept in. Loads no numba, so that a start can ask whether it has to wait.

numba keys its cache by the file a kernel stands in, so editing a helper in *another* file leaves callers running the
old code. Hence one folder for each state of all kernel sources: an edit gives a new, empty folder. What is in it is
executable content, so the folder is private, and a folder that others may write is not used.
"""

import hashlib
import os
import platform
import sys
import warnings
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import v7core.document
from v7thompson import layout, text_rules

_SOURCES: Final = Path(__file__).parent / "_kernels"


class KernelCacheWarning(UserWarning):
    """Machine code cannot be kept: every process compiles its kernels again."""


def sources_digest() -> str:
    """Hex digest of everything a kernel is compiled from, constants of other files included."""
    digest = hashlib.sha256(f"{metadata.version('numba')} {sys.version_info[:2]}".encode())
    outside = [Path(module.__file__) for module in (layout, text_rules, v7core.document) if module.__file__]
    for source in [*sorted(_SOURCES.glob("*.py")), *outside]:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:24]


def cache_root() -> Path:
    """Where folders of machine code stand: NUMBA_CACHE_DIR, else the user's cache folder.

    Raises:
        RuntimeError: there is no home.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "v7thompson"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "v7thompson"


def bounds_checked() -> bool:
    """Whether kernels are compiled with every index checked: numba's NUMBA_BOUNDSCHECK."""
    return os.environ.get("NUMBA_BOUNDSCHECK", "") not in ("", "0")


def _folder() -> Path:
    # Machine code without the checks must not be taken for code with them.
    return cache_root() / f"kernels-{sources_digest()}{'-checked' if bounds_checked() else ''}"


def _check_private(folder: Path) -> None:
    facts = folder.stat()
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written")
    if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & 0o022):
        raise PermissionError(f"{folder} can be written by others")


@cache
def cache_folder() -> Path | None:
    """The folder of these sources, made if need be; None, and one warning, where no private one can be had."""
    try:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(folder)
    except (OSError, RuntimeError) as error:
        warnings.warn(f"kernels are compiled in every process: {error}", KernelCacheWarning, stacklevel=2)
        return None
    return folder


def _mark(folder: Path) -> Path:
    """The file that says all kernels are there for this kind of processor, as numba tells them apart."""
    facts = [platform.machine(), *(os.environ.get(name, "") for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"))]
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        facts += [next((line for line in lines if line.startswith(name)), "") for name in ("model name", "flags")]
    except OSError:  # not Linux
        facts.append(platform.processor())
    return folder / f"complete-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"


def is_cached() -> bool:
    """Whether every kernel lies compiled in the cache, so that loading takes tenths of a second, not seconds."""
    try:
        folder = _folder()
        _check_private(folder)
        return _mark(folder).exists()
    except (OSError, RuntimeError, metadata.PackageNotFoundError):
        return False


def note_complete() -> None:
    """Every kernel was compiled into the cache."""
    folder = cache_folder()
    if folder is not None:
        _mark(folder).touch(mode=0o600)
