"""What a new source is tested with: its fixtures replayed, and the contract that every adapter keeps.

cases      a folder of fixtures and what is expected of it (`case.toml`)
bodies     documents taken apart: postings, leaves, and the damage that is done to them
contract   `SourceContract`: subclass it and give it the fixture `case`
__main__   prints what an adapter reads, as the expectation is written

Needs pytest and hypothesis, which the package itself does not: nothing outside of tests imports it.
"""
