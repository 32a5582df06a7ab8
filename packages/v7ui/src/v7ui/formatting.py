"""Values as people read them. Pure; an unknown value is a dash, never a zero."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from rich.cells import cell_len, set_cell_size

from v7core.models.jobs import JobSummary, Pay, PayPeriod, Precision, Workplace
from v7core.text import clean_text

MINUS: Final = "\N{MINUS SIGN}"
EN_DASH: Final = "\N{EN DASH}"
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
_PERIOD = {PayPeriod.HOUR: "/h", PayPeriod.DAY: "/d", PayPeriod.WEEK: "/wk", PayPeriod.MONTH: "/mo"}
_PRESENTATION = {0xFE0E: None, 0xFE0F: None, 0x200D: None} | dict.fromkeys(range(0x1F3FB, 0x1F400))
"""Variation selectors, joiners and skin tones: terminals disagree on their widths, so rows go without."""


def inert(text: str) -> str:
    """Text that cannot act on a terminal; a no-op (one C call) for what was cleaned where it came in."""
    if not text.isprintable():
        text = clean_text(text.replace("\t", "    "), limit=max(1, len(text)))
    return text if text.isascii() else text.translate(_PRESENTATION)


def fit(text: str, width: int, *, ellipsis: str = "…", right: bool = False) -> str:
    """The text in exactly `width` cells, cut with an ellipsis or padded."""
    if width < 1:
        return ""
    text = inert(text)
    cells = len(text) if text.isascii() else cell_len(text)
    if cells > width:
        return set_cell_size(text, width - 1) + ellipsis if width > 1 else ellipsis
    space = " " * (width - cells)
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words where possible; line breaks are kept."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _wrap_paragraph(inert(paragraph), max(1, width))
    return lines


def _wrap_paragraph(text: str, width: int) -> Iterable[str]:
    if (len(text) if text.isascii() else cell_len(text)) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip(" "))]
    if 0 < len(indent) < width // 2:  # a table's row goes on below its own start
        return [indent + line for line in _wrap_paragraph(text.lstrip(" "), width - len(indent))]
    lines: list[str] = []
    line, used = "", 0
    for piece in text.split(" "):
        word = piece
        cells = len(word) if word.isascii() else cell_len(word)
        if used and used + 1 + cells > width:
            lines.append(line)
            line, used = "", 0
        while cells > width:  # a word longer than the line: a URL, or a script without spaces
            head = _head(word, width - (used + 1 if used else 0))
            lines.append(f"{line} {head}" if used else head)
            word, line, used = word[len(head) :], "", 0
            cells = cell_len(word)
        line, used = (f"{line} {word}", used + 1 + cells) if used else (word, cells)
    lines.append(line)
    return lines


def _head(word: str, width: int) -> str:
    head = set_cell_size(word, width).rstrip(" ") if width > 1 else word[:1]
    return head or word[:1]


def score(value: float) -> str:
    """A score in logits as a share in [0, 1], two digits: ".94"."""
    share = 1.0 / (1.0 + 2.718281828459045 ** -max(-30.0, min(30.0, value)))
    return "1.0" if share >= 0.995 else f"{share:.2f}"[1:]


def signed(value: float, *, minus: str = MINUS) -> str:
    """A weight: "+.31", "-.12"; from 10 on without decimals."""
    digits = f"{abs(value):.2f}" if abs(value) < 10 else f"{abs(value):.0f}"
    return ("+" if value >= 0 else minus) + (digits[1:] if digits.startswith("0.") else digits)


def age(then: datetime, now: datetime, *, precision: Precision = Precision.INSTANT) -> str:
    """How long ago, in the largest whole unit: "now", "5m", "2h", "3d", "5w", "2y"."""
    seconds = (now - then).total_seconds()
    if seconds < 0:
        return "in " + _span(-seconds) if seconds < -60 else "now"
    if precision is Precision.DAY and seconds < 86_400:
        return "today"
    return _span(seconds) + ("+" if precision is Precision.AT_LEAST else "")


def ago(then: datetime, now: datetime) -> str:
    """`age` within a sentence: "just now", "5m ago", "in 2h"."""
    text = age(then, now)
    return "just now" if text == "now" else text if text.startswith("in ") else f"{text} ago"


def _span(seconds: float) -> str:
    if seconds < 60:
        return "now"
    for unit, size, most in (("m", 60, 60), ("h", 3600, 24), ("d", 86_400, 14), ("w", 604_800, 104)):
        if seconds < size * most:
            return f"{seconds // size:.0f}{unit}"
    return f"{seconds // 31_557_600:.0f}y"


def posted(job: JobSummary, now: datetime) -> str:
    """When a job was posted, or a dash."""
    return "—" if job.posted is None else age(job.posted.at, now, precision=job.posted.precision)


def pay(value: Pay | None, *, to: str = EN_DASH) -> str:
    """Pay on a row: "95-115k €", "25 $/h", the source's words, or "n/a"."""
    if value is None:
        return "n/a"
    if value.minimum is None and value.maximum is None:
        return value.original
    sign = _SIGNS.get(value.currency or "", value.currency or "")
    low, high = value.minimum, value.maximum
    biggest = max(amount for amount in (low, high) if amount is not None)
    scale, suffix = (1000.0, "k") if biggest >= 10_000 else (1.0, "")
    figures = [f"{amount / scale:.3g}" if suffix else f"{amount:g}" for amount in (low, high) if amount is not None]
    amounts = to.join(dict.fromkeys(figures))
    prefix = "from " if high is None else "up to " if low is None else ""
    return f"{prefix}{amounts}{suffix} {sign}{_PERIOD.get(value.period, '')}".rstrip()


def place(job: JobSummary) -> str:
    """Where: "Remote · Berlin", "Berlin +2", or a dash."""
    where = job.locations[0] if job.locations else ""
    more = f" +{len(job.locations) - 1}" if len(job.locations) > 1 else ""
    word = "" if job.workplace in (Workplace.UNKNOWN, Workplace.ONSITE) else job.workplace.value.title()
    if not where:
        return word or ("On site" if job.workplace is Workplace.ONSITE else "—")
    if not word or where.casefold().startswith(word.casefold()):
        return where + more
    return f"{word} {where}{more}"


def duration(value: float | None) -> str:
    """Milliseconds: the dashboard's `%.3fms` below 1 ms, else `%.1fms`; from ten seconds on, seconds."""
    if value is None:
        return "—"
    if value >= 10_000:
        return f"{value / 1000:,.1f}s"
    return f"{value:.3f}ms" if value < 1 else f"{value:.1f}ms"


def count(value: float | None) -> str:
    """A count or a rate: "412", "35.4k", "1.2M"."""
    if value is None:
        return "—"
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if suffix == 'k' else size):.1f}{suffix}"
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def percent(value: float | None) -> str:
    """A share in [0, 1] as `%.1f%%`."""
    return "—" if value is None else f"{value * 100:.1f}%"


def uptime(seconds: float) -> str:
    """ "1d 02:03:04" or "02:03:04"."""
    span = timedelta(seconds=int(max(0.0, seconds)))
    hours, rest = divmod(span.seconds, 3600)
    clock = f"{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"
    return f"{span.days}d {clock}" if span.days else clock


def plural(number: int, word: str) -> str:
    """ "1 job", "2 jobs", "3 companies"."""
    if number == 1:
        return f"{number:,} {word}"
    return f"{number:,} {word[:-1]}ies" if word.endswith("y") else f"{number:,} {word}s"
