"""The breaker's states, as a model would walk them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7services.breaker import FAILURES_TO_OPEN, LONGEST_PAUSE, Breaker, load_breaker

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=60))
def test_it_opens_only_after_failures_in_a_row_and_never_for_longer_than_a_day(steps):
    """Whatever happens in whatever order; and what is kept is what is read."""
    breaker, now, streak = Breaker(), NOW, 0
    for sound, minutes in steps:
        now += timedelta(minutes=minutes)
        if breaker.is_open(now):
            assert streak >= FAILURES_TO_OPEN
            assert breaker.open_until - now <= LONGEST_PAUSE
            continue
        streak = 0 if sound else streak + 1
        breaker = breaker.succeeded() if sound else breaker.failed(now)
        assert streak == breaker.failures
        assert breaker == load_breaker(breaker.dump())


def test_a_failed_probe_doubles_the_pause():
    """Half an hour, one, two."""
    breaker, pauses, now = Breaker(), [], NOW
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker = breaker.failed(now)
    for _ in range(3):
        breaker = breaker.failed(now)
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
    assert [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)] == pauses


@pytest.mark.parametrize("kept", ["", "no", "[]", '{"failures": "x"}', '{"open_until": "2026-01-01T00:00:00"}'])
def test_what_cannot_be_read_is_a_closed_breaker(kept):
    """A damaged state must not silence a source."""
    assert Breaker() == load_breaker(kept)
