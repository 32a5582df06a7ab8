"""Waiting times, pure."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from v7core.testing.fakes import FixedClock
from v7services.http.limits import HostLimits, Rate, backoff, retry_after

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
DATE = "Sat, 14 Mar 2026 09:30:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("7", None, 7.0),
        (" 7 ", None, 7.0),
        ("0", None, 1.0),
        ("-5", None, None),
        ("99999999999999", None, 21600.0),
        ("Sat, 14 Mar 2026 09:31:00 GMT", None, 60.0),
        ("Sat, 14 Mar 2026 09:31:00 GMT", "Sat, 14 Mar 2026 09:30:30 GMT", 30.0),
        ("Sat, 14 Mar 2020 09:31:00 GMT", DATE, 1.0),
        ("Sat, 14 Mar 2099 09:31:00 GMT", DATE, 21600.0),
        ("soon", None, None),
        ("", None, None),
        (None, None, None),
        ("\u0667", None, None),
        ("1e9", None, None),
    ],
)
def test_retry_after_in_every_form(value, date, seconds):
    """Seconds or a date by the server's clock; clamped to [1 s, 6 h]; what cannot be read is missing."""
    assert seconds == retry_after(value, date, NOW)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_backoff_grows_and_ends(attempt, seed):
    """Between a fifth of the step and the step, which doubles up to 20 s."""
    step = min(20.0, 0.5 * 2 ** (attempt - 1))
    assert 0.2 * step <= backoff(attempt, random.Random(seed)) <= step


def test_a_pause_ends_and_a_later_end_wins():
    """By the monotonic clock."""
    clock = FixedClock()
    host = HostLimits(Rate(), clock)
    host.cool(60.0)
    host.cool(10.0)
    assert host.cooling() == 60.0
    clock.advance(61.0)
    assert host.cooling() == 0.0


def test_retries_are_budgeted_by_the_minute():
    """Ten, then none, then ten again."""
    clock = FixedClock()
    host = HostLimits(Rate(), clock)
    assert [True] * 10 + [False] == [host.may_retry() for _ in range(11)]
    clock.advance(60.0)
    assert host.may_retry()


def test_boards_of_one_domain_share_a_budget():
    """But no stranger does."""
    rate = Rate(shared="recruitee.com")
    assert ("recruitee.com", "recruitee.com", "notrecruitee.com") == tuple(
        rate.host(host) for host in ("acme.recruitee.com", "recruitee.com", "notrecruitee.com")
    )
