"""The lines above a posting's text: what it is, and why it stands where it stands."""

from datetime import datetime

from v7core.models.feed import Card, Contribution, Explanation, ProfileKind
from v7core.models.jobs import JobSummary
from v7ui.formatting import MINUS, fit, pay, place, posted, score, signed
from v7ui.links import checked_link
from v7ui.theme import PROFILE_INK, PROFILE_WORD
from v7ui.widgets.painted import Line, Painted, Span


def host_of(url: str | None) -> str:
    """Where "open" would lead; a dash where it would lead nowhere."""
    try:
        return checked_link(url).host
    except ValueError:
        return "—"


class JobHead(Painted):
    """Title and profile, facts, WHY and GAP."""

    DEFAULT_CSS = "JobHead { height: 4; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._job: JobSummary | None = None
        self._card: Card | None = None
        self._why: Explanation | None = None
        self._now: datetime | None = None

    def show(self, job: JobSummary | None, now: datetime, card: Card | None = None) -> None:
        """Another job; the reasons follow."""
        self._job, self._now, self._card, self._why = job, now, card, None
        self.repaint()

    def explain(self, why: Explanation) -> None:
        """The reasons have come; those of another job are dropped."""
        if self._job is not None and why.job_id == self._job.id:
            self._why = why
            self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        if self._job is None or self._now is None:
            return []
        glyphs, job = self.look().glyphs, self._job
        badge, ink = "", "text"
        if self._card is not None:
            kind = self._card.scored.profile
            badge = f"{glyphs.profile[kind]} {PROFILE_WORD[kind]} {score(self._card.scored.score)} "
            ink = f"{PROFILE_INK[kind]}-bold"
        facts = [job.company, place(job), pay(job.pay, to=glyphs.to), self._age(job), job.source, host_of(job.url)]
        line = f" {glyphs.dot} ".join(fact for fact in facts if fact not in ("", "—", "n/a"))
        title = fit(job.title, max(1, width - len(badge) - 2), ellipsis=glyphs.ellipsis)
        return [
            [(" ", "text"), (title, "title"), (" ", "text"), (badge, ink)],
            [(" ", "text"), (fit(line, width - 1, ellipsis=glyphs.ellipsis), "foreground")],
            self._reasons("WHY", width, positive=True),
            self._reasons("GAP", width, positive=False),
        ]

    def _age(self, job: JobSummary) -> str:
        assert self._now is not None  # noqa: S101 - paint has looked
        text = posted(job, self._now)
        return text if text in ("—", "now", "today") or text.startswith("in ") else f"{text} ago"

    def _reasons(self, word: str, width: int, *, positive: bool) -> Line:
        glyphs = self.look().glyphs
        spans: list[Span] = [(f" {word}  ", "title")]
        if self._why is None:
            return [*spans, (glyphs.ellipsis if positive else "", "dim")]
        tail = ""
        if positive:
            why = self._why
            tail = f"(draw {score(why.draw)}, mean {score(why.mean)} {glyphs.plus_minus}{why.sd:.2f} logits)"
        used, room = 6, width - 6
        said: set[str] = set()
        for part in self._why.contributions:
            if (part.logits > 0) is not positive or part.logits == 0:
                continue
            words = label(part) if label(part) not in said else f"{part.field}:{part.token}"
            said.add(words)
            text = f"{words} {signed(part.logits, minus=glyphs.minus)}  "
            if used + len(text) > room:
                break
            spans.append((text, "good" if positive else "warn"))
            used += len(text)
        if len(spans) == 1:
            spans.append(("nothing yet: react to a few jobs  " if positive else "none", "dim"))
            used += len(spans[-1][0])
        if tail and used + len(tail) < width:
            spans.append((tail, "dim"))
        return spans


def label(part: Contribution) -> str:
    """A feature's word; the field is named where it is not the text or the title."""
    return part.token if part.field in ("title", "text", "body", "description") else f"{part.field}:{part.token}"


def breakdown(why: Explanation, *, minus: str = MINUS) -> list[Span]:
    """Every reason, for the text pane: contributions + intercept = mean, mean + draw term = draw."""
    word = "what fits you now" if why.profile is ProfileKind.MATCH else "where you want to go"
    lines: list[Span] = [
        (f"Why this place: {PROFILE_WORD[why.profile]}, {word}", PROFILE_INK[why.profile]),
        (f"Ranked in round {why.round}. Weights are logits: positive pulls up, negative down.", "dim"),
        ("", "text"),
    ]
    lines += [
        (f"{signed(part.logits, minus=minus):>7}  {part.field}: {part.token}", "good" if part.logits > 0 else "warn")
        for part in why.contributions
    ]
    return [
        *lines,
        (f"{signed(why.intercept, minus=minus):>7}  what every job starts from", "dim"),
        (f"{signed(why.mean, minus=minus):>7}  mean", "title"),
        (f"{signed(why.draw_term, minus=minus):>7}  this round's draw (standard deviation {why.sd:.2f})", "dim"),
        (f"{signed(why.draw, minus=minus):>7}  draw: what it was ranked by, share {score(why.draw)}", "title"),
    ]
