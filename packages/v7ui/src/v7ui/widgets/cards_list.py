"""Jobs as rows: the deck's with score and profile, the search's with what was said to them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from v7core.models.feed import Card, ReactionKind
from v7core.models.filters import SearchHit
from v7core.models.jobs import JobId, JobSummary
from v7ui.formatting import fit, pay, place, posted, score
from v7ui.theme import PROFILE_INK
from v7ui.widgets.lists import LineList
from v7ui.widgets.painted import Line, Span


def job_columns(job: JobSummary, width: int, now: datetime, *, ellipsis: str, to: str) -> list[Span]:
    """Title, company, place, pay and age in `width` cells; what matters least leaves first."""
    age_width = 5
    pay_width = 13 if width >= 68 else 0
    place_width = max(10, width // 5) if width >= 48 else 0
    company_width = max(8, width // 5) if width >= 32 else 0
    title_width = width - age_width - pay_width - place_width - company_width
    spans: list[Span] = [(fit(job.title, title_width - 1, ellipsis=ellipsis) + " ", "foreground")]
    for text, cells in ((job.company, company_width), (place(job), place_width), (pay(job.pay, to=to), pay_width)):
        if cells:
            spans.append((fit(text, cells - 1, ellipsis=ellipsis) + " ", "dim"))
    return [*spans, (fit(posted(job, now), age_width, right=True), "dim")]


class CardList(LineList[Card]):
    """The deck."""

    marked: Collection[JobId] = ()
    now: datetime

    def line(self, row: Card, index: int, width: int) -> Line:
        glyphs = self.look().glyphs
        ink = PROFILE_INK[row.scored.profile]
        mark = glyphs.mark[0] if row.job.id in self.marked else " "
        return [
            (mark, "good"),
            (f"{score(row.scored.score):>3} ", f"{ink}-bold"),
            (f"{glyphs.profile[row.scored.profile]} ", ink),
            *job_columns(row.job, width - 7, self.now, ellipsis=glyphs.ellipsis, to=glyphs.to),
        ]


_SAID = {
    ReactionKind.INTERESTED: "int",
    ReactionKind.PASS: "pass",
    ReactionKind.SAVE: "save",
    ReactionKind.APPLIED: "appl",
}


class HitList(LineList[SearchHit]):
    """What a search found."""

    reacted: Mapping[JobId, ReactionKind] = {}
    now: datetime

    def line(self, row: SearchHit, index: int, width: int) -> Line:
        glyphs = self.look().glyphs
        said = self.reacted.get(row.job.id)
        return [
            (f"{_SAID[said] if said else '':<4} ", "good"),
            *job_columns(row.job, width - 5, self.now, ellipsis=glyphs.ellipsis, to=glyphs.to),
        ]
