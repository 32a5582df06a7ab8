"""Pay as the source said it: amounts checked, periods and currencies recognised, the original words kept."""

# ruff: noqa: E501 - one table line a meaning, in every language it is met in

import math
import re
from typing import Final

from v7core.models.jobs import Pay, PayPeriod
from v7core.text import clean_text

_PERIODS: Final = (
    (PayPeriod.HOUR, re.compile(r"\b(?:per[- ]hour|an hour|/ ?h(?:r|our)?|hourly|hours?|hr|ph|pro stunde|stunde|stundenlohn|std|heure|horaire|hora|timme\w*|timlön)\b|/\s?(?:u|h)(?:\b|$)", re.IGNORECASE)),
    (PayPeriod.DAY, re.compile(r"\b(?:per[- ]day|a day|/ ?day|daily|days?|pd|pro tag|tag|tagessatz|jour(?:nalier)?|d[ií]a)\b", re.IGNORECASE)),
    (PayPeriod.WEEK, re.compile(r"\b(?:per[- ]week|a week|/ ?(?:week|wk)|weekly|weeks?|wk|pw|pro woche|woche|semaine|hebdo\w*|semana)\b", re.IGNORECASE)),
    (PayPeriod.MONTH, re.compile(r"\b(?:per[- ]month|a month|/ ?(?:month|mo)|monthly|months?|mo|pm|pcm|pro monat|monat(?:lich)?|mensuel\w*|mois|mes|mensual\w*|månad\w*|måned\w*)\b", re.IGNORECASE)),
    (PayPeriod.YEAR, re.compile(r"\b(?:per[- ](?:year|annum)|a year|/ ?(?:year|yr)|yearly|annual\w*|annum|years?|yr|p\.?a\.?|pro jahr|jahr(?:lich)?|jahresgehalt|annuel\w*|an(?:née)?|año|anual\w*|år(?:lig\w*|slön)?)(?:\b|$)", re.IGNORECASE)),
    (PayPeriod.ONCE, re.compile(r"\b(?:one[- ]?time|once|fixed|lump)\b", re.IGNORECASE)),
)  # fmt: skip
_CODES: Final = frozenset(
    "AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HRK HUF IDR ILS INR ISK JPY KES KRW KZT MAD MXN MYR "
    "NGN NOK NZD PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR".split()
)
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW", "zł": "PLN", "₪": "ILS",
                   "₴": "UAH", "R$": "BRL", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "S$": "SGD",
                   "HK$": "HKD", "US$": "USD", "$": "USD", "EURO": "EUR", "EUROS": "EUR", "KČ": "CZK", "FR.": "CHF"}  # fmt: skip
_CODE: Final = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(sorted(_CODES))})(?![A-Za-z])")
_SYMBOL: Final = re.compile(r"(?:US|CA|AU|NZ|HK|[RCAS])?\$|[€£¥₹₽₺₩₪₴]|zł|kč|\beuros?\b", re.IGNORECASE)
_AMOUNT: Final = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:[,. '\u2019\u00a0\u202f]\d{3})+|\d+)([.,]\d{1,2})?(?!\d)\s?([kKmM]\b)?"
)
_MAX_TEXT: Final = 300
MAX_AMOUNT: Final = 1e9
"""Above this an amount is a mistake."""


def period_of(words: str | None) -> PayPeriod:
    """The period that words such as "per-year-salary", "1 MONTH", "PH" or "annum" stand for."""
    if not words:
        return PayPeriod.UNKNOWN
    code = _PERIOD_CODES.get(words.strip().upper())
    if code is not None:
        return code
    plain = words.replace("_", " ").replace("-", " ")
    return next((period for period, pattern in _PERIODS if pattern.search(plain)), PayPeriod.UNKNOWN)


_PERIOD_CODES: Final = {
    "PA": PayPeriod.YEAR, "PH": PayPeriod.HOUR, "PM": PayPeriod.MONTH, "PD": PayPeriod.DAY, "WC": PayPeriod.UNKNOWN,
    "BW": PayPeriod.UNKNOWN, "NONE": PayPeriod.UNKNOWN, "YEAR": PayPeriod.YEAR, "MONTH": PayPeriod.MONTH,
    "HOUR": PayPeriod.HOUR, "WEEK": PayPeriod.WEEK, "DAY": PayPeriod.DAY,
}  # fmt: skip


def currency_of(words: str | None) -> str | None:
    """ISO 4217 of a code or symbol; None when it is neither."""
    if not words:
        return None
    plain = words.strip()
    if plain.upper() in _CODES:
        return plain.upper()
    if len(plain) == 3 and plain.isascii() and plain.isalpha():
        return plain.upper()
    return _SYMBOLS.get(plain.upper(), _SYMBOLS.get(plain.lower()))


def usual_period(amount: float | None) -> PayPeriod:
    """What an amount in pounds, euros or dollars is for where nothing says so; unknown between the usual ranges."""
    if amount is None or amount <= 0:
        return PayPeriod.UNKNOWN
    if amount < 100:
        return PayPeriod.HOUR
    if amount < 1_000:
        return PayPeriod.DAY
    return PayPeriod.YEAR if amount >= 10_000 else PayPeriod.UNKNOWN


def make_pay(
    minimum: float | None = None,
    maximum: float | None = None,
    *,
    currency: str | None = None,
    period: PayPeriod | str | None = None,
    original: str = "",
    predicted: bool = False,
    minor_units: bool = False,
) -> Pay | None:
    """Pay, or None where the source said nothing usable. 0 is unknown; a minimum above the maximum keeps the words only.

    Args:
        currency: A code or symbol.
        period: Ours, or the source's word for it.
        original: The source's own words; made from the amounts when empty.
        minor_units: The amounts are cents.
    """
    low, high = _amount(minimum, minor_units), _amount(maximum, minor_units)
    code = currency_of(currency)
    when = period if isinstance(period, PayPeriod) else period_of(period)
    words = clean_text(original, limit=_MAX_TEXT)
    if low is None and high is None:
        return Pay(currency=code, period=when, original=words, predicted=predicted) if words else None
    if not words:
        shown = [f"{amount:,.2f}".removesuffix(".00") for amount in (low, high) if amount is not None]
        words = " ".join(filter(None, (" - ".join(dict.fromkeys(shown)), code or clean_text(currency or "", limit=12))))
        words += "" if when is PayPeriod.UNKNOWN else f" / {when.value}"
    if low is not None and high is not None and low > high:
        low = high = None
    return Pay(minimum=low, maximum=high, currency=code, period=when, original=words, predicted=predicted)


def _amount(value: float | None, minor_units: bool) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    amount = value / 100 if minor_units else float(value)
    return amount if 0 < amount < MAX_AMOUNT else None


def pay_from_text(
    words: str, *, currency: str | None = None, period: PayPeriod | None = None, usual: bool = False
) -> Pay | None:
    """Pay from free text such as "$1.40k - $1.80k", "£45,000-£55,000 pa" or "1600,00 Euros à 1800,00 Euros par mois".

    The words are always kept; amounts only where they can be read.

    Args:
        currency: Used when the text names none.
        period: Used when the text names none.
        usual: Take the period that amounts of that size are usually for when nobody names one.
    """
    plain = clean_text(words, limit=_MAX_TEXT)
    if not plain:
        return None
    code = _CODE.search(plain.upper())
    symbol = _SYMBOL.search(plain)
    found = code[0] if code else currency_of(symbol[0]) if symbol else currency
    when = next((kind for kind, pattern in _PERIODS if pattern.search(plain)), period or PayPeriod.UNKNOWN)
    amounts = _amounts(plain)
    if not amounts:
        return make_pay(currency=found, period=when, original=plain)
    low, high = amounts[0], amounts[1] if len(amounts) > 1 else None
    if usual and when is PayPeriod.UNKNOWN:
        when = usual_period(high or low)
    if high is None and re.search(r"\b(?:up to|bis zu|jusqu|max)", plain, re.IGNORECASE):
        low, high = None, low  # type: ignore[assignment]
    elif high is None and not re.search(r"\b(?:from|ab|starting|min|à partir|desde)\b|\+", plain, re.IGNORECASE):
        high = low
    return make_pay(low, high, currency=found, period=when, original=plain)


def _amounts(plain: str) -> list[float]:
    values: list[tuple[float, str]] = []
    for match in _AMOUNT.finditer(plain):
        whole, fraction, unit = match.groups()
        end = match.end(2 if fraction else 1)
        after = "" if unit else plain[end : end + 1]
        if after == "%" or after.isalpha():  # "7%", "3rd"
            continue
        if unit and whole == "401":  # the pension plan
            continue
        value = float(re.sub(r"\D", "", whole) + (f".{fraction[1:]}" if fraction else ""))
        values.append((value, (unit or "").lower()))
        if len(values) == 2:
            break
    if len(values) == 2 and values[1][1] and not values[0][1] and values[0][0] < 1000:
        values[0] = (values[0][0], values[1][1])  # "50-70k"
    factor = {"k": 1e3, "m": 1e6, "": 1.0}
    return [value * factor[unit] for value, unit in values]
