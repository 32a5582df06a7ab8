"""Whether two postings are one opening: pure, values in, a verdict out.

Two postings are one opening when somebody who applies to one would be applying to the other: the same employer, the
same role at the same level, in a place both name, at about the same time. Hence another requisition, another place, a
repost after weeks and a staffing firm's copy are other openings. A wrong merge hides a job and a missed one shows it
twice, so what is in doubt stays apart. How often that is right is measured: see `benchmarks/dedupe`.

Nothing compares everything with everything: an `Index` proposes the few postings of an employer whose titles agree.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from typing import Final, TypeAlias

import attrs

from v7core.models.jobs import JobId, JobPosting, JobSummary, Precision
from v7services.fields.likeness import (
    company_key,
    company_words,
    links_of,
    meet,
    overlap,
    own_ids_differ,
    places_of,
    requisition_key,
    same_company,
    title_words,
)

Named: TypeAlias = JobPosting | JobSummary

REPOST: Final = timedelta(days=45)
"""Posted further apart than this, it is a new attempt to fill the place."""
TOGETHER: Final = timedelta(days=30)
"""Without texts to compare, two postings have to be closer than this."""
ALIKE: Final = 0.5
"""Share of the shorter text that has to stand in the longer one."""
COPIED: Final = 0.97
"""Share of the longer text, for two postings of one source: it shows one twice, word for word."""
FOREIGN: Final = 0.1
"""Two long texts that share less than this are about two jobs, whatever their titles say."""
LONG: Final = 150
"""Words of a text that is not just a snippet."""
MAX_CANDIDATES: Final = 100
BLOCK: Final = 5
"""Letters of an employer's name that have to agree before anything is compared."""


class Likeness(Enum):
    """What a comparison came to."""

    SAME = "same"
    DIFFERENT = "different"
    """Something speaks against it."""
    UNSURE = "unsure"
    """Nothing against it, and not enough for it."""


@attrs.frozen(kw_only=True)
class Verdict:
    """The answer, and what decided it."""

    likeness: Likeness
    reason: str
    strength: float = 0.0
    """How much speaks for it, in [0, 1]: the better of two matches."""


def _different(reason: str) -> Verdict:
    return Verdict(likeness=Likeness.DIFFERENT, reason=reason)


def compare(one: JobPosting, other: JobPosting) -> Verdict:
    """Whether two postings are one opening. Symmetric.

    Cost: tens of microseconds when a name or a place decides, about a millisecond when two long texts have to.
    """
    if links_of(one) & links_of(other) and not own_ids_differ(one, other):
        return Verdict(likeness=Likeness.SAME, reason="one address", strength=1.0)
    if not same_company(one.company, other.company):
        return _different("another employer")
    places, others = places_of(one.locations), places_of(other.locations)
    strangers = company_words(one.company) | company_words(other.company) | places.words | others.words
    if title_words(one.title, strangers) != title_words(other.title, strangers):
        return _different("another title")
    if one.source == other.source and one.external_id == other.external_id:
        return Verdict(likeness=Likeness.SAME, reason="one id of one source", strength=1.0)
    named, others_named = requisition_key(one.requisition_id), requisition_key(other.requisition_id)
    if named and others_named and named != others_named and one.source == other.source:
        return _different("another requisition")
    if not meet(places, others):
        return _different("another place")
    apart = _apart(one, other)
    if apart is not None and apart > REPOST:
        return _different("posted weeks apart")
    return _by_text(one, other, apart, exact=bool(places.towns & others.towns) or places == others)


def _by_text(one: JobPosting, other: JobPosting, apart: timedelta | None, *, exact: bool) -> Verdict:
    common = overlap(one.text, other.text)
    share = 0.0 if common is None else common.shorter
    if one.source == other.source:
        if common is not None and common.longer >= COPIED and exact:
            return Verdict(likeness=Likeness.SAME, reason="word for word the same", strength=0.9)
        # One place to apply lists them apart, and should know.
        return _different("listed apart by one source") if one.board == other.board else _unsure(share)
    if company_key(one.company) != company_key(other.company) and share < ALIKE:
        return _unsure(share)
    if share >= ALIKE:
        return Verdict(likeness=Likeness.SAME, reason="the same text", strength=0.6 + 0.3 * share)
    if common is not None and share < FOREIGN and common.words >= LONG:
        return _different("another text")
    if apart is not None and apart <= TOGETHER and exact:
        return Verdict(likeness=Likeness.SAME, reason="the same title, employer, place and time", strength=0.5)
    return _unsure(share)


def _unsure(share: float) -> Verdict:
    return Verdict(likeness=Likeness.UNSURE, reason="not enough in common", strength=share / 2)


def _apart(one: JobPosting, other: JobPosting) -> timedelta | None:
    """Between their dates; None when one has none. "30+ days ago" may be any earlier day, so it only counts upwards."""
    if one.posted is None or other.posted is None:
        return None
    early, late = sorted((one.posted, other.posted), key=lambda dated: dated.at)
    if late.precision is Precision.AT_LEAST:
        return timedelta(0)
    return late.at - early.at


class Index:
    """Postings by employer and title, and by address; proposes whom a posting has to be compared with.

    Cost: about 400 bytes a posting; a lookup reads two or three lists, however many postings there are.
    """

    def __init__(self, postings: Iterable[Named] = ()) -> None:
        self._keys: dict[JobId, tuple[int, ...]] = {}
        self._jobs: dict[int, list[JobId]] = {}
        for posting in postings:
            self.add(posting)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, job: object) -> bool:
        return job in self._keys

    def add(self, posting: Named) -> None:
        """Take a posting in, or anew."""
        self.discard(posting.id)
        self._keys[posting.id] = keys = _keys(posting)
        for key in keys:
            self._jobs.setdefault(key, []).append(posting.id)

    def discard(self, job: JobId) -> None:
        """Forget a posting; no-op for a stranger."""
        for key in self._keys.pop(job, ()):
            jobs = self._jobs[key]
            jobs.remove(job)
            if not jobs:
                del self._jobs[key]

    def candidates(self, posting: Named) -> tuple[JobId, ...]:
        """Other postings that may be the same opening, the latest first; at most `MAX_CANDIDATES`."""
        found = dict.fromkeys(job for key in _keys(posting) for job in reversed(self._jobs.get(key, ())))
        found.pop(posting.id, None)
        return tuple(found)[:MAX_CANDIDATES]


def _keys(posting: Named) -> tuple[int, ...]:
    """One for the employer and the title without the posting's own names of places and firms, one for each address."""
    strangers = company_words(posting.company) | places_of(posting.locations).words
    title = (company_key(posting.company)[:BLOCK], title_words(posting.title, strangers))
    return tuple({hash(title), *map(hash, links_of(posting))})


def joins(posting: JobPosting, groups: Iterable[tuple[JobPosting, ...]]) -> tuple[JobPosting, ...]:
    """The members of the one group that a posting belongs to; empty when it belongs to none.

    A posting that fits two groups, which are two openings, goes to the one that fits better. It never joins a group
    with a member that something speaks against.
    """
    best: tuple[JobPosting, ...] = ()
    best_strength = 0.0
    for members in groups:
        verdicts = [compare(posting, member) for member in members]
        if any(verdict.likeness is Likeness.DIFFERENT for verdict in verdicts):
            continue
        strength = max((v.strength for v in verdicts if v.likeness is Likeness.SAME), default=0.0)
        if strength > best_strength:
            best, best_strength = members, strength
    return best


def grouped(postings: Iterable[JobPosting]) -> tuple[tuple[JobId, ...], ...]:
    """The groups of more than one among these, each in the order its members came in."""
    index = Index()
    groups: dict[int, list[JobId]] = {}
    of: dict[JobId, int] = {}
    by_id: dict[JobId, JobPosting] = {}
    for posting in postings:
        by_id[posting.id] = posting
        numbers = dict.fromkeys(of[job] for job in index.candidates(posting))
        found = joins(posting, (tuple(by_id[job] for job in groups[number]) for number in numbers))
        number = of[found[0].id] if found else len(groups)
        groups.setdefault(number, []).append(posting.id)
        of[posting.id] = number
        index.add(posting)
    return tuple(tuple(jobs) for jobs in groups.values() if len(jobs) > 1)
