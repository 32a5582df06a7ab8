"""What two postings have in common, one field at a time: employers, titles, places, links, texts. Pure."""

# ruff: noqa: E501 - tables are read line by line

import re
import unicodedata
from functools import lru_cache
from typing import Final

import attrs

from v7core.models.jobs import JobPosting, JobSummary
from v7services.fields.urls import address

_LEGAL: Final = frozenset(
    "gmbh mbh inc incorporated llc ltd limited ag se co kg kgaa ohg ug ek corp corporation company plc sa sas sarl srl spa bv nv ab as asa oy oyj aps "
    "kft pty llp lp group groep gruppe groupe holding holdings polska deutschland germany france international sp z o oo e k a s p l "
    "com io".split()
)
_AND: Final = re.compile(r"\s*(?:&|\+)\s*")
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORDS: Final = re.compile(r"[^\W_]+")
_MIN_PREFIX: Final = 5

_GENDER: Final = re.compile(
    r"\(?\b(?:[mwfdhxiv]|gn|all genders?|alle geschlechter)(?:\s?[/|,*]\s?(?:[mwfdhxiv*]|gn|div(?:ers)?|x))+\)?|\(?\b(?:all genders?|alle geschlechter)\b\)?|\((?:gn|x|d)\)|(?:[:*/_]-?(?:in(?:nen)?|r)\b)",
    re.IGNORECASE,
)
_MONEY: Final = re.compile(
    r"(?:up ?to |bis zu |ab )?[$€£]\s?\d[\d.,]*\s?k?(?:\s?[-\u2013]\s?[$€£]?\s?\d[\d.,]*\s?k?)?(?:\s?/\s?\w+| per \w+)?|\d[\d.,]*\s?(?:€|eur|gbp|usd)\b",
    re.IGNORECASE,
)
_SPECIAL: Final = (("c++", " cplusplus "), ("c#", " csharp "), (".net", " dotnet "), ("node.js", " nodejs "), ("full-stack", " fullstack "), ("full stack", " fullstack "),
                   ("front-end", " frontend "), ("front end", " frontend "), ("back-end", " backend "), ("back end", " backend "))  # fmt: skip
_SAME_WORD: Final = {"sr": "senior", "snr": "senior", "jr": "junior", "jnr": "junior", "mgr": "manager", "eng": "engineer", "dev": "developer",
                     "engineers": "engineer", "developers": "developer", "ii": "2", "iii": "3", "iv": "4", "i": "1"}  # fmt: skip
_NOISE: Final = frozenset(
    "the a an of for and or in with to at on from by und oder für fur im am bei mit als de der die das den la le les et du des en el los las y e o w z i"
    " remote remotely hybrid onsite site homeoffice home office telework anywhere worldwide wfh fully full time fulltime vollzeit"
    " job jobs role position opening vacancy opportunity career hiring urgent urgently immediate immediately new now"
    .split()
)  # fmt: skip

_COUNTRIES: Final = {
    "us": "us", "usa": "us", "united states": "us", "united states of america": "us", "u s": "us", "uk": "gb", "united kingdom": "gb", "great britain": "gb",
    "england": "gb", "scotland": "gb", "wales": "gb", "germany": "de", "deutschland": "de", "france": "fr", "spain": "es", "espana": "es", "italy": "it",
    "italia": "it", "netherlands": "nl", "nederland": "nl", "poland": "pl", "polska": "pl", "sweden": "se", "sverige": "se", "norway": "no", "norge": "no",
    "denmark": "dk", "finland": "fi", "ireland": "ie", "austria": "at", "osterreich": "at", "switzerland": "ch", "schweiz": "ch", "belgium": "be",
    "belgie": "be", "portugal": "pt", "canada": "ca", "australia": "au", "new zealand": "nz", "india": "in", "singapore": "sg", "japan": "jp", "china": "cn",
    "brazil": "br", "mexico": "mx", "hungary": "hu", "czechia": "cz", "romania": "ro", "greece": "gr", "ukraine": "ua", "south africa": "za", "israel": "il",
}  # fmt: skip
_REGIONS: Final = frozenset(
    "remote anywhere worldwide global europe emea eu latam asia apac americas north america various multiple locations homeoffice hybrid".split()
)
_TOWN: Final = {
    "munchen": "munich", "koln": "cologne", "warszawa": "warsaw", "krakow": "krakow", "cracow": "krakow", "wien": "vienna", "zurich": "zurich", "geneve": "geneva",
    "genf": "geneva", "bruxelles": "brussels", "brussel": "brussels", "milano": "milan", "roma": "rome", "torino": "turin", "lisboa": "lisbon", "praha": "prague",
    "nyc": "new york", "new york city": "new york", "manhattan": "new york", "sf": "san francisco", "goteborg": "gothenburg", "kobenhavn": "copenhagen",
    "nurnberg": "nuremberg", "frankfurt am main": "frankfurt", "den haag": "the hague", "antwerpen": "antwerp",
}  # fmt: skip
_JOINED: Final = re.compile(r"\s*[,;/|]\s*|\s+[-\u2013]\s+|\s*\(|\)\s*|\s+or\s+|\s+and\s+", re.IGNORECASE)
_COUNTRY_FIRST: Final = re.compile(r"^(?:us|uk|ca|de|fr|ie|in|au|sg)-", re.IGNORECASE)
_EXTRA: Final = re.compile(
    r"^(?:greater|metropolitan|city of|location pin icon)\s+|\s+(?:area|metropolitan area|office|hq)$", re.IGNORECASE
)
_MORE: Final = re.compile(r"\+\s?\d+ more locations?", re.IGNORECASE)

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])\d{5,20}(?![0-9A-Za-z])")
_BOARDS: Final = {
    "greenhouse.io": "greenhouse", "lever.co": "lever", "ashbyhq.com": "ashby", "smartrecruiters.com": "smartrecruiters", "metacareers.com": "metacareers",
    "jobs.personio.de": "personio", "jobs.personio.com": "personio", "bamboohr.com": "bamboohr", "breezy.hr": "breezy", "applytojob.com": "jazzhr",
    "teamtailor.com": "teamtailor", "workable.com": "workable", "rippling.com": "rippling", "gem.com": "gem", "usajobs.gov": "usajobs",
}  # fmt: skip
"""Hosts whose addresses hold an id that is theirs alone."""

_OWN: Final = ("greenhouse", "lever", "ashby")
"""Boards whose ids are theirs alone, too."""

_SHINGLE: Final = 3
_MAX_WORDS: Final = 2_500
_MIN_SHINGLES: Final = 12


def plain(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.lower().replace("ł", "l")) if not unicodedata.combining(c)
    )


# --- employers ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def company_words(name: str) -> frozenset[str]:
    """The words of a firm's name, without its legal form."""
    return frozenset(_firm(name))


@lru_cache(maxsize=4_096)
def company_key(name: str) -> str:
    """A firm's name in one word: "Acme Bread GmbH & Co. KG" and the board "acme-bread" are one."""
    return "".join(_firm(name))


def _firm(name: str) -> list[str]:
    words = _WORDS.findall(
        _AND.sub(" and ", plain(_ASIDE.sub(" ", name))).replace(".", "" if re.search(r"\b\w\.\w\b", name) else " ")
    )
    while len(words) > 1 and (words[-1] in _LEGAL or words[-1] == "and"):
        words.pop()
    return words or [plain(name).strip()]


def same_company(one: str, other: str) -> bool:
    """One employer: the same name, or the beginning of it ("Stedin", "Stedin Netbeheer")."""
    key, other_key = sorted((company_key(one), company_key(other)), key=len)
    return key == other_key or (len(key) >= _MIN_PREFIX and other_key.startswith(key) and _whole(key, one, other))


def _whole(key: str, one: str, other: str) -> bool:
    """Whether the short name ends where a word of the long one does."""
    for name in (one, other):
        begun = ""
        for word in _firm(name):
            begun += word
            if begun == key and company_key(name) != key:
                return True
    return False


# --- titles ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8_192)
def _title(title: str) -> frozenset[str]:
    words = plain(_MONEY.sub(" ", _GENDER.sub(" ", title)))
    for special, word in _SPECIAL:
        words = words.replace(special, word)
    found = [_SAME_WORD.get(word, word) for word in _WORDS.findall(words)]
    kept = frozenset(word for word in found if word not in _NOISE)
    return kept or frozenset(found)


def title_words(title: str, strangers: frozenset[str] = frozenset()) -> frozenset[str]:
    """What a title says about the job: no gender marks, pay, ways of working, and none of the names of places and firms.

    Args:
        strangers: Words that are names; left out unless nothing else would remain.
    """
    words = _title(title)
    return (words - strangers) or words


# --- places ---------------------------------------------------------------------------------------------------------


@attrs.frozen
class Places:
    """The places of a posting."""

    towns: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    """Every word, for what is a name in a title."""
    open: bool = False
    """More places than these: remote, several, or some that are not named."""


@lru_cache(maxsize=4_096)
def places_of(locations: tuple[str, ...]) -> Places:
    """Towns, countries, and whether that is all."""
    towns: set[str] = set()
    countries: set[str] = set()
    words: set[str] = set()
    wide = not locations
    for location in locations:
        wide = wide or _MORE.search(location) is not None
        parts = [part for part in _JOINED.split(_COUNTRY_FIRST.sub("", _MORE.sub("", plain(location).strip()))) if part]
        words.update(word for part in parts for word in _WORDS.findall(part) if len(word) > 2)
        named = [part for part in parts if part not in _COUNTRIES and not set(_WORDS.findall(part)) <= _REGIONS]
        countries.update(_COUNTRIES[part] for part in parts if part in _COUNTRIES)
        wide = wide or any(set(_WORDS.findall(part)) <= _REGIONS for part in parts)
        if named:
            town = _EXTRA.sub("", named[0]).strip()
            towns.add(_TOWN.get(town, town))
            towns.update(_TOWN[part] for part in named[1:] if part in _TOWN)
    return Places(frozenset(towns), frozenset(countries), frozenset(words), wide or not towns)


def meet(one: Places, other: Places) -> bool:
    """Whether somebody could do both jobs from one place, as far as they say."""
    if one.countries and other.countries and not one.countries & other.countries:
        return False
    if one.towns & other.towns or not one.towns or not other.towns:
        return True
    if any(_within(town, other.words) for town in one.towns) or any(_within(town, one.words) for town in other.towns):
        return True
    return one.open and other.open


def _within(town: str, words: frozenset[str]) -> bool:
    parts = [word for word in _WORDS.findall(town) if len(word) > 2]
    return bool(parts) and words.issuperset(parts)


# --- numbers and addresses ------------------------------------------------------------------------------------------


def requisition_key(requisition: str | None) -> str:
    """A requisition's number; "" for none, and for words that boards write into every posting ("See Opening ID")."""
    words = plain(requisition or "")
    return "".join(_WORDS.findall(words)) if any(map(str.isdigit, words)) else ""


def links_of(posting: JobPosting | JobSummary) -> frozenset[str]:
    """What a posting's addresses, and its own id on a board, are called there: one name is one opening."""
    found: set[str] = set()
    for url in (posting.url, getattr(posting, "apply_url", None)):
        if url:
            found |= _names_at(url)
    own = getattr(posting, "external_id", "")
    if own and posting.source in _OWN and (_UUID.fullmatch(own) or _NUMBER.fullmatch(own)):
        found.add(f"{posting.source}:{own.lower()}")
    return frozenset(found)


@lru_cache(maxsize=4096)
def _names_at(url: str) -> frozenset[str]:
    """Kept, since a posting is compared with several, and looked up before."""
    found: set[str] = set()
    where = address(url)
    if where is None:
        return frozenset()
    if "gh_jid" in where.query:
        found.add(f"greenhouse:{where.query['gh_jid']}")
    board = next((name for host, name in _BOARDS.items() if where.on(host)), None)
    path = "/".join(where.parts)
    match = _UUID.search(path) or _NUMBER.search(path)
    if board is not None and match is not None:
        found.add(f"{board}:{match[0].lower()}")
    return frozenset(found)


def own_ids_differ(one: JobPosting, other: JobPosting) -> bool:
    """Whether one board calls them by two ids, whatever their addresses say."""
    return one.source == other.source and one.source in _OWN and one.external_id != other.external_id


# --- texts ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _shingles(text: str) -> tuple[frozenset[int], int]:
    words = _WORDS.findall(plain(text[: 20 * _MAX_WORDS]))[:_MAX_WORDS]
    return frozenset(map(hash, zip(*(words[i:] for i in range(_SHINGLE)), strict=False))), len(words)


@attrs.frozen
class Overlap:
    """What two texts have in common, in pieces of three words."""

    shorter: float
    """The share of the shorter text that stands in the longer one."""
    longer: float
    """The share of the longer text that stands in the shorter one."""
    words: int
    """Of the shorter text."""


def overlap(one: str, other: str) -> Overlap | None:
    """What two texts have in common; None when one is too short to tell."""
    pieces, words = _shingles(one)
    others, other_words = _shingles(other)
    least, most = sorted((len(pieces), len(others)))
    if least < _MIN_SHINGLES:
        return None
    common = len(pieces & others)
    return Overlap(common / least, common / most, min(words, other_words))
