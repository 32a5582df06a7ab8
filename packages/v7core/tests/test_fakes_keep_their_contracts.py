"""Every fake keeps the contract of the port it stands for."""

import pytest

from v7core import NullRecorder, Settings, SystemClock
from v7core.testing import contracts, fakes, samples


class TestSystemClock(contracts.ClockContract):
    @pytest.fixture
    def subject(self):
        return SystemClock()


class TestFixedClock(contracts.ClockContract):
    @pytest.fixture
    def subject(self):
        return fakes.FixedClock()


class TestNullRecorder(contracts.RecorderContract):
    @pytest.fixture
    def subject(self):
        return NullRecorder()


class TestListRecorder(contracts.RecorderContract):
    @pytest.fixture
    def subject(self):
        return fakes.ListRecorder()


class TestMemoryLoadLevel(contracts.LoadLevelContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryLoadLevel()


class TestMemoryHistory(contracts.MetricHistoryContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryHistory()


class TestMemorySource(contracts.JobSourceContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySource(samples.KEY, samples.postings(3))


class TestMemoryStore(contracts.JobStoreContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryStore()


class TestMemoryLog(contracts.ReactionLogContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryLog()


class TestMemoryFeed(contracts.JobFeedContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryFeed(samples.postings(12))


class TestMemorySearch(contracts.JobSearchContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySearch(samples.postings(12))


class TestMemorySources(contracts.SourceDirectoryContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySources()


class TestMemorySaved(contracts.SavedJobsContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySaved(samples.postings(4))


class TestMemorySearches(contracts.SavedSearchesContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySearches(samples.postings(4))

    @pytest.fixture
    def arrive(self, subject):
        return subject.arrive


class TestMemoryPacks(contracts.StarterPacksContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemoryPacks([samples.starter_pack()])


class TestMemorySettings(contracts.SettingsStoreContract):
    @pytest.fixture
    def subject(self):
        return fakes.MemorySettings(Settings())


class TestCountingCoordination(contracts.JobCoordinationContract):
    @pytest.fixture
    def subject(self):
        return fakes.CountingCoordination()
