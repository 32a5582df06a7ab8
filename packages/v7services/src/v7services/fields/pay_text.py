"""Pay out of a description: an amount is pay where a period or a word for pay stands by it, and nothing says it is not.

"raised $20M", "$5,000 sign-on bonus" and "401k" are not; "$145,000 - $177,500", "18 EUR pro Stunde" and "salario entre
45.000 € y 50.000 €" are. How often that is right is measured: see `benchmarks/extraction`.
"""

# ruff: noqa: E501 - a pattern is read in one line

import re
from collections.abc import Iterator
from typing import Final

import attrs

from v7core.models.jobs import Pay, PayPeriod
from v7services.fields.pay import currency_of, make_pay, period_of, usual_period

MAX_TEXT: Final = 60_000
"""Characters of a description that are looked at."""
_NEAR: Final = 320
"""Further bands of pay are part of the same statement within so many characters."""

_SIGNS: Final = ("$", "€", "£")
_CODES: Final = tuple(
    (code, code.encode())
    for code in ("USD", "EUR", "GBP", "CAD", "AUD", "NZD", "CHF", "PLN", "SEK", "NOK", "DKK", "CZK")
)
_NO_CAPITALS: Final = bytes(byte for byte in range(256) if not 0x41 <= byte <= 0x5A)
_BACK: Final = 40
_AHEAD: Final = 60
"""Characters around a sign of money in which its amounts stand."""
_CURRENCY: Final = r"(?:US|CA|AU|NZ|[CA])?\$|[€£]|(?<![A-Za-z])(?:USD|EUR|GBP|CAD|AUD|NZD|CHF|PLN|SEK|NOK|DKK|CZK|[Ee]uros?)(?![A-Za-z])"
_NUMBER: Final = r"\d{1,3}(?:[.,'\u2019]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![.,]?\d)|\d+(?:[.,]\d{1,2})?(?![\d])"
_ONE: Final = (
    rf"(?:(?P<before#>{_CURRENCY}) ?(?:\$ ?)?)?(?P<number#>{_NUMBER})(?P<kilo#> ?[kK]\b)?(?: ?(?P<after#>{_CURRENCY}))?"
)
_AMOUNT: Final = re.compile(
    rf"(?=[\d$€£A-Ze])(?<![\w.,]){_ONE.replace('#', '1')}"
    rf"(?:,-)?(?: ?(?:[/-] ?)?(?:OTE|brutto|brutos?|gross))?(?:(?P<to>(?:(?:,-)? ?[-\u2010-\u2015~] ?| to | and | bis(?: zu)? | und | a | y | à | et | hasta ))"
    rf"{_ONE.replace('#', '2')})?(?![\w])"
)
_PAY: Final = re.compile(
    r"\b(?:salar(?:y|ies)|compensation|comp range|pay(?:s|ing| ?rate| ?range)?|wages?|rate|base|income|earn(?:ings?)?|remuneration|OTE"
    r"|\w*gehalt\w*|\w*vergütung\w*|\w*lohn|verdienst\w*|entgelt\w*|salarios?|sueldo|retribuci[óo]n|banda|salaire|rémunération"
    r"|lön|lønn|wynagrodzenie)\b",
    re.IGNORECASE,
)
# Looked for first: a search in a string costs a hundredth of the patterns that decide.
_PAY_PARTS: Final = (
    "salar", "compensation", "comp range", "pay", "wage", "rate", "base", "income", "earn", "remuneration", "ote", "gehalt", "vergütung",
    "lohn", "verdienst", "entgelt", "sueldo", "retribuci", "banda", "salaire", "rémunération", "lön", "lønn", "wynagrodzenie",
)  # fmt: skip
_OTHER_PARTS: Final = (
    "bonus", "stipend", "reimburse", "tuition", "referral", "allowance", "contribut", "hsa", "fsa", "credit", "budget", "discount",
    "differential", "rais", "funding", "revenue", "valuation", "saving", "invest", "deposit", "assistance", "grant", "prämie", "zuschuss",
    "sachbezug", "mindestlohn", "gehaltsextra", "zulage", "gastos", "over a", "more than", "equity", "worth", "sales of", "quota",
)  # fmt: skip
_OTHER_BEFORE: Final = re.compile(
    r"\b(?:bonus|stipend|reimburse\w*|tuition|referral|allowance|contribut\w+|hsa|fsa|credits?|budget|discounts?|differential|raised"
    r"|raising|funding|revenues?|valuation|savings?|invest\w*|deposit|assistance|grants?|prämien?|zuschuss|sachbezug\w*|mindestlohn"
    r"|gehaltsextra|zulage|gastos|over a|more than|equity|worth|sales of|quota)\b(?![^.\n]*\b(?:salary|base pay|hourly|compensation)\b)"
    r"[^.;\n]{0,30}$",
    re.IGNORECASE,
)
_OTHER_AFTER: Final = re.compile(
    r"^\+? ?(?:[MB]\b|[bm]n\b|mm\b|million|billion|mil\b|mio|mrd|%|x\b|(?:(?:per|a|in) )?(?:\w+[ -]){0,2}(?:stipend|bonus|reimbursement"
    r"|allowance|revenue|funding|arr|assets|market|budget|credits?|differential|prämie|referral|sign-on|training|deductible|towards"
    r"|deposit)\b)",
    re.IGNORECASE,
)
_NOT_OTHER: Final = re.compile(
    r"^\W*(?:\(|plus|\+|and|with|per \w+ (?:plus|\+|and)|/ ?(?:hour|hr) plus|annually (?:plus|\+|and))", re.IGNORECASE
)
_UP_TO: Final = re.compile(r"\b(?:up to|bis zu|hasta|jusqu'?à|max(?:imum)?\.?)\W{0,3}$", re.IGNORECASE)
_FROM: Final = re.compile(
    r"\b(?:from|starting at|starts at|ab|mindestens|desde|à partir de|at least|minimum(?: of)?)\W{0,3}$", re.IGNORECASE
)
_PERIOD_AFTER: Final = re.compile(
    r"^(?:[^\w/\n.;]|OTE|brutto|brutos?|gross|USD|EUR|GBP|CAD|AUD|base|total|salary|pay|in|Euro)*"
    r"(?P<period>/ ?(?:hr|hour|h|yr|year|annum|month|mo|week|wk|day|stunde|std|monat|jahr|año|mes|hora)\b|(?:per|an?|each|every) (?:hour|year|annum|month|week|day)\b"
    r"|hourly|annually|yearly|annual|monthly|weekly|daily|p\.?a\b|pro (?:stunde|monat|jahr|tag|woche)|(?:die|je) stunde|im (?:monat|jahr)"
    r"|stündlich|monatlich|jährlich|jahresbrutto|anuales|anual|mensuales|mensual|al (?:año|mes)|por hora|par (?:an|mois|heure))",
    re.IGNORECASE,
)
_HOURLY: Final = re.compile(r"h(?:r|our)", re.IGNORECASE)
_PERIOD_BEFORE: Final = re.compile(
    r"\b(?P<period>hourly|per hour|annual(?:ized|ly)?|yearly|per year|monthly|weekly|daily|stundenlohn|stündlich|jahres\w+|monats\w+|monatlich\w*|jährlich"
    r"|ausbildungsvergütung|anual|mensual|annuelle?|mensuel(?:le)?)\b",
    re.IGNORECASE,
)
_RANGES: Final = {
    PayPeriod.HOUR: (4, 1_000), PayPeriod.DAY: (30, 5_000), PayPeriod.WEEK: (100, 20_000), PayPeriod.MONTH: (300, 120_000),
    PayPeriod.YEAR: (6_000, 3_000_000),
}  # fmt: skip
"""What an amount may be to be pay at all."""


@attrs.frozen(kw_only=True)
class _Band:
    """One statement of pay."""

    low: float | None
    high: float | None
    currency: str | None
    period: PayPeriod
    start: int
    end: int


def pay_in_text(text: str) -> Pay | None:
    """The pay that a description names, with its own words; None when it names none.

    Several bands near each other (levels, places) are one, from the lowest to the highest.
    """
    text = text[:MAX_TEXT]
    first: _Band | None = None
    low: float | None = None
    high: float | None = None
    end = 0
    for match in _amounts(text):
        if first is not None and match.start() - end > _NEAR:
            break
        band = _band(text, match)
        if band is None:
            continue
        if first is None:
            first, low, high, end = band, band.low, band.high, band.end
        elif (band.period, band.currency) == (first.period, first.currency):
            low = band.low if low is None else low if band.low is None else min(low, band.low)
            high = band.high if high is None else high if band.high is None else max(high, band.high)
            end = band.end
    if first is None:
        return None
    return make_pay(low, high, currency=first.currency, period=first.period, original=_words(text, first.start, end))


def _amounts(text: str) -> Iterator[re.Match[str]]:
    """Amounts near signs of money: the pattern is too slow for the whole of a description."""
    done = 0
    for at in sorted(_places(text)):
        if at < done:
            continue
        begin = max(done, text.rfind(" ", 0, max(0, at - _BACK)) + 1)
        end = text.find(" ", at + _AHEAD)
        for match in _AMOUNT.finditer(text, begin, len(text) if end < 0 else end):
            done = max(done, match.end())
            yield match


def _places(text: str) -> Iterator[int]:
    """Where signs of money are that have a digit near."""
    signs = [sign for sign in _SIGNS if sign in text]
    if "€" in signs and "EUR" in text:
        signs.append("EUR")
    if not signs:
        raw = text.encode("utf-8", "replace")
        capitals = raw.translate(
            None, _NO_CAPITALS
        )  # a twentieth of the text: looking for ten codes costs nothing there
        signs = [word for word, code in _CODES if code in capitals]
        signs += ["uro"] if b"uro" in raw else []
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            if any(map(str.isdigit, text[max(0, at - 8) : at + 8])):
                yield at
            at = text.find(sign, at + 1)


def _is_pay(text: str) -> bool:
    lower = text.lower()
    return any(part in lower for part in _PAY_PARTS) and _PAY.search(text) is not None


def _is_other(text: str) -> bool:
    lower = text.lower()
    return any(part in lower for part in _OTHER_PARTS) and _OTHER_BEFORE.search(text) is not None


def _band(text: str, match: re.Match[str]) -> _Band | None:
    signs = [currency_of(match[name].rstrip("s") if match[name].lower() == "euros" else match[name])
             for name in ("before1", "after1", "before2", "after2") if match[name]]  # fmt: skip
    before, after = text[max(0, match.start() - 140) : match.start()], text[match.end() : match.end() + 60]
    said = _is_pay(before[-45:] if match["to"] is None else before)
    if not signs and not (
        match["to"] and re.search(r"(?:salary|pay|gehalt|compensation)[^.\n]{0,20}: ?$", before, re.IGNORECASE)
    ):
        return None
    if _OTHER_AFTER.search(after) and not _NOT_OTHER.search(after):
        return None
    period_after = _PERIOD_AFTER.search(after)
    if period_after is None and not said:
        return None
    if _is_other(before[-80:]) and not (period_after and _HOURLY.search(period_after[0]) and said):
        return None
    low, high = _value(match, "1"), _value(match, "2") if match["to"] else None
    if high is not None and match["kilo2"] and not match["kilo1"] and low < 1_000:
        low *= 1_000
    named = period_after or _last(_PERIOD_BEFORE, before[-90:])
    period = _period(named["period"] if named else "", high or low, signs)
    least, most = _RANGES.get(period, (0, 0))
    if not least <= low <= most or (high is not None and not low <= high <= most):
        return None
    if high is None:
        low_end, high_end = (None, low) if _UP_TO.search(before) else (low, None if _FROM.search(before) else low)
    else:
        low_end, high_end = low, high
    currency = next((code for code in signs[::-1] if code is not None), None)
    return _Band(low=low_end, high=high_end, currency=currency, period=period, start=match.start(),
                 end=match.end() + (period_after.end() if period_after else 0))  # fmt: skip


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one
        pass
    return found


def _period(word: str, amount: float, signs: list[str | None]) -> PayPeriod:
    said = period_of(word) if word.lower() != "ausbildungsvergütung" else PayPeriod.MONTH
    if said is PayPeriod.UNKNOWN:
        said = PayPeriod.MONTH if "EUR" in signs and 1_000 <= amount < 10_000 else usual_period(amount)
    # "annual bonus ... $25 an hour": a word from far away that does not fit is not about this amount.
    least, most = _RANGES.get(said, (0, 0))
    return said if least <= amount <= most else usual_period(amount)


def _value(match: re.Match[str], which: str) -> float:
    digits = re.sub(r"[ '\u2019\u00a0\u202f]", "", match[f"number{which}"])
    whole, fraction = digits, ""
    tail = re.search(r"[.,](\d{1,2})$", digits)
    if tail is not None:
        whole, fraction = digits[: tail.start()], tail[1]
    value = float(f"{re.sub(r'[.,]', '', whole)}.{fraction or 0}")
    return value * 1_000 if match[f"kilo{which}"] else value


def _words(text: str, start: int, end: int) -> str:
    """From the start of its line or clause, cut to what fits."""
    begin = max(text.rfind(mark, max(0, start - 60), start) + 1 for mark in ("\n", ". ", "• ", "; "))
    return " ".join(text[max(begin, start - 60) : end].split())
