"""The index against a dictionary, whatever comes and goes, and however its homes collide."""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from v7thompson.job_index import JobIndex

JOBS = st.integers(0, 60).map(lambda n: UUID(int=n)) | st.integers(0, 60).map(
    lambda n: UUID(int=n << 64 | n ^ 0xABCDEF)  # halves whose difference is the same: all have one home
)


class Index(RuleBasedStateMachine):
    """What it holds, and in which slot."""

    @initialize()
    def begin(self):
        self.index, self.known = JobIndex(), []

    @rule(job=JOBS)
    def come(self, job):
        if job not in self.known:
            assert len(self.known) == self.index.append(job)
            self.known.append(job)

    @rule(job=JOBS)
    def go(self, job):
        if job not in self.known:
            assert self.index.remove(job) is None
            return
        slot = self.known.index(job)
        assert (slot, len(self.known) - 1) == self.index.remove(job)
        self.known[slot] = self.known[-1]
        self.known.pop()

    @rule(homes=st.sampled_from([512, 1024]))
    def grow(self, homes):
        self.index._resize(max(homes, 1 << self.index._bits))

    @invariant()
    def holds_what_came_and_did_not_go(self):
        assert self.known == list(self.index) == [self.index[slot] for slot in range(len(self.index))]
        assert list(range(len(self.known))) == self.index.find_all(self.known).tolist()
        absent = UUID(int=2**127)
        assert absent not in self.index
        assert "no job" not in self.index
        assert [] == self.index.find_all([absent]).tolist() == self.index.find_all([]).tolist()


Index.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestIndex = Index.TestCase


def test_it_grows_far_past_its_first_size():
    """Regular ids and scattered ones, with every second taken out again."""
    index = JobIndex()
    jobs = [UUID(int=n) for n in range(6_000)]
    jobs += [UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128) for n in range(1, 6_001)]
    for job in jobs:
        index.append(job)
    for job in jobs[::2]:
        index.remove(job)

    assert len(jobs) // 2 == len(index) == len(index.find_all(jobs))
    assert all(job in index for job in jobs[1::2])
    assert not any(job in index for job in jobs[::2])
