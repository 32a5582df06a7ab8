"""Alerts: debounce, hysteresis, reopening, acknowledgement."""

import math
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from v7core.errors import InvalidValue, NotFound
from v7core.models.dashboard import AlertSeverity, AlertType, EventType
from v7core.testing.samples import NOW
from v7performance import AlertBook, AlertRule

RULE = AlertRule(
    reading="loop.lag_ms", type=AlertType.SYSTEM, severity=AlertSeverity.WARNING, title="Event Loop Blocked",
    threshold=100.0, clear=90.0, unit="ms", raise_after_s=2.0, clear_after_s=10.0,
)  # fmt: skip


def feed(book, values, *, start=0.0, rule=RULE, subject=""):
    """One reading a second; what happened."""
    found = []
    for n, value in enumerate(values):
        now = start + n
        event = book.evaluate(rule, value, now=now, at=NOW + timedelta(seconds=now), subject=subject)
        found += [event] if event else []
    return found


def test_an_alert_begins_after_the_debounce_and_ends_after_the_clear_time():
    """Two events, one alert, and its message holds the figure and the limit."""
    book = AlertBook()
    assert [] == feed(book, [150.0, 150.0])
    assert [EventType.PERFORMANCE_DEGRADATION] == [e.type for e in feed(book, [150.0], start=2)]
    (alert,) = book.active
    assert ("Event Loop Blocked", "150 ms, limit 100") == (alert.title, alert.message)
    assert [EventType.RECOVERY_COMPLETE] == [e.type for e in feed(book, [80.0] * 11, start=3)]
    assert () == book.active


@settings(deadline=None)  # a busy machine is no failure
@given(st.lists(st.sampled_from([150.0, 95.0, 20.0, None, math.nan]), max_size=200))
def test_flapping_raises_at_most_one_alert(readings):
    """However the reading jumps: unless it stays low for the clear time there is one alert and one event."""
    book = AlertBook()
    low = 0
    kept = []
    for reading in readings:  # break every long calm so that the alert may never end
        low = low + 1 if reading != 150.0 else 0
        kept.append(150.0 if low > 8 else reading)
        low = 0 if low > 8 else low
    assert len(feed(book, kept)) <= 1
    assert len(book.active) <= 1


def test_a_spike_shorter_than_the_debounce_raises_nothing():
    """One bad second in ten."""
    assert [] == feed(AlertBook(), ([150.0] + [20.0] * 9) * 10)


def test_between_the_bounds_nothing_changes():
    """The band neither raises nor ends."""
    book = AlertBook()
    assert [] == feed(book, [95.0] * 60)
    feed(book, [150.0] * 3, start=60)
    assert [] == feed(book, [95.0] * 60, start=63)
    assert 1 == len(book.active)


def test_no_reading_is_no_evidence():
    """Neither of health nor of trouble."""
    book = AlertBook()
    feed(book, [150.0] * 3)
    assert [] == feed(book, [None] * 60, start=3)
    assert 1 == len(book.active)


def test_an_alert_that_comes_back_soon_is_the_same_one():
    """The same id within a minute, unacknowledged again; a new one later."""
    book = AlertBook()
    feed(book, [150.0] * 3)
    first = book.acknowledge(book.active[0].id)
    feed(book, [20.0] * 12, start=3)
    feed(book, [150.0] * 3, start=20)
    assert (first.id, False) == (book.active[0].id, book.active[0].acknowledged)
    feed(book, [20.0] * 12, start=23)
    feed(book, [150.0] * 3, start=200)
    assert first.id != book.active[0].id


def test_acknowledging_keeps_the_alert_and_marks_it():
    """It stands until it is over; an unknown one is not found."""
    book = AlertBook()
    feed(book, [150.0] * 3)
    book.acknowledge(book.active[0].id)
    assert [True] == [alert.acknowledged for alert in book.active]
    with pytest.raises(NotFound):
        book.acknowledge(uuid4())


def test_subjects_stand_apart_and_go_when_they_are_no_more():
    """Two sources are two alerts; a removed one takes its alert along."""
    book = AlertBook()
    feed(book, [150.0] * 3, subject="lever:acme")
    feed(book, [150.0] * 3, subject="feed:news")
    assert 2 == len(book.active)
    book.keep_only(RULE, ["feed:news"])
    assert ["feed:news"] == [alert.message for alert in book.active]


@pytest.mark.parametrize(
    "change", [{"threshold": math.inf}, {"clear": 101.0}, {"raise_after_s": -1.0}, {"clear": math.nan}]
)
def test_a_rule_that_cannot_work_is_refused(change):
    """At construction."""
    fields = {
        "reading": "a", "type": AlertType.SYSTEM, "severity": AlertSeverity.INFO, "title": "t", "threshold": 100.0,
        "clear": 90.0,
    }  # fmt: skip
    with pytest.raises(InvalidValue):
        AlertRule(**fields | change)
