"""Many people on one PostgreSQL server: shared postings, and each person's own log, behind the same ports.

Needs the extra `v7services[postgres]`. One person needs none of this: `v7services.storage` is a file.
"""

from v7services.postgres.sharing import Shared, Sharing
from v7services.postgres.store import PostgresStorage

__all__ = ["PostgresStorage", "Shared", "Sharing"]
