"""The server keeps the same contracts as the file and the fakes."""

import pytest

from v7core.testing import contracts, samples

pytestmark = pytest.mark.postgres


class TestPostings(contracts.JobStoreContract):
    @pytest.fixture
    def subject(self, store):
        return store.jobs


class TestLog(contracts.ReactionLogContract):
    @pytest.fixture
    def subject(self, store):
        return store.log


class TestSearch(contracts.JobSearchContract):
    @pytest.fixture
    async def subject(self, store):
        await store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(12)))
        return store.search


class TestPipeline(contracts.SavedJobsContract):
    @pytest.fixture
    async def subject(self, store):
        await store.jobs.commit_poll(samples.report(), samples.harvest(samples.postings(4)))
        return store.saved


class TestSettings(contracts.SettingsStoreContract):
    @pytest.fixture
    def subject(self, store):
        return store.settings
