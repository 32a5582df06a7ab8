"""The pure parts: formatting, links, keys, charts."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from v7core.errors import InvalidValue
from v7core.models.dashboard import TimestampedValue
from v7core.models.jobs import Pay, PayPeriod, Precision
from v7core.testing.samples import NOW
from v7ui import formatting
from v7ui.charting import bars, braille, buckets, gauge, nice_top
from v7ui.keys import KEYS, conflicts, hints
from v7ui.links import checked_link


@given(st.text(), st.integers(1, 60))
def test_a_fitted_text_has_exactly_its_cells_and_cannot_act(text, width):
    """Whatever the text, a column is as wide as it should be and holds no control character."""
    fitted = formatting.fit(text, width)
    assert width == cell_len(fitted)
    assert fitted.isprintable()


@given(st.text(max_size=300), st.integers(2, 40))
def test_wrapped_lines_stay_within_the_width(text, width):
    """No line is wider than asked, and none can act on the terminal."""
    for line in formatting.wrap(text, width):
        assert cell_len(line) <= width
        assert line.isprintable()


def test_wrapping_keeps_every_word():
    """Only white space may change."""
    text = "We look for a baker who cares.\n\n日本語のとても長い文章です and https://boards.example/" + "x" * 50
    joined = "".join(formatting.wrap(text, 20))
    assert "".join(text.split()) == "".join(joined.split())


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=5), "5m"),
        (timedelta(hours=2), "2h"),
        (timedelta(days=3), "3d"),
        (timedelta(days=35), "5w"),
        (timedelta(days=800), "2y"),
        (timedelta(minutes=-20), "in 20m"),
    ],
)
def test_age_uses_the_largest_whole_unit(ago, expected):
    """A row has five cells for it."""
    assert expected == formatting.age(NOW - ago, NOW)


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(timedelta(seconds=5), "just now"), (timedelta(hours=2), "2h ago"), (-timedelta(hours=3), "in 3h")],
)
def test_an_age_within_a_sentence(ago, expected):
    """Never "now ago"."""
    assert expected == formatting.ago(NOW - ago, NOW)


def test_an_age_of_at_least_says_so():
    """ "30+ days ago" is not "30 days ago"."""
    assert "4w+" == formatting.age(NOW - timedelta(days=30), NOW, precision=Precision.AT_LEAST)


@pytest.mark.parametrize(
    ("pay", "expected"),
    [
        (None, "n/a"),
        (Pay(minimum=95_000, maximum=115_000, currency="EUR", period=PayPeriod.YEAR), "95-115k €"),
        (Pay(minimum=25, currency="USD", period=PayPeriod.HOUR), "from 25 $/h"),
        (Pay(maximum=50_000, currency="CHF", period=PayPeriod.YEAR), "up to 50k CHF"),
        (Pay(original="by tariff"), "by tariff"),
    ],
)
def test_pay_reads_as_the_source_said_it(pay, expected):
    """Nothing is converted; a missing bound is not zero."""
    assert expected == formatting.pay(pay, to="-")


def test_durations_follow_the_dashboard_format():
    """Three digits below a millisecond, one above, seconds where milliseconds say nothing, a dash for not measured."""
    values = (0.0312, 12.345, 9_999.9, 40_881.2, None)
    assert ["0.031ms", "12.3ms", "9999.9ms", "40.9s", "—"] == [formatting.duration(value) for value in values]


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://user:pw@boards.example/1",
        "https://boards.example@evil.example/",
        "https:///nowhere",
        "https://boards.example/\x1b[31m",
        "https://boards.example/a b",
        "https://boards.example/`id`",
        "http://[::1",
        "https://boards.example:99999/",
        "ftp://boards.example/",
        "https://boards.example/" + "a" * 3000,
    ],
)
def test_a_dangerous_address_is_refused(url):
    """Only plain http(s) addresses with a host are let through."""
    with pytest.raises(InvalidValue):
        checked_link(url)


def test_mixed_scripts_show_as_punycode():
    """A Cyrillic letter in a Latin name cannot pass for it; a name in one script reads as it is."""
    assert "xn--" in checked_link("https://\u0430cme.example/1").host
    assert "münchen" == checked_link("https://münchen/jobs").host
    assert checked_link("https://münchen/jöbs").url.isascii()


def test_no_default_key_does_two_things_in_one_place():
    """And none is taken by terminal multiplexers."""
    assert () == conflicts({})
    taken = {"ctrl+b", "ctrl+a", "ctrl+s", "ctrl+j", "ctrl+o"}
    assert taken.isdisjoint(name for key in KEYS for name in key.keys.split(","))


def test_a_rebinding_that_clashes_is_named():
    """With both actions; an unknown action is named too."""
    assert ("i would do both deck.interested and deck.pass",) == conflicts({"deck.pass": "i"})
    assert ("there is no action 'deck.fly'",) == conflicts({"deck.fly": "f"})


def test_hints_show_a_rebound_key():
    """The hint line never lies."""
    assert ("n", "Pass") in hints("deck", {"deck.pass": "n"})


def test_a_bucket_keeps_its_place_as_time_passes():
    """A chart moves left by whole columns: no value changes its neighbours."""
    points = [TimestampedValue(timestamp=NOW - timedelta(minutes=m), value=float(m)) for m in range(0, 60, 3)]
    first = buckets(points, NOW, 1, 60)
    later = buckets(points, NOW + timedelta(minutes=5), 1, 60)
    assert first[6:] == later[1:-5]


def test_a_bucket_holds_the_highest_of_its_values():
    """A spike is never averaged away, and a value outside the range never shown."""
    points = [TimestampedValue(timestamp=NOW - timedelta(seconds=s), value=v) for s, v in ((1, 3.0), (2, 9.0))]
    old = TimestampedValue(timestamp=NOW - timedelta(hours=2), value=99.0)
    found = [value for value in buckets([old, *points], NOW + timedelta(seconds=1), 1, 4) if value is not None]
    assert [9.0] == found


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=8, max_size=8))
@example([None] * 7 + [5e-324])
def test_charts_fill_their_box_exactly(values):
    """Whatever the values, every row has its width, and there are as many rows as asked."""
    top = nice_top(values)
    assert all(value is None or value <= top * 1.0001 for value in values)
    assert [4, 4, 4] == [len(row) for row in braille(values, top, 4, 3)]
    assert [8, 8] == [len(row) for row in bars(values, top, 8, 2, " .:-=+*#@")]


def test_a_chart_of_a_rising_line():
    """Dots climb from the bottom left to the top right."""
    assert ["  ⣠⠞", "⣠⠞⠁ "] == braille([0, 1, 2, 3, 4, 5, 6, 7], 7, 4, 2)


def test_a_gauge_shows_little_and_never_overflows():
    """Anything above nothing shows; more than all is all."""
    assert [".....", "#....", "#####"] == [gauge(share, 5, "#", ".") for share in (0.0, 0.001, 7.0)]
