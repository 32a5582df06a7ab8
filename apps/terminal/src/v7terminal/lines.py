"""Postings, scores and polls as lines of text."""

from v7core.models.feed import Card, Deck, Explanation
from v7core.models.jobs import JobSummary, Pay, PayPeriod, Workplace, short_id
from v7core.models.sources import PollReport

SHOWN_REASONS = 3


def card_line(rank: int, card: Card, why: Explanation | None = None, unsaid: tuple[str, ...] = ()) -> str:
    """Rank, title, company, source, score, what was asked and it does not say, the reasons; it begins `1. `."""
    job, scored = card.job, card.scored
    parts = [
        f"{rank}. {job.title}",
        job.company,
        f"{job.source}:{job.board}" if len(job.board) < 40 else job.source,
        short_id(job.id),
        f"{scored.profile.value} {scored.score:+.2f} (mean {scored.mean:+.2f} ±{scored.sd:.2f})",
    ]
    parts += _silence(unsaid)
    if why is not None:
        parts.append(reasons(why))
    return " · ".join(parts)


def nothing_to_show(deck: Deck) -> str:
    """Why a deck is empty, and what to do about it."""
    return deck.why_empty() if deck.total else "no jobs yet: `v7 sources add ADDRESS`, then `v7 refresh`"


def reasons(why: Explanation, count: int = SHOWN_REASONS) -> str:
    """The features that weigh most, for and against."""
    weighty = [part for part in why.contributions if abs(part.logits) >= 0.005][:count]
    if not weighty:
        return "no reason yet: nothing known about its words"
    return "because " + ", ".join(f"{part.token} {part.logits:+.2f}" for part in weighty)


def job_line(job: JobSummary, unsaid: tuple[str, ...] = ()) -> str:
    """One posting found, and what was asked that it does not say."""
    where = place_of(job)
    parts = [short_id(job.id), job.title, job.company, where, pay_of(job.pay), f"{job.source}", *_silence(unsaid)]
    return " · ".join(part for part in parts if part)


def _silence(unsaid: tuple[str, ...]) -> list[str]:
    return [f"does not say: {', '.join(unsaid)}"] if unsaid else []


def place_of(job: JobSummary) -> str:
    """Where the work is."""
    named = ", ".join(job.locations[:2]) + ("…" if len(job.locations) > 2 else "")
    said = "" if job.workplace in (Workplace.UNKNOWN, Workplace.ONSITE) else job.workplace.value
    return " ".join(part for part in (named, f"({said})" if named and said else said) if part)


def pay_of(pay: Pay | None) -> str:
    """Pay in the source's currency and period; its own words where there are no amounts."""
    if pay is None:
        return ""
    amounts = [f"{amount:,.0f}" for amount in (pay.minimum, pay.maximum) if amount is not None]
    if not amounts:
        return pay.original
    period = "" if pay.period is PayPeriod.UNKNOWN else f" a {pay.period.value}"
    return f"{'-'.join(dict.fromkeys(amounts))} {pay.currency or ''}{period}"


def poll_line(report: PollReport) -> str:
    """What one poll came to."""
    counts = f"{report.received} received, {report.new} new, {report.changed} changed, {report.closed} closed"
    skipped = sum(part.count for part in report.skipped)
    why = "; ".join(f"{part.count} {part.reason}" for part in report.skipped)
    parts = [f"{report.key}", report.outcome.value, counts if report.outcome.sound else report.reason]
    if skipped:
        parts.append(f"{skipped} skipped ({why})")
    return " · ".join(part for part in parts if part)
