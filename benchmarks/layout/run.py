"""Every layout in turn, several times over, with a warm and a cold kernel cache; prints medians as a table."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import msgspec
from benchmarks.layout import harness
from benchmarks.layout.figures import run_figures, table
from benchmarks.layout.rooms import LAYOUTS
from benchmarks.layout.screen import MARKER


def one(
    layout: str, *, cold: bool, warm_cache: Path, addresses: list[str], size: int, seconds: float
) -> dict[str, float]:
    """One run in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="v7-layout-") as name:
        home = Path(name)
        cache = home / "cold" if cold else warm_cache
        cache.mkdir(exist_ok=True)
        out = home / "result.json"
        encoded = msgspec.json.encode(addresses).decode()
        arguments = harness.command("app", layout, out, size, seconds, home, encoded)
        env = harness.environment(cache, **harness.SETTINGS)
        painted, samples = harness.on_pty(arguments, env, MARKER.encode(), seconds + 60)
        if not out.exists():
            raise RuntimeError(f"{layout}: no result; {(home / 'worker.log').read_text()[-2000:]}")
        return run_figures(msgspec.json.decode(out.read_bytes()), painted, samples)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the backend refreshes")
    parser.add_argument("--sources", type=int, default=43)
    parser.add_argument("--postings", type=int, default=10_000)
    parser.add_argument("--payloads", type=Path, help="folder of recorded bodies, instead of generated ones")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--caches", nargs="+", choices=("warm", "cold"), default=["warm", "cold"])
    parser.add_argument("--json", type=Path, help="also write every run's figures here")
    options = parser.parse_args()

    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("textual", "numba", "numpy", "msgspec", "httpx2", "lxml")
    )
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}")
    warm_cache = Path(tempfile.mkdtemp(prefix="v7-layout-kernels-"))
    runs: dict[tuple[str, str], list[dict[str, float]]] = {}
    try:
        subprocess.run(harness.command("kernels"), cwd=harness.ROOT, env=harness.environment(warm_cache), check=True)
        with harness.sources(options.sources, options.postings, options.payloads) as addresses:
            for repetition in range(options.repeat):
                for cache in options.caches:
                    for layout in options.layouts:
                        if layout == "idle" and cache == "cold":
                            continue
                        figures = one(
                            layout,
                            cold=cache == "cold",
                            warm_cache=warm_cache,
                            addresses=addresses,
                            size=options.postings,
                            seconds=options.seconds,
                        )
                        runs.setdefault((layout, cache), []).append(figures)
                        note = f"p99.9 {figures['p99.9']:.1f} largest {figures['largest']:.1f} ms"
                        note += f", {figures['MB owned']:.0f} MB"
                        print(f"{repetition + 1}/{options.repeat} {layout} {cache}: {note}", file=sys.stderr)
    finally:
        shutil.rmtree(warm_cache)
        if runs:
            print(table(runs))
        if options.json:
            keyed = {" ".join(key): value for key, value in runs.items()}
            options.json.write_bytes(msgspec.json.encode(keyed))


if __name__ == "__main__":
    main()
