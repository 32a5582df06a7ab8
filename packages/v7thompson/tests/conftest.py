import pytest

from v7core.document import canonical_document
from v7core.models.jobs import JobData
from v7core.testing.samples import posting
from v7thompson.features import FieldHasher


@pytest.fixture(scope="session")
def jobs():
    """Sixty postings as the engine takes them."""
    return [JobData(id=p.id, source=p.source, payload=canonical_document(p)) for p in map(posting, range(60))]


@pytest.fixture(scope="session")
def rows(jobs):
    """Their rows."""
    hasher = FieldHasher()
    return [hasher.transform(job.payload) for job in jobs]
