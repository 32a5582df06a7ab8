"""Many people, many postings: the same ranking as the engine's, in blocks, here or on a cluster.

    people.parquet ─ blocks ─┐
                             ├─ rank_block (the engine's kernels) ─▶ best of the block ─ merge ─▶ out.parquet
    postings.parquet ─ rows ─┘

Needs the extra `v7thompson[bulk]` (pyarrow); `DaskRanker` needs `v7thompson[cluster]`.
"""

from v7thompson.bulk.blocks import rank_block
from v7thompson.bulk.local import LocalRanker
from v7thompson.bulk.people import Person
from v7thompson.bulk.ranker import BulkRanker
from v7thompson.bulk.run import BulkReport, rank_many

__all__ = ["BulkRanker", "BulkReport", "LocalRanker", "Person", "rank_block", "rank_many"]
