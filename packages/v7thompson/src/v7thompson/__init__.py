"""Thompson sampling for ranking many items for one person: kernels without allocation, and a learner.

Importing this package loads neither numba nor NumPy: names load their modules when they are first asked for, and
kernels at the first call.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from v7core.models.jobs import JobData, JobPriority
from v7core.models.processing import (
    DegradationSeverity,
    PerformanceDegradationEvent,
    ThompsonBatchConfiguration,
    ThompsonProcessingResult,
)

if TYPE_CHECKING:
    from v7thompson.bandits.beta import BetaThompson
    from v7thompson.bandits.linear import DenseLinearThompson
    from v7thompson.bandits.offpolicy import Estimate, doubly_robust, ips, snips
    from v7thompson.bandits.propensities import LogPropensity
    from v7thompson.bandits.slates import Slate
    from v7thompson.bandits.sparse import SparseLogisticThompson
    from v7thompson.config import EngineConfig
    from v7thompson.engine import ThompsonPerformanceEngine
    from v7thompson.evidence import Evidence
    from v7thompson.features import FieldHasher
    from v7thompson.metrics import ThompsonPerformanceMetrics
    from v7thompson.rows import FeatureRow
    from v7thompson.track import TasteChange

_HOMES: Final = {
    "BetaThompson": "bandits.beta",
    "DenseLinearThompson": "bandits.linear",
    "EngineConfig": "config",
    "Estimate": "bandits.offpolicy",
    "Evidence": "evidence",
    "FeatureRow": "rows",
    "FieldHasher": "features",
    "LogPropensity": "bandits.propensities",
    "Slate": "bandits.slates",
    "SparseLogisticThompson": "bandits.sparse",
    "TasteChange": "track",
    "ThompsonPerformanceEngine": "engine",
    "ThompsonPerformanceMetrics": "metrics",
    "doubly_robust": "bandits.offpolicy",
    "ips": "bandits.offpolicy",
    "snips": "bandits.offpolicy",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "BetaThompson",
    "DegradationSeverity",
    "DenseLinearThompson",
    "EngineConfig",
    "Estimate",
    "Evidence",
    "FeatureRow",
    "FieldHasher",
    "JobData",
    "JobPriority",
    "LogPropensity",
    "PerformanceDegradationEvent",
    "Slate",
    "SparseLogisticThompson",
    "TasteChange",
    "ThompsonBatchConfiguration",
    "ThompsonPerformanceEngine",
    "ThompsonPerformanceMetrics",
    "ThompsonProcessingResult",
    "doubly_robust",
    "ips",
    "snips",
]
