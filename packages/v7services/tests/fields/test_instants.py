"""Dates: aware UTC, how exact, from which field; what makes no sense is missing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.models.jobs import Precision
from v7services.fields.instants import (
    CENTRAL_EUROPE,
    EARLIEST,
    LATEST,
    ago,
    any_instant,
    day_first,
    epoch_ms,
    epoch_s,
    instant,
    mail_instant,
    month_first,
)

_FIRST = datetime(1996, 1, 1)  # noqa: DTZ001 - what hypothesis draws between
_LAST = datetime(2099, 12, 31)  # noqa: DTZ001
NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "at", "precision"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY),
        ("2026-3-1", datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY),
        ("2026-03-01T00:00:00", datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY),
        ("2026-03-01T00:00:00.0000000", datetime(2026, 3, 1, tzinfo=UTC), Precision.DAY),
        ("2026-03-01T10:20:30Z", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC), Precision.INSTANT),
        ("2026-03-01T10:20:30-04:00", datetime(2026, 3, 1, 14, 20, 30, tzinfo=UTC), Precision.INSTANT),
        ("2026-03-01 10:20:30 UTC", datetime(2026, 3, 1, 10, 20, 30, tzinfo=UTC), Precision.INSTANT),
        ("2026-08-06T06:55:32.0185156Z", datetime(2026, 8, 6, 6, 55, 32, 18515, tzinfo=UTC), Precision.INSTANT),
        ("2026-03-01T10:20", datetime(2026, 3, 1, 10, 20, tzinfo=UTC), Precision.INSTANT),
    ],
)
def test_iso_texts_and_their_kin(written, at, precision):
    """With the field that said so."""
    found = instant({"when": written}, "when")
    assert found is not None
    assert abs(found.at - at) < timedelta(seconds=1)
    assert (precision, "when") == (found.precision, found.provenance)


def test_a_clock_on_the_wall_has_its_zone():
    """Winter and summer, and the hours between."""
    for written, hour in (("2026-01-10T12:00:00", 11), ("2026-07-10T12:00:00", 10)):
        found = instant({"at": written}, "at", zone=CENTRAL_EUROPE)
        assert found is not None
        assert hour == found.at.hour
    begins = instant({"at": "2026-03-29T03:00:00"}, "at", zone=CENTRAL_EUROPE)
    ends = instant({"at": "2026-10-25T03:30:00"}, "at", zone=CENTRAL_EUROPE)
    assert begins is not None
    assert ends is not None
    assert datetime(2026, 3, 29, 1, tzinfo=UTC) == begins.at
    assert datetime(2026, 10, 25, 2, 30, tzinfo=UTC) == ends.at


@pytest.mark.parametrize(
    "written", ["", "soon", "2026-13-01", "2026-02-31", "9999-99-99", "1820-01-01", "2026-01-01T99:00:00Z"]
)
def test_what_makes_no_sense_is_missing(written):
    """Not today, not 1970."""
    assert instant({"when": written}, "when") is None


def test_epochs():
    """Seconds and milliseconds are two things."""
    at = datetime(2026, 11, 17, 8, 30, tzinfo=UTC)
    seconds, milli = epoch_s({"t": 1794904200}, "t"), epoch_ms({"t": 1794904200000}, "t")
    assert seconds is not None
    assert milli is not None
    assert (at, at) == (seconds.at, milli.at)
    assert epoch_s({"t": 0}, "t") is None
    assert epoch_s({"t": 1e30}, "t") is None


def test_mail_dates():
    """Two-digit years, zone names, none."""
    for written in ("Tue, 17 Nov 2026 08:30:00 GMT", "17 Nov 26 08:30:00 +0000", "Tue, 17 Nov 2026 08:30:00"):
        found = mail_instant(written, "pubDate")
        assert found is not None
        assert datetime(2026, 11, 17, 8, 30, tzinfo=UTC) == found.at
    assert any_instant("2026-11-17", "d") is not None
    assert any_instant("no date", "d") is None


def test_days_with_slashes():
    """Day first or month first is the source's; an impossible one is missing."""
    british, american = day_first({"d": "03/04/2026"}, "d"), month_first({"d": "3/4/26"}, "d")
    assert british is not None
    assert american is not None
    assert (3, 4) == (british.at.day, british.at.month)
    assert (4, 3) == (american.at.day, american.at.month)
    assert month_first({"d": "31/12/2026"}, "d") is None


@pytest.mark.parametrize(
    ("words", "days", "precision"),
    [
        ("Posted Today", 0, Precision.APPROXIMATE),
        ("Posted Yesterday", 1, Precision.APPROXIMATE),
        ("Posted 3 Days Ago", 3, Precision.APPROXIMATE),
        ("Posted 30+ Days Ago", 30, Precision.AT_LEAST),
        ("a week ago", 7, Precision.APPROXIMATE),
        ("2 months ago", 60, Precision.APPROXIMATE),
    ],
)
def test_words_are_resolved_and_say_how_exact_they_are(words, days, precision):
    """Cut to the day, so that the same words an hour later are the same date."""
    found = ago(words, NOW, "postedOn")
    later = ago(words, NOW + timedelta(hours=1), "postedOn")
    assert found is not None
    assert found == later
    assert (NOW - timedelta(days=days)).date() == found.at.date()
    assert precision is found.precision


@given(st.text(max_size=60))
def test_no_text_raises(words):
    """And what is found is within reason."""
    for found in (instant(words), any_instant(words, "x"), ago(words, NOW, "x"), day_first(words), month_first(words)):
        assert found is None or EARLIEST <= found.at < LATEST


@given(st.datetimes(_FIRST, _LAST), st.integers(-14, 14))
def test_an_instant_survives_being_written(at, hours):
    """In any zone."""
    aware = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    found = instant({"at": aware.isoformat()}, "at")
    assert found is not None
    assert aware == found.at
