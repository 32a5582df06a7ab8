"""`python -m benchmarks.layout`."""

from benchmarks.layout.run import main

main()
