"""What the loopback sources answer: generated boards, or recorded bodies from a folder."""

import html
import random
from pathlib import Path

import msgspec

JSON, FEED = "application/json", "application/rss+xml"
Body = tuple[str, bytes]
"""Content type and payload."""

_SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo wu xa ye zi cho dra fle gri".split()


def _posting(random_: random.Random, words: list[str], number: int) -> dict[str, str]:
    paragraphs = [" ".join(random_.choices(words, k=75)) for _ in range(6)]
    return {
        "id": str(number),
        "title": " ".join(random_.choices(words, k=4)).title(),
        "company": random_.choice(words).title(),
        "location": random_.choice(words).title(),
        "html": "".join(f"<p>{p[:40]} <strong>{p[40:60]}</strong>{p[60:]} &amp; more.</p>" for p in paragraphs),
        "url": f"https://board.example/{number}",
    }


def _greenhouse(postings: list[dict[str, str]]) -> Body:
    jobs = [
        {
            "id": int(p["id"]),
            "title": p["title"],
            "company_name": p["company"],
            "absolute_url": p["url"],
            "updated_at": "2026-11-01T09:00:00-04:00",
            "location": {"name": p["location"]},
            "content": html.escape(p["html"]),
        }
        for p in postings
    ]
    return JSON, msgspec.json.encode({"jobs": jobs, "meta": {"total": len(jobs)}})


def _lever(postings: list[dict[str, str]]) -> Body:
    jobs = [
        {
            "id": p["id"],
            "text": p["title"],
            "hostedUrl": p["url"],
            "createdAt": 1_790_000_000_000,
            "categories": {"location": p["location"], "team": p["company"]},
            "description": p["html"],
        }
        for p in postings
    ]
    return JSON, msgspec.json.encode(jobs)


def _feed(postings: list[dict[str, str]]) -> Body:
    items = "".join(
        f"<item><guid>{p['id']}</guid><title>{html.escape(p['company'])}: {html.escape(p['title'])}</title>"
        f"<link>{p['url']}</link><region>{p['location']}</region><description><![CDATA[{p['html']}]]></description></item>"
        for p in postings
    )
    return FEED, f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()


def synthetic(sources: int, postings: int) -> list[list[Body]]:
    """One board a source, `postings` in all (rounded up), about 3 KB of text each; the same every time."""
    random_ = random.Random(7)
    words = ["".join(random_.choices(_SYLLABLES, k=random_.choice((2, 3, 3)))) for _ in range(4000)]
    share = -(-postings // sources)
    shapes = (_greenhouse, _lever, _feed)
    return [[shapes[s % 3]([_posting(random_, words, s * share + i) for i in range(share)])] for s in range(sources)]


def recorded(folder: Path, sources: int) -> list[list[Body]]:
    """Every recorded JSON and XML body, dealt round: a source serves its share in turn, one a refresh."""
    files = [
        path
        for path in sorted(folder.glob("[!_]*/*"))
        if path.suffix in {".json", ".xml"} and not path.name.endswith(".metadata.json")
    ]
    files.sort(key=lambda path: path.stat().st_size, reverse=True)
    bodies = [(JSON if path.suffix == ".json" else FEED, path.read_bytes()) for path in files]
    return [bodies[start::sources] for start in range(sources)]
