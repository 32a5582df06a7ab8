"""The C reference, built by gcc when the benchmark runs."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared")
"""No -ffast-math. The two -fno flags change no result: without them gcc 12 vectorises neither sqrtf nor a choice."""

UNCONTRACTED = "-ffp-contract=off"
"""Without it gcc contracts a * b + c, which the kernels may not: their bits must be the same on every machine."""

_P, _I, _U, _F = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64, ctypes.c_float
_SIGNATURES = {
    "beta_best": ([_I, _P, _P, _P, _P, _P, _U, _I, _P, _P], _I),
    "gaussian_best": ([_I, _P, _P, _P, _P, _P, _U, _F, _F, _F, _I, _P, _P], _I),
    "sparse_rows": ([_I, _P, _P, _P, _P, _P, _P, _P, _F, _F], None),
}


def load(*more):
    """The library, or a string that says why there is none; `more` are further flags."""
    compiler = shutil.which("gcc")
    if compiler is None:
        return "no gcc here"
    folder = Path(tempfile.mkdtemp(prefix="v7-reference-"))
    source = Path(__file__).with_name("reference.c")
    built = folder / "reference.so"
    command = [compiler, *FLAGS, *more, "-o", str(built), str(source), "-lm"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if run.returncode:
        return f"gcc failed: {run.stderr[:200]}"
    library = ctypes.CDLL(str(built))
    shutil.rmtree(folder)
    for name, (arguments, result) in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    return library
