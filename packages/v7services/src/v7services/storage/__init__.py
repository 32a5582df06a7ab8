"""What one person keeps, in one SQLite file: postings, the log of reactions, and everything around them."""

from v7services.storage.groups import Group
from v7services.storage.postings import JobFacts, OldVersion
from v7services.storage.saved import StageChange
from v7services.storage.store import Storage

__all__ = ["Group", "JobFacts", "OldVersion", "StageChange", "Storage"]
