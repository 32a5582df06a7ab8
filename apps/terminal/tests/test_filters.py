"""Words and filters of `search` and `rank`: one line, as on the screens, and options that say the same."""

import pytest

from v7core.filter_language import parse_filters
from v7core.models.filters import JobFilter
from v7terminal.commands.search import search
from v7terminal.filters import asked

LINES = {
    "nurse remote in:oslo pay:60kEUR": "nurse --remote --place oslo --pay 60000EUR",
    "baker hybrid onsite strict": "baker --workplace hybrid --workplace onsite --known-only",
    "level:senior type:part-time days:7": "--seniority senior --type part-time --within 7",
    "cook company:acme -company:wren source:lever": "cook --company acme --not-company wren --source lever",
    "-company:wren": "--not-company wren",
}


def asked_by(arguments):
    """What the arguments of a command come to."""
    context = search.make_context("search", list(arguments))
    return asked(**{name: value for name, value in context.params.items() if name not in ("top", "name", "as_json")})


@pytest.mark.parametrize(("line", "options"), LINES.items())
def test_a_line_and_its_options_ask_the_same(line, options):
    """As one argument, as several, as options."""
    expected = parse_filters(line)
    assert expected == asked_by([line])
    assert expected == asked_by(line.split())
    assert expected == asked_by(options.split())


@pytest.mark.parametrize(
    ("arguments", "words", "filters"),
    [
        (["nurse", "in:new york"], "nurse", JobFilter(places=("new york",))),
        (["nurse", "-company:Acme Inc"], "nurse", JobFilter(not_companies=("Acme Inc",))),
        (['in:"new york"'], "", JobFilter(places=("new york",))),
        (["in:oslo nurse"], "nurse", JobFilter(places=("oslo",))),
        (['"remote"', "nurse"], "remote nurse", JobFilter()),
        (["--place", 'the "old" town', '"open', "remote"], "open remote", JobFilter(places=('the "old" town',))),
        (["--place", "oslo", "in:hull", "nurse", "--remote"], "nurse", parse_filters("remote in:oslo in:hull")[1]),
        (["--", "-company:x", "--remote"], "--remote", JobFilter(not_companies=("x",))),
    ],
)
def test_quotes_of_the_shell_and_of_the_line(arguments, words, filters):
    """One argument is a line; of several, each filter is kept together; quotes that come through make words plain."""
    assert (words, filters) == asked_by(arguments)


@pytest.mark.parametrize("command", ["search", "rank"])
@pytest.mark.parametrize(
    "words",
    [
        ("pay:much",),
        ("nurse", "level:wizard"),
        ("in:",),
        ("-in:oslo",),
        ("--within", "nan"),
        ("--pay", "much"),
        ("pay:60kEUR", "--pay", "70000 EUR"),
        ("company:acme", "--not-company", "ACME"),
        ("--type", "x"),
        ("x" * 501,),
    ],
)
def test_a_wrong_filter_is_2_and_one_line(v7, home, command, words):
    """And nothing is made, kept or shown."""
    ran = v7(command, *words, "--json")
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    assert not home.exists()


def test_what_a_posting_does_not_say_is_kept_and_marked(demo, v7):
    """In lines, in JSON and as a count; `strict` and `--known-only` drop it."""
    every = v7("search", "nurse", "pay:40kEUR", "--json").json
    unsaid = [hit for hit in every if hit["unsaid"]]
    assert {("pay",)} == {tuple(hit["unsaid"]) for hit in unsaid}
    said = v7("search", "nurse", "pay:40kEUR", "strict", "--json").json
    assert said == v7("search", "nurse", "--pay", "40000 EUR", "--known-only", "--json").json
    assert {hit["id"] for hit in every if not hit["unsaid"]} == {hit["id"] for hit in said} != set()
    ran = v7("search", "nurse", "pay:40kEUR")
    assert len(unsaid) == sum(line.endswith(" · does not say: pay") for line in ran.lines) > 0
    assert f"v7: {len(unsaid)} of {len(every)} kept though unknown: strict drops them\n" == ran.err
    assert "" == v7("search", "nurse", "pay:40kEUR", "strict").err


def test_the_ranking_takes_the_same_line(demo, v7):
    """Its words have to stand in the row, wherever it ranks; its filters hold."""
    every = v7("rank", "--top", "10000", "--json").json
    cards = v7("rank", "nurse", "source:greenhouse", "level:senior", "--top", "5", "--json").json
    assert [1, 2, 3, 4, 5] == [card["rank"] for card in cards]
    expected = [card["id"] for card in every if "nurse" in card["title"].casefold() and card["source"] == "greenhouse"]
    assert [card["id"] for card in cards] == [job for job in expected if job in {card["id"] for card in cards}]
    ran = v7("rank", "nurse", "pay:40kGBP", "--top", "5")
    assert ["1.", "2.", "3.", "4.", "5."] == [line.split()[0] for line in ran.lines]
    assert "does not say: pay" in ran.out
    assert "kept though unknown" in ran.err
    none = v7("rank", "no-such-word")
    assert (0, "", f"v7: no job of {len(every)} holds no-such-word\n") == (none.status, none.out, none.err)


def test_a_kept_search_remembers_its_filters_and_says_its_line(demo, v7):
    """The line finds what the search finds."""
    v7("search", "nurse", "strict", "--pay", "40000 EUR", "--save", "Nurses", "--top", "10")
    kept = v7("searches", "list", "--json").json[0]
    assert ("Nurses", "nurse pay:40000EUR strict", "nurse") == (kept["name"], kept["line"], kept["words"])
    assert v7("searches", "list").out.startswith("Nurses · nurse pay:40000EUR strict · 0 new")
    looked = v7("searches", "look", "Nurses", "--json").json["hits"]
    assert looked == v7("search", kept["line"], "--top", "10", "--json").json != []


def test_a_deck_filter_without_sense_is_refused(v7):
    """The screens could not read it."""
    before = v7("settings", "get", "--json").json
    ran = v7("settings", "set", "deck_filter", "pay:much")
    assert (2, "", 1) == (ran.status, ran.out, len(ran.err.splitlines()))
    assert "such as pay:60kEUR" in ran.err
    assert before == v7("settings", "get", "--json").json
    assert "remote in:oslo" == v7("settings", "set", "deck_filter", " remote  in:oslo", "--json").json["deck_filter"]


def test_without_a_line_the_ranking_is_the_decks(demo, v7):
    """The filter kept for the deck holds, words and all, and is told; any line or option takes its place."""
    every = [card["id"] for card in v7("rank", "--top", "10000", "--json").json]
    v7("settings", "set", "deck_filter", "nurse pay:40kGBP strict")
    ran = v7("rank", "--top", "10000", "--json")
    asked = v7("rank", "nurse", "pay:40kGBP", "strict", "--top", "10000", "--json")
    assert 0 < len(ran.json) < len(every)
    assert ran.json == asked.json
    assert "v7: the deck's filter holds: nurse pay:40kGBP strict (an empty line leaves it out: v7 rank '')\n" == ran.err
    assert "" == asked.err
    assert every == [card["id"] for card in v7("rank", "", "--top", "10000", "--json").json]
    remote = v7("rank", "--remote", "--known-only", "--top", "10000", "--json").json
    assert {"remote"} == {card["workplace"] for card in remote}
    assert len(remote) > len(ran.json)
