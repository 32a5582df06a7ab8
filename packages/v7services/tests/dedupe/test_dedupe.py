"""Two postings, one opening or two: what decides, and how often that is right on pairs labelled beforehand."""

# ruff: noqa: E501 - tables are read line by line

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.models.jobs import Dated, Precision, job_id
from v7services.dedupe import MAX_CANDIDATES, REPOST, Index, Likeness, compare, grouped, joins
from v7services.fields.instants import iso_instant
from v7services.fields.postings import make_posting
from v7services.testing.cases import FETCHED_AT

TEXT = (
    "We bake for nine hundred shops in the north, at night, while the rest of the town sleeps. You mix, shape and bake, "
    "and you train whoever stands beside you. You bring three years at an oven, steady hands and some patience. We offer "
    "thirty days of leave, a pension and as much bread as you can carry home in the morning."
)


def posting(source="greenhouse", external_id="1", **changes):
    fields = {
        "title": "Senior Night Baker",
        "company": "Acme Bread",
        "locations": ("Leeds, United Kingdom",),
        "posted": iso_instant("2026-11-10", "posted"),
        "text": TEXT,
        "board": "acmebread",
    }
    return make_posting(source=source, external_id=external_id, fetched_at=FETCHED_AT, **(fields | changes))


def test_the_labels_are_enough_and_split_by_employer(pairs, written):
    """Three hundred pairs, a hundred of them hard; every posting of a pair is there."""
    assert len(pairs) >= 300
    assert sum(row["same"] == "no" for row in pairs) >= 100
    assert all(row["a"] in written and row["b"] in written for row in pairs)
    kinds = {row["kind"] for row in pairs if row["same"] == "no"}
    assert {"another requisition", "another place", "repost", "staffing copy"} <= kinds


def test_precision_and_recall_on_the_labelled_pairs(pairs, written):
    """Nearly nothing that differs is merged, and most of what is one is found."""
    found = Counter()
    for row in pairs:
        same = compare(written[row["a"]], written[row["b"]]).likeness is Likeness.SAME
        found["merged"] += same
        found["right"] += same and row["same"] == "yes"
        found["labelled"] += row["same"] == "yes"
    assert found["right"] / found["merged"] >= 0.98
    assert found["right"] / found["labelled"] >= 0.9


def test_the_index_proposes_what_is_one(pairs, written):
    """Or nothing could be compared at all."""
    index = Index(written.values())
    for row in pairs:
        if row["same"] == "yes":
            one, other = written[row["a"]], written[row["b"]]
            assert other.id in index.candidates(one), row


def test_a_comparison_has_no_direction(pairs, written):
    """Who came first decides nothing."""
    for row in pairs:
        one, other = written[row["a"]], written[row["b"]]
        assert compare(one, other) == compare(other, one)


def test_the_same_opening_at_five_sources_is_one_group():
    """Cut, edited, decorated, or only a link."""
    board = posting(requisition_id="R-1", url="https://boards.greenhouse.io/acmebread/jobs/5900001")
    others = (
        posting("adzuna", "2", company="ACME Bread Ltd.", title="Senior Night Baker (m/f/d)", text=TEXT[:250], locations=("Leeds, West Yorkshire",)),
        posting("himalayas", "3", title="Senior Night Baker at Acme Bread", text=TEXT.replace("patience", "calm") + "\nApply now!", locations=("UK",)),
        posting("arbeitnow", "4", title="Senior Night Baker - Leeds", text=TEXT + "\nSent by a partner.", locations=("Leeds",)),
        posting("simplify", "5", text="", url="https://job-boards.greenhouse.io/acmebread/jobs/5900001?gh_src=x"),
    )  # fmt: skip
    assert ((board.id, *(other.id for other in others)),) == grouped((board, *others))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"company": "Brindle Bakery"}, "another employer"),
        ({"company": "Randgate Search", "text": "For our client: " + TEXT}, "another employer"),
        ({"title": "Night Baker"}, "another title"),
        ({"title": "Senior Day Baker"}, "another title"),
        ({"title": "Senior Night Baker II"}, "another title"),
        ({"locations": ("York, United Kingdom",)}, "another place"),
        ({"locations": ("Leeds, Canada",)}, "another place"),
        ({"posted": iso_instant("2026-06-10", "posted")}, "posted weeks apart"),
    ],
)  # fmt: skip
def test_what_speaks_against_it(changes, reason):
    """Each by itself, everything else being the same."""
    verdict = compare(posting(), posting("adzuna", "2", **changes))
    assert (Likeness.DIFFERENT, reason) == (verdict.likeness, verdict.reason)


def test_one_board_lists_two_requisitions_apart():
    """However much they are alike."""
    verdict = compare(posting(requisition_id="R-1"), posting(external_id="2", requisition_id="R-2"))
    assert (Likeness.DIFFERENT, "another requisition") == (verdict.likeness, verdict.reason)


def test_one_board_that_gives_new_ids_shows_one_opening_twice():
    """Word for word, without requisitions that say otherwise; a word more, and the board should know."""
    assert Likeness.SAME is compare(posting(), posting(external_id="2")).likeness
    assert Likeness.DIFFERENT is compare(posting(), posting(external_id="2", text=TEXT + " Also on Sundays, and at Easter in the small hall.")).likeness  # fmt: skip


def test_texts_that_have_nothing_in_common_are_about_two_jobs():
    """Whatever the titles say."""
    long = " ".join(f"word{n}" for n in range(300))
    other = " ".join(f"other{n}" for n in range(300))
    assert Likeness.DIFFERENT is compare(posting(text=long), posting("adzuna", "2", text=other)).likeness


def test_without_texts_title_employer_place_and_time_have_to_agree():
    """And are not enough within one source."""
    bare = {"text": ""}
    assert Likeness.SAME is compare(posting(**bare), posting("adzuna", "2", **bare)).likeness
    assert (
        Likeness.SAME
        is not compare(posting("adzuna", "1", **bare), posting("adzuna", "2", board="other", **bare)).likeness
    )
    late = posting("adzuna", "2", posted=iso_instant("2026-10-01", "posted"), **bare)
    assert Likeness.UNSURE is compare(posting(**bare), late).likeness


def test_a_date_of_words_only_counts_upwards():
    """ "30+ days ago" may be any earlier day."""
    early = posting("adzuna", "2", posted=iso_instant("2026-08-01", "posted"))
    vague = Dated(at=FETCHED_AT - timedelta(days=30), precision=Precision.AT_LEAST, provenance="postedOn")
    assert Likeness.SAME is compare(replace(posting(), posted=vague), early).likeness


def test_a_posting_that_fits_two_openings_joins_one():
    """The better fit; and never a group with a member that something speaks against."""
    first, second = (
        posting(requisition_id="R-1"),
        posting(external_id="2", requisition_id="R-2", text=TEXT.replace("leave", "rest")),
    )
    copy = posting("adzuna", "3", text=TEXT[:260])
    assert (first,) == joins(copy, ((first,), (second,)))
    york = posting("jooble", "4", locations=("York, United Kingdom",))
    assert () == joins(copy, ((first, york),))


def test_an_index_forgets_and_is_bounded():
    """Nothing is left of what is discarded; a flood of one title proposes no more than the cap."""
    flood = [posting(external_id=str(n)) for n in range(MAX_CANDIDATES + 50)]
    index = Index(flood)
    assert MAX_CANDIDATES == len(index.candidates(posting("adzuna", "x")))
    for each in flood:
        index.discard(each.id)
    index.discard(job_id("a", "b", "c"))
    assert 0 == len(index)
    assert () == index.candidates(posting("adzuna", "x"))


@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_change_who_belongs_together(order):
    """Two openings, three postings of each."""
    them = [
        posting(requisition_id="R-1"), posting("adzuna", "2", text=TEXT[:260]), posting("himalayas", "3", locations=("UK",)),
        posting(external_id="4", title="Oven Technician", requisition_id="R-4"), posting("adzuna", "5", title="Oven Technician"),
        posting("himalayas", "6", title="Oven Technician"),
    ]  # fmt: skip
    found = {frozenset(group) for group in grouped(them[n] for n in order)}
    assert {frozenset(p.id for p in them[:3]), frozenset(p.id for p in them[3:])} == found


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3), st.text(max_size=200))
def test_no_posting_raises(title, company, places, text):
    """Titles of signs, firms of spaces, places of nothing."""
    try:
        odd = posting("adzuna", "2", title=title, company=company, locations=places, text=text)
    except ValueError:
        return
    assert compare(posting(), odd) == compare(odd, posting())
    Index([odd]).candidates(posting())


def test_weeks_are_weeks():
    """The bound that the texts on reposts name."""
    assert timedelta(days=45) == REPOST
