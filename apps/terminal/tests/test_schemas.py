"""docs/cli.md is what `--json` prints: every documented field is there, of the documented type, and no other."""

import re
from pathlib import Path

import pytest

CLI = Path(__file__).parents[3] / "docs" / "cli.md"
pytestmark = pytest.mark.skipif(not CLI.exists(), reason="docs/cli.md is in the repository, not in the wheel")
TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def documented(name):
    """(whether it is an array, field to types) of a section."""
    text = CLI.read_text("utf-8").split("\n## JSON\n", 1)[1]
    section = re.split(r"^### ", text, flags=re.MULTILINE)
    body = next(part for part in section if part.split("\n", 1)[0] == name)
    rows = re.findall(r"^\| (\w+) \| ([a-z ]+) \|", body, re.MULTILINE)
    fields = {field: tuple(TYPES[word] for word in kind.split(" or ")) for field, kind in rows if field != "field"}
    return "An array" in body, fields


def fits(value, types):
    flat = [each for kind in types for each in (kind if isinstance(kind, tuple) else (kind,))]
    return isinstance(value, tuple(flat)) and not (isinstance(value, bool) and bool not in flat)


RUNS = {
    "rank": "rank --top 3",
    "search": "search nurse --top 3",
    "searches list": "searches list",
    "searches look": "searches look Nurses",
    "searches drop": "searches drop Nurses",
    "show": "show ID",
    "open": "open ID",
    "why": "why ID",
    "react": "react ID save",
    "reactions": "reactions",
    "saved list": "saved list",
    "saved remove": "saved remove ID",
    "sources list": "sources list",
    "sources catalog": "sources catalog",
    "sources starter": "sources starter nurse",
    "refresh": "refresh lever:nordlicht",
    "profile match": "profile match",
    "settings get": "settings get",
    "status": "status",
    "doctor": "doctor",
    "rebuild": "rebuild",
    "taste": "taste",
    "export": "export --format json --to EXPORT",
    "import": "import EXPORT",
    "backup": "backup BACKUP",
    "share": "share --person ana",
}
SAME = {
    "undo": ("react", "undo"),
    "forget": ("react", "forget"),
    "taste refuse": ("taste", "taste refuse CHANGE"),
    "taste accept": ("taste", "taste accept CHANGE"),
    "saved move": ("saved list", "saved move ID interview"),
    "saved note": ("saved list", "saved note ID hello"),
    "sources check": ("sources list", "sources check lever:nordlicht"),
    "sources pause": ("sources list", "sources pause lever:nordlicht"),
    "sources add": ("sources list", "sources add lever:other"),
    "settings set": ("settings get", "settings set blend 0.5"),
    "mute": ("settings get", "mute Acme"),
    "unmute": ("settings get", "unmute Acme"),
    "profile manifest": ("profile match", "profile manifest"),
}
CASES = {name: (name, words) for name, words in RUNS.items()} | SAME


@pytest.mark.parametrize("name", CASES)
def test_json_is_as_documented(demo, v7, tmp_path, monkeypatch, name, request):
    """Field by field, on the demo's postings."""
    job = v7("search", "nurse", "--top", "1", "--json").json[0]["id"]
    v7("react", job, "save", "--event", "first")
    v7("search", "nurse", "--save", "Nurses")
    v7("export", "--format", "json", "--to", str(tmp_path / "e.json"))
    section, words = CASES[name]
    places = {"ID": job, "EXPORT": str(tmp_path / "e.json"), "BACKUP": str(tmp_path / "backup")}
    if name.startswith("taste"):
        request.getfixturevalue("fickle")
        places["CHANGE"] = str(v7("taste", "--json").json[0]["sequence"])
    if name == "share":
        pytest.importorskip("psycopg_pool", reason="the extra v7terminal[postgres] is not installed")
        monkeypatch.setenv("V7_POSTGRES", "postgresql://127.0.0.1:1/x?connect_timeout=1")  # nobody answers there
    if name == "export":
        (tmp_path / "e.json").unlink()
    ran = v7(*(places.get(word, word) for word in words.split()), "--json")
    assert 0 == ran.status, ran.err
    is_array, fields = documented(section)
    many = is_array and name not in ("saved move", "saved note")
    assert isinstance(ran.json, list) == many
    rows = ran.json if many else [ran.json]
    assert rows
    for row in rows:
        if section == "reactions":
            row = {field: row[field] for field in fields}
        assert set(fields) == set(row)
        assert [] == [(field, row[field]) for field, types in fields.items() if not fits(row[field], types)]


def test_every_section_is_tried():
    """A section without a run would be believed unseen."""
    text = CLI.read_text("utf-8").split("\n## JSON\n", 1)[1]
    named = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    elsewhere = {"demo", "sources remove", "restore", "salvage", "delete-everything", "rank-many"}  # own tests
    assert named - elsewhere == set(RUNS)
