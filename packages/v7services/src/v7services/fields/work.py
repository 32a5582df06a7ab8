"""Where and how: workplace, kind of contract, level, language, from a source's codes or from words."""

# ruff: noqa: E501 - one table line a meaning, in every language it is met in

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from v7core.models.jobs import EmploymentType, Seniority, Workplace

_REMOTE: Final = re.compile(
    r"\b(?:remote(?:ly)?|anywhere|worldwide|work(?:ing)? from home|wfh|home[- ]?(?:office|based)|tele(?:work|commut)\w*"
    r"|distributed|t[ée]l[ée]travail|fully distributed|remoto|ortsunabh[aä]ngig)\b", re.IGNORECASE,
)  # fmt: skip
_NOT_REMOTE: Final = re.compile(
    r"\b(?:no|not|non)[- ](?:fully )?remote\b|\bremote (?:is )?not\b|\bno wfh\b", re.IGNORECASE
)
_HYBRID: Final = re.compile(
    r"\b(?:hybrid\w*|partially remote|part[- ]remote|remote[- ]flexible|flexible remote|híbrido)\b", re.IGNORECASE
)
_ONSITE: Final = re.compile(
    r"\b(?:on[- ]?site|in[- ]?(?:office|person|house)|vor ort|office[- ]based|sur site|presencial)\b", re.IGNORECASE
)
_SPLIT: Final = re.compile(r"\s*(?:[;|\n•]|\s/\s|\s·\s)\s*")
_MODEL_ONLY: Final = re.compile(
    r"(?:fully |100% )?(?:remote|hybrid|on[- ]?site|distributed|in[- ]office)", re.IGNORECASE
)

_WORKPLACE_CODES: Final = {
    "remote": Workplace.REMOTE, "fullyremote": Workplace.REMOTE, "fully": Workplace.REMOTE, "telecommute": Workplace.REMOTE,
    "remotework": Workplace.REMOTE, "hybrid": Workplace.HYBRID, "hybridwork": Workplace.HYBRID, "temporary": Workplace.HYBRID,
    "onsite": Workplace.ONSITE, "none": Workplace.ONSITE, "office": Workplace.ONSITE, "inoffice": Workplace.ONSITE,
    "inperson": Workplace.ONSITE,
}  # fmt: skip


def workplace_code(code: str | None) -> Workplace:
    """A source's own code, such as "on-site", "REMOTE" or "ORA_HYBRID"; unknown for any other."""
    if not code:
        return Workplace.UNKNOWN
    plain = re.sub(r"[^a-z]", "", code.lower().removeprefix("ora_"))
    return _WORKPLACE_CODES.get(plain, Workplace.UNKNOWN)


def workplace_of(texts: Iterable[str]) -> Workplace:
    """What words say about the workplace: hybrid wins over remote, a denial is on-site, silence is unknown."""
    words = " ; ".join(texts)
    if not words:
        return Workplace.UNKNOWN
    if _HYBRID.search(words):
        return Workplace.HYBRID
    if _REMOTE.search(words):
        return Workplace.ONSITE if _NOT_REMOTE.search(words) else Workplace.REMOTE
    return Workplace.ONSITE if _ONSITE.search(words) else Workplace.UNKNOWN


def workplace_flags(*, remote: bool | None, hybrid: bool | None = None, onsite: bool | None = None) -> Workplace:
    """From separate yes/no fields: hybrid wins, then remote; a plain "not remote" is on-site."""
    if hybrid:
        return Workplace.HYBRID
    if remote:
        return Workplace.REMOTE
    return Workplace.ONSITE if onsite or remote is False else Workplace.UNKNOWN


def places(text: str) -> tuple[str, ...]:
    """One place a value: "Austin | Chicago" and "Leeds; York" are two; commas stay, since they join town and country."""
    return tuple(dict.fromkeys(part.strip() for part in _SPLIT.split(text) if part.strip()))


def is_work_model(place: str) -> bool:
    """Whether a "location" is only a way of working ("Hybrid"), so that the town has to be looked for elsewhere."""
    return _MODEL_ONLY.fullmatch(place.strip()) is not None


_EMPLOYMENT: Final = (
    (EmploymentType.INTERNSHIP, re.compile(r"\b(?:intern(?:ship)?s?|praktik\w*|stage|stagiaire|co-?op|werkstudent\w*|working student|student)\b", re.IGNORECASE)),
    (EmploymentType.APPRENTICESHIP, re.compile(r"\b(?:apprentice\w*|ausbildung|alternance|auszubildende\w*|trainee\w*|graduate scheme)\b", re.IGNORECASE)),
    (EmploymentType.VOLUNTEER, re.compile(r"\b(?:volunt\w+|ehrenamt\w*|bénévol\w*)\b", re.IGNORECASE)),
    (EmploymentType.PART_TIME, re.compile(r"\b(?:part[-_ ]?time|parttime|teilzeit|temps partiel|deltid|minijob|media jornada)\b", re.IGNORECASE)),
    (EmploymentType.TEMPORARY, re.compile(r"\b(?:temp|temporary|fixed[-_ ]?term|seasonal|befristet\w*|cdd|intérim|interim|mis|per[-_ ]?diem|casual|locum|maternity cover|ftc|sommarjobb|feriejobb|vikariat|visstid\w*|behovsanställning)\b", re.IGNORECASE)),
    (EmploymentType.CONTRACT, re.compile(r"\b(?:contract(?:or)?s?|freelance\w*|self[-_ ]?employed|b2b|consultant basis|umbrella)\b", re.IGNORECASE)),
    (EmploymentType.FULL_TIME, re.compile(r"\b(?:full[-_ ]?time|fulltime|permanent\w*|regular|vollzeit|festanstellung|unbefristet\w*|temps plein|cdi|heltid|employee|indefinido)\b", re.IGNORECASE)),
)  # fmt: skip


@lru_cache(maxsize=1024)
def employment_of(*texts: str) -> EmploymentType | None:
    """The kind of contract that a source's code or words name; None where they name none.

    The first text that names one decides. "Full-time contract" is a contract, "full-time intern" an internship.
    """
    for words in texts:
        if not words:
            continue
        plain = words.replace("_", " ")
        compact = _COMPACT.get(re.sub(r"[^a-z]", "", plain.lower()))
        if compact is not None:
            return compact
        for kind, pattern in _EMPLOYMENT:
            if pattern.search(plain):
                return kind
    return None


_COMPACT: Final = {
    "fulltime": EmploymentType.FULL_TIME, "parttime": EmploymentType.PART_TIME, "intern": EmploymentType.INTERNSHIP,
    "contract": EmploymentType.CONTRACT, "contractor": EmploymentType.CONTRACT, "temporary": EmploymentType.TEMPORARY,
    "permanent": EmploymentType.FULL_TIME, "freelance": EmploymentType.CONTRACT, "fulltimepermanent": EmploymentType.FULL_TIME,
    "parttimepermanent": EmploymentType.PART_TIME, "fulltimefixedterm": EmploymentType.TEMPORARY, "other": EmploymentType.OTHER,
    "perdiem": EmploymentType.TEMPORARY, "volunteer": EmploymentType.VOLUNTEER,
}  # fmt: skip

_NO_LEVEL_PARTS: Final = ("executive", "lead", "partner", "staff", "head", "principal", "chef", "presidential")
_THING_PARTS: Final = ("manager", "mgr")
"""Looked for first: most titles hold none of them, and a search in a string costs a thirtieth of the patterns."""
# First match wins. Words that only look like a level come out before: an account executive runs no company.
_NO_LEVEL: Final = re.compile(
    r"\b(?:(?:account|solutions?|sales|marketing|business|customer|client|service|support|payable|report|development|communications?|care"
    r"|operations|finance|hr|pr)s? executive|executive (?:assistant|search|support|recruiter|chef|protection)|leads? generation|lead time|leadership"
    r"|(?:people|account|business|hr|talent|channel|sales) partner|staff (?:nurse|accountant|attorney|physician|pharmacist|therapist|rn|assistant|writer)"
    r"|chief of staff|head ?count|principal investigator|chef|presidential)\b",
    re.IGNORECASE,
)
# They run a thing, not people: a level of their own only where nothing else names one.
_THINGS: Final = re.compile(
    r"\b(?:project|product|program(?:me)?|account|marketing|portfolio|contracts?|content|treasury|partner|success|campaign|brand|category|case"
    r"|relationship|community|development|merchant|delivery)(?:[ /&]+\w+)? (?:manager|mgr)(?:in|s)?\b|\bmanager[- ]communications\b",
    re.IGNORECASE,
)
_MID_THINGS: Final = re.compile(
    r"\b(?:project|product|program(?:me)?|account|marketing|portfolio|contracts?|treasury)(?:[ /&]+\w+)? (?:manager|mgr)",
    re.IGNORECASE,
)
_NUMERAL: Final = re.compile(r"(?:[^\W\d_]{3}[ -]+|[a-z]{3})(I{1,3}|IV|V)(?=$|[ ,\-/(|:)]|\.$)(?!/[A-HJ-Z])")
_NUMERALS: Final = {
    "I": Seniority.ENTRY,
    "II": Seniority.MID,
    "III": Seniority.SENIOR,
    "IV": Seniority.SENIOR,
    "V": Seniority.SENIOR,
}
_LEVELS: Final = (
    (Seniority.INTERN, re.compile(r"\b(?:intern(?:ship)?s?|praktik\w+|stagiaire|werkstudent\w*|working student|student(?: \w+){0,2} (?:assistant|aide|worker)|student(?=\W*(?:$|,))|apprentice\w*|auszubildende\w*|ausbildung|co-?op)\b", re.IGNORECASE)),
    (Seniority.EXECUTIVE, re.compile(r"\b(?:chief|c[efotipmr]o|ciso|vice president|[aes]?vp|president|executive(?! director)|geschäftsführ\w+)\b", re.IGNORECASE)),
    (Seniority.DIRECTOR, re.compile(r"\b(?:director|head|directeur|direktor\w*|bereichsleit\w+|dean)\b", re.IGNORECASE)),
    (Seniority.LEAD, re.compile(r"\b(?:lead|principal|staff|manage?rs?|mgr|(?:team|tech(?:nical)?|group|squad) ?leader|supervisor|\w*leiter(?:in)?|teamleit\w+|leitung|foreman|distinguished|lead(?=[A-Z]))\b", re.IGNORECASE)),
    (Seniority.SENIOR, re.compile(r"\b(?:senior|sr|snr|experienced|sénior)\b", re.IGNORECASE)),
    (Seniority.ENTRY, re.compile(r"\b(?:junior|jr|jnr|entry[- ]?level|graduate|trainee|beginner|new grads?|early career|berufseinsteiger\w*)\b", re.IGNORECASE)),
    (Seniority.MID, re.compile(r"\b(?:mid|mid[- ]?level|intermediate|mid[- ]?senior|professional level)\b", re.IGNORECASE)),
    (Seniority.ENTRY, re.compile(r"\bassociates?\b(?! (?:\w+ )?(?:director|dean|vice|professor|general|partner|manager|principal|counsel|attorney|consultant|veterinarian))", re.IGNORECASE)),
)  # fmt: skip


def seniority_of(*texts: str) -> Seniority | None:
    """The level a source's code or a title names; None where it names none. The first text that names one decides."""
    for words in texts:
        if not words:
            continue
        plain, lower = words.replace("_", " "), words.lower()
        level = _level(_NO_LEVEL.sub(" ", plain) if any(part in lower for part in _NO_LEVEL_PARTS) else plain)
        if level is not None:
            return level
    return None


def _level(words: str) -> Seniority | None:
    lower = words.lower()
    things = any(part in lower for part in _THING_PARTS)
    without = _THINGS.sub(" ", words) if things else words
    numeral = _NUMERAL.search(words) if "I" in words or "V" in words else None
    for level, pattern in _LEVELS:
        if level in (Seniority.ENTRY, Seniority.MID) and numeral is not None:
            return _NUMERALS[numeral[1]]
        if pattern.search(without):
            # "Branch Manager I" is a grade, not a rank.
            return _NUMERALS[numeral[1]] if level is Seniority.LEAD and numeral is not None else level
    return Seniority.MID if things and _MID_THINGS.search(words) else None


def language_code(code: str | None) -> str | None:
    """ISO 639-1 from "en", "en-GB", "de_DE"; None for anything else."""
    if not code:
        return None
    first = re.split(r"[-_]", code.strip().lower(), maxsplit=1)[0]
    return first if len(first) == 2 and first.isascii() and first.isalpha() else None
