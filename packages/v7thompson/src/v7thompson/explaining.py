"""A mean taken apart into words."""

import numpy as np
import numpy.typing as npt

from v7core.models.feed import Contribution, Explanation, ProfileKind
from v7core.models.jobs import JobData
from v7thompson._plain.draws import blended
from v7thompson._plain.joint import drawn
from v7thompson._plain.rows import moments
from v7thompson.features import FieldHasher
from v7thompson.layout import field_of
from v7thompson.pool import job_key

F32 = npt.NDArray[np.float32]


def explanation(
    job: JobData, profile: ProfileKind, round_: int, hasher: FieldHasher,
    *, table: F32, intercept: tuple[float, float], key: int, width: float, joint: bool,
) -> Explanation:  # fmt: skip
    """As `ThompsonPerformanceEngine.explain` says.

    Words that share a bucket share its weight: they are named together, apart by " / ".

    Args:
        table: float32 (DIM, 2): mean and variance of each weight.
        intercept: Mean and variance.
        key: Of the round.
        width: Share of the posterior's width that is explored.
        joint: Whether all weights are drawn at once, not each job.
    """
    row = hasher.transform(job.payload)
    names: dict[int, list[str]] = {}
    for _, token, index in hasher.tokens(job.payload):
        names.setdefault(index, []).append(token)
    parts = row.values.astype(np.float64) * table[row.indices, 0].astype(np.float64)
    contributions = [
        Contribution(field=field_of(index).name.lower(), token=" / ".join(names[index]), logits=part)
        for index, part in zip(row.indices.tolist(), parts.tolist(), strict=True)
        if part != 0.0
    ]
    contributions.sort(key=lambda each: (-abs(each.logits), each.field, each.token))

    # The same float32 steps as the kernels take, so that the figures are those of the ranking.
    row_mean, row_variance = moments(row.indices, row.values, table)
    mean = np.float32(row_mean) + np.float32(intercept[0])
    sd = np.sqrt(np.float32(row_variance) + np.float32(intercept[1]))
    second = profile is ProfileKind.MANIFEST
    if joint:
        draw = float(drawn(row.indices, row.values, table, intercept, key=key, width=width, second=second))
    else:
        of = np.array([mean], dtype=np.float32), np.array([sd], dtype=np.float32)
        keys = np.array([job_key(job.id)], dtype=np.uint64)
        draw = float(blended(keys, *of, *of, key=key, width=width, share=1.0, share_2=0.0)[1 + second][0])
    return Explanation(
        job_id=job.id, profile=profile, round=round_, contributions=tuple(contributions), intercept=intercept[0],
        draw_term=draw - float(mean), mean=float(mean), sd=float(sd), draw=draw,
    )  # fmt: skip
