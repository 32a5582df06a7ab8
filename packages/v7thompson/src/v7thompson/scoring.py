"""From the best slots of a round to the values that leave the engine."""

from typing import Final

from v7core.models.feed import Draw, ProfileKind, ScoredJob
from v7thompson.contract import Best
from v7thompson.pool import PROFILES, CandidatePool

_new: Final = object.__new__
# A frozen class sets its fields by name, through `object.__setattr__`; writing the slots takes a third of the time, and
# a ranking makes three of these values a job.
_mean, _sd, _value = (getattr(Draw, name).__set__ for name in ("mean", "sd", "value"))
_id, _score, _profile, _match, _manifest = (
    getattr(ScoredJob, name).__set__ for name in ("id", "score", "profile", "match", "manifest")
)


def scored_jobs(pool: CandidatePool, best: Best, blend: float) -> list[ScoredJob]:
    """The jobs of a ranking, best first.

    Args:
        blend: Weight of Manifest, in [0, 1].
    """
    slots = best.slots
    match, manifest = (pool.columns[profile] for profile in PROFILES)
    columns = (
        best.score, match.mean[slots], match.sd[slots], best.match,
        manifest.mean[slots], manifest.sd[slots], best.manifest,
        match.row_mean[slots], manifest.row_mean[slots],
    )  # fmt: skip
    scored = []
    weight, weight_2 = 1.0 - blend, blend
    # A share is what a profile knows of a job, for or against it: the intercept says the same of every job, and is
    # negative, so that with it the profile of the smaller weight would come out larger.
    for id_, score, mean, sd, value, mean_2, sd_2, value_2, fits, leads in zip(
        pool.jobs.at(slots), *(column.tolist() for column in columns), strict=True
    ):
        share, share_2 = weight * abs(fits), weight_2 * abs(leads)
        toward = share_2 > share or (share_2 == share and blend > 0.5)
        job = _new(ScoredJob)
        _id(job, id_)
        _score(job, score)
        _profile(job, ProfileKind.MANIFEST if toward else ProfileKind.MATCH)
        _match(job, _draw(mean, sd, value))
        _manifest(job, _draw(mean_2, sd_2, value_2))
        scored.append(job)
    return scored


def _draw(mean: float, sd: float, value: float) -> Draw:
    draw = _new(Draw)
    _mean(draw, mean)
    _sd(draw, sd)
    _value(draw, value)
    return draw
