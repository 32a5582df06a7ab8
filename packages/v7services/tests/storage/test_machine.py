"""A store and a model of it in memory, through any sequence of reactions, polls, merges, crashes and restores."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from v7core.errors import InvalidValue
from v7core.models.feed import Forgetting, Reaction, ReactionKind
from v7core.models.filters import SearchQuery
from v7core.models.person import ApplicationStage
from v7core.models.sources import PollOutcome
from v7core.testing import samples
from v7core.testing.fakes import FixedClock, MemoryLog, MemoryStore, standing
from v7services.storage import Storage
from v7services.storage.checking import check
from v7services.storage.files import beside
from v7services.storage.maintenance import backup, rebuild

JOBS = 6
numbers = st.integers(0, JOBS - 1)


class Machine(RuleBasedStateMachine):
    keys = Bundle("keys")

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="v7-machine-"))
        self.runner = asyncio.Runner()
        self.homes = 0
        self.clock = FixedClock()
        self.storage = self.run(Storage.open(self.home(), clock=self.clock))
        self.store, self.log = MemoryStore(), MemoryLog()
        self.groups, self.apart = [], set()
        self.snapshot = None

    def run(self, work):
        return self.runner.run(work)

    def home(self):
        self.homes += 1
        return self.folder / f"home-{self.homes}" / "v7.sqlite3"

    def teardown(self):
        if hasattr(self, "storage"):
            self.run(self.storage.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    # --- what people and boards do ----------------------------------------------------------------------------------

    @rule(target=keys, n=numbers, kind=st.sampled_from(ReactionKind), key=st.sampled_from("abcdefgh"))
    def react(self, n, kind, key):
        event = samples.reaction(n, kind, key=key)
        assert self.run(self.log.append(event)) == self.run(self.storage.log.append(event))
        return key

    @rule(target=keys, key=st.sampled_from("xyz"))
    def forget(self, key):
        event = Forgetting(event_key=key, at=self.clock.now())
        assert self.run(self.log.append(event)) == self.run(self.storage.log.append(event))
        return key

    @rule(target=keys, of=keys, key=st.sampled_from("12345"))
    def undo(self, of, key):
        event = samples.retraction(of, key=key)
        assert self.run(self.log.append(event)) == self.run(self.storage.log.append(event))
        return key

    @rule()
    def undo_what_never_was(self):
        for log in (self.log, self.storage.log):
            with pytest.raises(InvalidValue):
                self.run(log.append(samples.retraction("never")))

    @rule(
        shown=st.dictionaries(numbers, st.sampled_from(["One text.", "Another text."])),
        outcome=st.sampled_from([PollOutcome.OK, PollOutcome.PARTIAL, PollOutcome.UNREACHABLE]),
        complete=st.booleans(),
    )
    def poll(self, shown, outcome, complete):
        report = samples.report(outcome)
        brought = None
        if outcome is not PollOutcome.UNREACHABLE:
            brought = samples.harvest([samples.posting(n, text=text) for n, text in shown.items()], complete=complete)
        expected = self.run(self.store.commit_poll(report, brought))
        assert expected == self.run(self.storage.jobs.commit_poll(report, brought))

    @rule(jobs=st.lists(numbers, min_size=2, max_size=3, unique=True), decided=st.booleans())
    def merge(self, jobs, decided):
        ids = [samples.posting(n).id for n in jobs]
        members = self.group_of(ids[0])
        for job in ids[1:]:
            joining = self.group_of(job)
            pairs = {frozenset((a, b)) for a in members for b in joining}
            if decided:
                self.apart -= pairs
            elif pairs & self.apart:
                continue
            members |= joining
        self.groups = [group for group in self.groups if not group & members]
        if len(members) > 1:
            self.groups.append(members)
        self.run(self.storage.groups.merge(ids, decided=decided))

    @rule(n=numbers)
    def split(self, n):
        job = samples.posting(n).id
        rest = self.group_of(job) - {job}
        self.apart |= {frozenset((job, other)) for other in rest}
        self.groups = [group for group in self.groups if job not in group] + ([rest] if len(rest) > 1 else [])
        self.run(self.storage.groups.split(job))

    def group_of(self, job):
        return next((set(group) for group in self.groups if job in group), {job})

    # --- what happens to files --------------------------------------------------------------------------------------

    @rule()
    def snap(self):
        self.snapshot = (self.run(self.log.last_sequence()), b"fold")
        self.run(self.storage.snapshots.save("fold", *self.snapshot))

    @rule()
    def close_and_open(self):
        self.run(self.storage.close())
        self.storage = self.run(Storage.open(self.storage.path, clock=self.clock))

    @rule()
    def crash(self):
        """What a kill leaves: the files as they are at this moment."""
        target = self.home()
        target.parent.mkdir(mode=0o700)
        for ending in ("", "-wal", "-head"):
            if beside(self.storage.path, ending).exists():
                shutil.copy(beside(self.storage.path, ending), beside(target, ending))
        self.run(self.storage.close())
        self.storage = self.run(Storage.open(target, clock=self.clock))

    @rule()
    def move_to_a_backup(self):
        target = self.home()
        target.parent.mkdir(mode=0o700)
        self.run(backup(self.storage.database, target))
        self.run(self.storage.close())
        self.storage = self.run(Storage.open(target, clock=self.clock))

    @rule(days=st.integers(-400, 400))
    def clock_jumps(self, days):
        self.clock.advance(days * 86_400.0)

    @rule()
    def make_the_index_anew(self):
        done = self.run(rebuild(self.storage.database))
        assert (True, True) == (done.index_was_sound, done.counts_were_sound)

    # --- what holds at every moment ---------------------------------------------------------------------------------

    @invariant()
    def same_log(self):
        if hasattr(self, "storage"):
            assert self.run(self.log.read()) == self.run(self.storage.log.read())
            assert self.run(self.storage.log.verify()) is None
            assert self.storage.notices == ()

    @invariant()
    def same_postings(self):
        if hasattr(self, "storage"):
            expected = self.run(self.store.open_jobs())
            assert set(expected) == set(self.run(self.storage.jobs.open_jobs()))
            assert self.run(self.store.counts()) == self.run(self.storage.jobs.counts())
            known = self.run(self.storage.jobs.postings(samples.posting(n).id for n in range(JOBS)))
            assert known == {job: self.run(self.store.posting(job)) for job in known}
            assert set(expected) <= set(known)
            for text in ("One", "Another"):
                hits = self.run(self.storage.search.search(SearchQuery(text=text)))
                assert {job for job, p in known.items() if text in p.text} == {hit.job.id for hit in hits}

    @invariant()
    def same_pipeline(self):
        if hasattr(self, "storage"):
            saved, applied = (
                {e.job_id for e in standing(self.run(self.log.read())) if isinstance(e, Reaction) and e.kind is kind}
                for kind in (ReactionKind.SAVE, ReactionKind.APPLIED)
            )
            expected = dict.fromkeys(saved, ApplicationStage.SAVED) | dict.fromkeys(applied, ApplicationStage.APPLIED)
            known = self.run(self.storage.jobs.summaries(expected))
            found = {saved.job.id: saved.stage for saved in self.run(self.storage.saved.list())}
            assert {job: expected[job] for job in known} == found

    @invariant()
    def same_groups(self):
        if hasattr(self, "storage"):
            found = self.run(self.storage.groups.all())
            assert {frozenset(group) for group in self.groups} == {frozenset(group.jobs) for group in found}
            assert self.snapshot == self.run(self.storage.snapshots.latest("fold"))


def _play(examples, steps):
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        Machine,
        settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=quiet),
    )


def test_whatever_happens_in_whatever_order_the_store_is_its_model():
    """Shrunk to the shortest story when it is not."""
    _play(12, 20)


@pytest.mark.slow
def test_whatever_happens_at_length_the_store_is_its_model():
    """The same, for longer."""
    _play(150, 50)


async def test_the_machine_ends_in_a_store_with_nothing_to_fix(stocked):
    """The questions `check` asks are those a played store has to answer too."""
    await stocked.groups.merge([samples.posting(0).id, samples.posting(1).id])
    await stocked.log.append(samples.reaction(0))
    assert all(each.sound for each in await check(stocked.database))
