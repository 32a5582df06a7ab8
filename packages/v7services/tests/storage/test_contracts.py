"""Every part of the store keeps the contract of the port it stands for."""

import pytest

from v7core.testing import contracts, samples


class TestPostings(contracts.JobStoreContract):
    @pytest.fixture
    def subject(self, storage):
        return storage.jobs


class TestLog(contracts.ReactionLogContract):
    @pytest.fixture
    def subject(self, storage):
        return storage.log


class TestHistory(contracts.MetricHistoryContract):
    @pytest.fixture
    def subject(self, storage):
        return storage.history


class TestSearch(contracts.JobSearchContract):
    @pytest.fixture
    def subject(self, stocked):
        return stocked.search


class TestPipeline(contracts.SavedJobsContract):
    @pytest.fixture
    async def subject(self, storage):
        await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(4)))
        return storage.saved


class TestSearches(contracts.SavedSearchesContract):
    @pytest.fixture
    async def subject(self, storage):
        await storage.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(4)))
        return storage.searches

    @pytest.fixture
    def arrive(self, storage):
        async def one(posting):
            await storage.jobs.commit_poll(samples.report(), samples.harvest([posting], complete=False))

        return one


class TestSettings(contracts.SettingsStoreContract):
    @pytest.fixture
    def subject(self, storage):
        return storage.settings
