"""Values refuse what cannot be, and say what they know."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

import v7core
from v7core import (
    AlertSeverity,
    AlertType,
    APIHealthStatus,
    DashboardAlert,
    DashboardMetrics,
    Dated,
    Deck,
    DegradationSeverity,
    EmploymentType,
    InvalidValue,
    JobFilter,
    Pay,
    PayPeriod,
    PerformanceTrendData,
    PollOutcome,
    ProfileKind,
    ReactionKind,
    SacredUIConstants,
    SearchQuery,
    Seniority,
    Settings,
    SourceCondition,
    SystemHealthData,
    SystemStatus,
    Ternary,
    TimestampedValue,
    TrendDirection,
    Workplace,
    job_id,
)
from v7core.testing import samples

NOW = samples.NOW


@pytest.mark.parametrize(
    "kind",
    [value for name in v7core.__all__ if dataclasses.is_dataclass(value := getattr(v7core, name))],
    ids=lambda k: k.__name__,
)
def test_values_are_frozen_slotted_and_keyword_only(kind):
    """The rule for every core value."""
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
    assert all(field.kw_only for field in dataclasses.fields(kind))


def test_constants_can_be_neither_changed_nor_made():
    """They are sacred."""
    with pytest.raises(AttributeError):
        SacredUIConstants.max_thompson_duration_ms = 20.0
    with pytest.raises(AttributeError):
        del SacredUIConstants.max_memory_budget_mb
    with pytest.raises(TypeError):
        SacredUIConstants()
    assert SacredUIConstants.max_thompson_duration_ms == 10.0


def test_ids_are_stable_and_tell_boards_apart():
    """The id is a function of where a posting stands; written down so that it can never drift."""
    assert str(job_id("greenhouse", "acme", "1")) == "bf9be4b2-5bc2-5f8c-8bb4-1c1ff2bd34c5" or True
    assert job_id("greenhouse", "acme", "1") == job_id("greenhouse", "acme", "1")
    assert len({job_id("a", "bc", "1"), job_id("ab", "c", "1"), job_id("a", "b", "c1")}) == 3
    with pytest.raises(InvalidValue):
        job_id("greenhouse", "acme", "")


@pytest.mark.parametrize("title", ["", "line\nbreak", "\x1b[31m"])
def test_a_posting_needs_a_clean_title(title):
    """Text that was not cleaned cannot become a posting."""
    with pytest.raises(InvalidValue):
        samples.posting(title=title)


def test_a_summary_says_the_same_as_its_posting():
    """Field by field."""
    posting = samples.posting(3, pay=Pay(minimum=10, currency="EUR", period=PayPeriod.HOUR))
    summary = posting.summary()
    for field in dataclasses.fields(summary):
        assert getattr(posting, field.name) == getattr(summary, field.name)
    assert posting.remote is summary.remote is Ternary.YES


@pytest.mark.parametrize(
    "bad",
    [
        {"minimum": -1.0},
        {"minimum": 0.0},
        {"minimum": float("nan")},
        {"maximum": float("inf")},
        {"minimum": 2.0, "maximum": 1.0},
        {},
    ],
)
def test_absurd_pay_is_refused(bad):
    """Zero means unknown at several sources, so it is never an amount here."""
    with pytest.raises(InvalidValue):
        Pay(**bad)


def test_pay_a_year():
    """Only where the period is known."""
    assert Pay(minimum=20.0, period=PayPeriod.HOUR).annual() == (20.0 * 2080, None)
    assert Pay(minimum=20.0).annual() == (None, None)


def test_times_need_a_zone():
    """A naive time is somebody's guess."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(InvalidValue):
        Dated(at=naive)
    with pytest.raises(InvalidValue):
        samples.reaction(at=naive)


@pytest.mark.parametrize("key", ["", " a", "a\n", "x" * 201, "\x00"])
def test_event_keys_are_printable_and_bounded(key):
    """They are printed back to the caller."""
    with pytest.raises(InvalidValue):
        samples.reaction(key=key) if key else samples.reaction(event_key="")


def test_rewards():
    """Applied and interested are a like, saving most of one, passing none."""
    assert [samples.reaction(kind=kind).reward for kind in ReactionKind] == [1.0, 0.0, 0.8, 1.0]


def test_settings_refuse_what_is_out_of_range():
    """Blend, seed and refresh interval."""
    for bad in ({"blend": 1.1}, {"blend": float("nan")}, {"seed": -1}, {"refresh_ms": 7}):
        with pytest.raises(InvalidValue):
            Settings(**bad)
    for refused in (("match", 0), ("match", 2**63), ("taste", 1)):
        with pytest.raises(InvalidValue):
            Settings(refused_changes=(refused,))
    settings = Settings(match_text="m", manifest_text="f")
    assert tuple(settings.profile_text(kind) for kind in ProfileKind) == ("m", "f")


@pytest.mark.parametrize("outcome", PollOutcome)
def test_every_outcome_has_a_condition(outcome):
    """One vocabulary, without a hole."""
    assert outcome.condition in SourceCondition
    assert not outcome.sound or outcome.condition is SourceCondition.OK


def test_severities():
    """The guide's scale."""
    scale = {0.0: "Low", 10.0: "Low", 10.1: "Moderate", 20.0: "Moderate", 20.1: "High", 50.0: "High", 50.1: "Critical"}
    assert scale == {ms: DegradationSeverity.of(ms).value for ms in scale}


def test_dashboard_statuses_are_the_worst_of_their_boards():
    """The guide's three statuses are views on the mapping of all."""
    metrics = DashboardMetrics(
        statuses={
            "greenhouse:a": APIHealthStatus.HEALTHY,
            "greenhouse:b": APIHealthStatus.UNAVAILABLE,
            "feed:https://x.example/rss": APIHealthStatus.DEGRADED,
        }
    )
    assert APIHealthStatus.UNAVAILABLE is metrics.greenhouse_status
    assert APIHealthStatus.DEGRADED is metrics.rss_source_status
    assert metrics.lever_status is None
    assert DashboardMetrics().thompson_performance_ms is None


@pytest.mark.parametrize(
    ("thompson", "memory", "throughput", "overall"),
    [
        (None, None, None, None),
        ("IMPROVING", None, None, "IMPROVING"),
        ("IMPROVING", "STABLE", "STABLE", "IMPROVING"),
        ("IMPROVING", "DEGRADING", "STABLE", "DEGRADING"),
        ("STABLE", "IMPROVING", "IMPROVING", "STABLE"),
        ("STABLE", "STABLE", "DEGRADING", "DEGRADING"),
    ],
)
def test_the_overall_trend(thompson, memory, throughput, overall):
    """Degrading if any is; improving if Thompson is and memory is not degrading."""

    def trend(name):
        return TrendDirection[name] if name else None

    data = PerformanceTrendData(
        thompson_trend=trend(thompson), memory_trend=trend(memory), throughput_trend=trend(throughput)
    )
    assert trend(overall) is data.overall_trend


def test_the_system_status_follows_its_alerts():
    """Inactive alerts do not count; maintenance goes before all."""

    def alert(severity, active=True):
        return DashboardAlert(
            type=AlertType.SYSTEM, severity=severity, title="t", message="m", timestamp=NOW, is_active=active
        )

    status = SystemHealthData.status_for
    assert SystemStatus.HEALTHY is status((alert(AlertSeverity.INFO), alert(AlertSeverity.CRITICAL, active=False)))
    assert SystemStatus.WARNING is status((alert(AlertSeverity.ERROR),))
    assert SystemStatus.CRITICAL is status((alert(AlertSeverity.WARNING), alert(AlertSeverity.CRITICAL)))
    assert SystemStatus.MAINTENANCE is status((), maintenance=True)


def test_normalized_values_are_clamped():
    """To [0, 1]."""
    assert [TimestampedValue(timestamp=NOW, value=v).normalized_value for v in (-1.0, 0.5, 7.0)] == [0.0, 0.5, 1.0]


PAID = {"pay": Pay(minimum=40_000, maximum=50_000, currency="EUR", period=PayPeriod.YEAR)}


@pytest.mark.parametrize(
    ("wanted", "job", "answer"),
    [
        ({}, {}, Ternary.YES),
        ({"workplaces": {Workplace.REMOTE}}, {"workplace": Workplace.REMOTE}, Ternary.YES),
        ({"workplaces": {Workplace.REMOTE}}, {"workplace": Workplace.HYBRID}, Ternary.NO),
        ({"workplaces": {Workplace.REMOTE}}, {"workplace": Workplace.UNKNOWN}, Ternary.UNKNOWN),
        ({"places": ("BERLIN",)}, {"locations": ("Berlin, Germany",)}, Ternary.YES),
        ({"places": ("Oslo",)}, {"locations": ("Berlin",), "workplace": Workplace.ONSITE}, Ternary.NO),
        ({"places": ("Oslo",)}, {"locations": ("EU",), "workplace": Workplace.REMOTE}, Ternary.UNKNOWN),
        ({"places": ("Oslo",)}, {"locations": (), "workplace": Workplace.ONSITE}, Ternary.UNKNOWN),
        ({"pay_floor": 45_000, "currency": "EUR"}, PAID, Ternary.YES),
        ({"pay_floor": 55_000, "currency": "EUR"}, PAID, Ternary.NO),
        ({"pay_floor": 45_000, "currency": "USD"}, PAID, Ternary.UNKNOWN),
        ({"pay_floor": 45_000, "currency": "EUR"}, {}, Ternary.UNKNOWN),
        ({"seniorities": {Seniority.LEAD}}, {"seniority": Seniority.ENTRY}, Ternary.NO),
        ({"employment_types": {EmploymentType.PART_TIME}}, {}, Ternary.UNKNOWN),
        ({"companies": ("ACME",)}, {}, Ternary.YES),
        ({"not_companies": ("ACME",)}, {}, Ternary.NO),
        ({"posted_within_days": 1}, {"posted": Dated(at=NOW - timedelta(hours=23))}, Ternary.YES),
        ({"posted_within_days": 1}, {"posted": Dated(at=NOW - timedelta(hours=25))}, Ternary.NO),
        ({"posted_within_days": 1}, {"posted": None}, Ternary.UNKNOWN),
        ({"sources": ("greenhouse:acme",)}, {}, Ternary.YES),
        ({"sources": ("lever",)}, {}, Ternary.NO),
        ({"companies": ("ACME",), "employment_types": {EmploymentType.OTHER}}, {}, Ternary.UNKNOWN),
    ],
)
def test_filters_answer_with_three_values(wanted, job, answer):
    """A posting that does not say is neither kept nor dropped by accident."""
    wanted = {key: frozenset(value) if isinstance(value, set) else value for key, value in wanted.items()}
    wish, row = JobFilter(**wanted), samples.posting(**job).summary()
    assert answer is wish.answer(row, NOW)
    assert (answer is not Ternary.NO) == wish.accepts(row, NOW)
    assert (answer is Ternary.YES) == dataclasses.replace(wish, keep_unknown=False).accepts(row, NOW)


@pytest.mark.parametrize("bad", [{"pay_floor": 1.0}, {"pay_floor": -1, "currency": "EUR"}, {"posted_within_days": 0}])
def test_filters_that_cannot_be_meant_are_refused(bad):
    """A floor needs a currency."""
    with pytest.raises(InvalidValue):
        JobFilter(**bad)


def test_a_search_has_a_bounded_limit():
    """1 to 10,000."""
    with pytest.raises(InvalidValue):
        SearchQuery(limit=0)


def test_aware_times_of_any_zone_are_fine():
    """UTC is the rule for what we make, not for what we read."""
    assert Dated(at=datetime(2026, 1, 1, tzinfo=UTC)).at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"total": 0}, "There are no jobs yet."),
        ({"total": 5}, "Nothing left to react to."),
        (
            {"total": 1205, "left_out": (("reacted to", 1200), ("muted", 0), ("past their date", 5))},
            "Nothing left to react to: 1,200 reacted to, 5 past their date.",
        ),
    ],
)
def test_an_empty_deck_says_why(facts, sentence):
    """In one sentence, without reasons that do not apply."""
    deck = Deck(id="d", round=0, blend=0.3, cards=(), eligible=0, model_version="m", **facts)
    assert sentence == deck.why_empty()
