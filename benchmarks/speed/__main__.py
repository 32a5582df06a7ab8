"""How fast the kernels are: python -m benchmarks.speed [--quick] [part ...]

Parts: arms, gaussian, sparse, learning, featurising, whole. Medians of interleaved rounds in one process, ratios of the
same round. The C reference is built by gcc where there is one. Other libraries take part where they are installed:

    uv run --with vowpalwabbit --with mabwiser --with bayesianbandits --with river --with scipy --with scikit-learn \\
        python -m benchmarks.speed
"""

import argparse

from benchmarks.speed import arms, kernels, others, reference


def main():
    """All parts, or those named."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("parts", nargs="*")
    arguments.add_argument("--quick", action="store_true", help="N of 100 and 10,000 only")
    chosen = arguments.parse_args()
    library = reference.load()
    print(f"C reference: {library if isinstance(library, str) else ' '.join(('gcc', *reference.FLAGS))}")
    sizes = (100, 10_000) if chosen.quick else (100, 1_000, 10_000, 100_000, 1_000_000)
    parts = {
        "arms": lambda: arms.main(sizes, library),
        "gaussian": lambda: kernels.gaussian(sizes, library),
        "sparse": lambda: kernels.sparse(library),
        "learning": kernels.learning,
        "featurising": kernels.featurising,
        "whole": lambda: (kernels.whole(), kernels.batch()),
    }
    for name in chosen.parts or parts:
        parts[name]()
    for name, reason in others.MISSING.items():
        print(f"left out: {name} ({reason})")


if __name__ == "__main__":
    main()
