"""What a person types is words; the filters answer in SQL exactly as they do in Python."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from v7core.models.filters import JobFilter, SearchQuery
from v7core.models.jobs import Dated, EmploymentType, Pay, PayPeriod, Seniority, Workplace
from v7core.testing import samples
from v7services.storage import searching
from v7services.storage.searches import query_in, query_out
from v7services.storage.searching import snippet, words_of
from v7services.storage.weighing import Weights

names = st.sampled_from(["Acme", "ACME GmbH", "Straße", "Wren & Co"])
places = st.sampled_from(["Berlin", "München", "New York", "Oslo, Norway"])
pays = st.builds(
    Pay, minimum=st.sampled_from([20.0, 50_000.0]), maximum=st.sampled_from([None, 60_000.0]),
    currency=st.sampled_from([None, "EUR", "USD"]), period=st.sampled_from(PayPeriod), original=st.just("as said"),
)  # fmt: skip
ages = st.sampled_from([0.5, 3.0, 40.0])
facts = st.fixed_dictionaries(
    {
        "company": names, "workplace": st.sampled_from(Workplace), "locations": st.lists(places, max_size=2).map(tuple),
        "employment_type": st.none() | st.sampled_from(EmploymentType),
        "seniority": st.none() | st.sampled_from(Seniority),
        "pay": st.none() | pays,
        "posted": st.none() | ages.map(lambda days: Dated(at=samples.NOW - timedelta(days=days))),
    }
)  # fmt: skip
few = {"max_size": 2}
filters = st.builds(
    JobFilter,
    workplaces=st.frozensets(st.sampled_from(Workplace)),
    places=st.lists(st.sampled_from(["berlin", "MÜNCHEN", "or", ""]), **few).map(tuple),
    seniorities=st.frozensets(st.sampled_from(Seniority), **few),
    employment_types=st.frozensets(st.sampled_from(EmploymentType), **few),
    companies=st.lists(names.map(str.upper), **few).map(tuple),
    not_companies=st.lists(names, max_size=1).map(tuple),
    posted_within_days=st.none() | st.sampled_from([1.0, 3.0, 36_000.0]),
    sources=st.lists(st.sampled_from(["greenhouse", "greenhouse:acme", "lever"]), **few).map(tuple),
    keep_unknown=st.booleans(),
) | st.builds(
    JobFilter, pay_floor=st.sampled_from([55_000.0, 60_000.0]), currency=st.just("EUR"), keep_unknown=st.booleans()
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(facts, min_size=12, max_size=12), st.lists(filters, min_size=1, max_size=8))
async def test_filters_say_in_sql_what_they_say_in_python(stocked, clock, given_facts, wanted):
    """For every posting and every filter: yes, no and unknown alike."""
    postings = [samples.posting(n, **each) for n, each in enumerate(given_facts)]
    await stocked.jobs.commit_poll(samples.report(), samples.harvest(postings))
    for each in wanted:
        expected = {p.id for p in postings if each.accepts(p.summary(), clock.now())}
        for text in ("", "provided"):
            hits = await stocked.search.search(SearchQuery(text=text, filters=each))
            assert expected == {hit.job.id for hit in hits}, (each, text)
        assert expected == await stocked.jobs.matching(each, clock.now())


@settings(max_examples=200, deadline=None)
@given(filters, st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20))
def test_a_query_is_kept_exactly(wanted, text):
    """A saved search asks tomorrow what it asked today."""
    query = SearchQuery(text=text, filters=wanted, limit=7)
    assert query == query_in(query_out(query))


async def keep(storage, *postings):
    await storage.jobs.commit_poll(samples.report(), samples.harvest(postings))


async def found(storage, text, **filters):
    return [hit.job.title for hit in await storage.search.search(SearchQuery(text=text, filters=JobFilter(**filters)))]


async def test_words_in_the_title_come_first(storage):
    """Then those in the text; a rarer word more often in a shorter text is better."""
    await keep(
        storage,
        samples.posting(0, title="Cook", text="You know a midwife."),
        samples.posting(1, title="Midwife", text="Babies."),
        samples.posting(2, title="Driver", text=f"Midwife, midwife, midwife. {'Long text. ' * 5}"),
    )
    assert ["Midwife", "Driver", "Cook"] == await found(storage, "midwife")


@pytest.mark.parametrize(
    ("text", "better", "worse"),
    [
        ("nurse", ("Nurse", "", "", "", "x"), ("Cook", "", "", "", "nurse nurse nurse")),
        ("nurse", ("", "", "", "", "A nurse."), ("", "", "", "", "A nurse. " + "Long text. " * 500)),
        ("nurse", ("", "", "", "", "Nurse, nurse"), ("", "", "", "", "Nurse, nurses")),
        ("Bäcker", ("", "", "", "", "BACKER bäcker"), ("", "", "", "", "backer")),
        ("c", ("", "", "", "", "C and c"), ("", "", "", "", "C and c++ and c#")),
        ("night nurse", ("", "", "", "", "night nurse"), ("", "", "", "", "night night night")),
    ],
)
def test_a_text_outweighs_another(text, better, worse):
    """By field, length, count and every word."""
    weights = Weights(words_of(text), prefix=False)
    assert weights.of(better) > weights.of(worse) > 0


def test_a_beginning_counts_where_a_word_begins():
    """Only there."""
    weights = Weights(("nur",), prefix=True)
    assert weights.of(("", "", "", "", "nurse")) > weights.of(("", "", "", "", "manure")) == 0


async def test_names_are_looked_for_behind_the_latest_matches(storage, monkeypatch):
    """However common the words are, down to a bound; a filter narrows both."""
    monkeypatch.setattr(searching, "_WEIGHED", 4)
    monkeypatch.setattr(searching, "_LOOKED_THROUGH", 80)
    named = samples.posting(0, title="Common sense", text="The word is common.", locations=("Leeds",))
    crowd = [samples.posting(n, title=f"Job {n}", text="Common sense.", locations=("Graz",)) for n in range(1, 60)]
    await keep(storage, named, *crowd)
    query = SearchQuery(text="common sense", limit=1)
    assert "Common sense" == (await storage.search.search(query))[0].job.title
    query = SearchQuery(text="common sense", limit=2, filters=JobFilter(places=("leeds",), keep_unknown=False))
    assert ["Common sense"] == [hit.job.title for hit in await storage.search.search(query)]


async def test_every_word_has_to_be_there(storage):
    """In any field, whatever its case and accents."""
    await keep(
        storage,
        samples.posting(0, title="Bäcker", locations=("Zürich",), text="Nachts."),
        samples.posting(1, title="Bäcker", locations=("Graz",), text="Tags."),
    )
    assert ["Bäcker"] == await found(storage, "NACHTS backer zurich")


async def test_signs_that_make_a_word_are_kept(storage):
    """c++ is not c, c# is not c."""
    for n, text in enumerate(("Plain C code", "Modern C++ code", "Calm C# code")):
        await storage.jobs.commit_poll(
            samples.report(), samples.harvest([samples.posting(n, title=f"T{n}", text=text)], complete=False)
        )
    for text, title in (("c", "T0"), ("C++", "T1"), ("c#", "T2")):
        assert [title] == await found(storage, text)


async def test_a_word_that_is_still_being_typed_finds_its_beginnings(stocked):
    """Only when it is no word by itself, and long enough to mean something."""
    assert {"Night Nurse 0", "Night Nurse 7"} == set(await found(stocked, "nigh"))
    assert await found(stocked, "ni") == []


@pytest.mark.parametrize("text", ["*", "-", '"', "()", "\x00", "\ud800", "  \t "])
async def test_text_without_a_word_finds_nothing_and_breaks_nothing(stocked, text):
    """Space alone counts as no text at all."""
    assert len(await found(stocked, text)) == (0 if text.strip() else 12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=30))
async def test_no_text_reaches_the_query_language(stocked, text):
    """Quotes, operators, columns, NUL, half characters: words or nothing."""
    await stocked.search.search(SearchQuery(text=text))
    await stocked.search.search(SearchQuery(text=f'baker {text} NEAR("'))


async def test_a_changed_posting_is_found_by_its_new_words_only(storage):
    """The index moves in the transaction of the posting."""
    await keep(storage, samples.posting(0, title="Cook", text="Old wording."))
    await keep(storage, samples.posting(0, title="Chef", text="New wording."))
    assert (["Chef"], []) == (await found(storage, "new"), await found(storage, "old"))


async def test_the_best_are_found_among_more_than_are_ranked(storage):
    """A word every posting has: the limit is kept, and titles still come first."""
    crowd = [samples.posting(n, title=f"Job {n}", text="The word is common.") for n in range(700)]
    await keep(storage, *crowd, samples.posting(700, title="Common", text="Nothing."))
    hits = await storage.search.search(SearchQuery(text="common", limit=20))
    assert ("Common", 20, 20) == (hits[0].job.title, len(hits), len({hit.job.id for hit in hits}))


async def test_an_undated_posting_is_as_new_as_its_first_day(storage, clock):
    """Editing it does not bring it to the top."""
    await keep(storage, samples.posting(0, title="0", posted=None))
    clock.advance(3600)
    later = samples.posting(1, title="1", posted=None)
    await keep(storage, samples.posting(0, title="0", posted=None), later)
    clock.advance(3600)
    await keep(storage, samples.posting(0, title="0", posted=None, text="Edited."), later)
    assert ["1", "0"] == await found(storage, "")


async def test_no_words_list_the_newest_first(storage):
    """By the date on the posting, else by when it came."""
    dates = [samples.NOW - timedelta(days=1), None, samples.NOW - timedelta(days=2), samples.NOW - timedelta(hours=1)]
    await keep(
        storage,
        *(samples.posting(n, title=f"{n}", posted=None if at is None else Dated(at=at)) for n, at in enumerate(dates)),
    )
    assert ["1", "3", "0", "2"] == await found(storage, "")


def test_a_snippet_is_one_line_where_the_word_stands():
    """Plain text: nothing is marked, so nothing can be mistaken for markup."""
    body = f"{'Before it all. ' * 30}\n\nA [bold]midwife[/] writes.\n{'And after. ' * 30}"
    line = snippet(body, ("midwife",))
    assert "A [bold]midwife[/] writes." in line
    assert line.startswith("…")
    assert line.endswith("…")
    assert line.isprintable()
    assert "Short." == snippet("Short.", ("absent",))


async def test_new_hits_of_a_kept_search_are_those_that_came_since(storage, clock):
    """In order of arrival, so that a clock that goes back hides nothing."""
    await keep(storage, samples.posting(0))
    await storage.searches.keep("nurse", SearchQuery(text="nurse"))
    clock.advance(-86_400)
    await storage.jobs.commit_poll(
        samples.report(), samples.harvest([samples.posting(7), samples.posting(8)], complete=False)
    )
    assert ["Night Nurse 7"] == [hit.job.title for hit in await storage.searches.new("nurse")]
    await storage.searches.look("nurse")
    assert await storage.searches.new("nurse") == ()
