"""Invented jobs, sources, figures and a person, for the gallery, its pictures and the tests. All of it stands still."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from v7core.models.dashboard import (
    AlertSeverity,
    AlertType,
    DashboardAlert,
    DashboardMetrics,
    EventType,
    PerformanceTrendData,
    SystemEvent,
    SystemHealthData,
    SystemStatus,
    TimestampedValue,
    TrendDirection,
)
from v7core.models.feed import Contribution, Explanation, ProfileKind
from v7core.models.jobs import Dated, JobId, JobPosting, Pay, PayPeriod, Seniority, Workplace
from v7core.models.person import Settings
from v7core.models.sources import PollOutcome, SourceCondition, SourceKey, SourceState
from v7core.testing.fakes import MemoryFeed, MemorySources
from v7core.testing.samples import NOW, posting

ME: Final = Settings(
    match_text="Baker, eight years, night shifts, sourdough, first aid", manifest_text="Head baker, four days a week"
)
_COMPANIES: Final = ("Nordlicht", "Acme", "Kestrel Rail", "Wren & Sons", "Tal Klinik", "Harbour Foods")
_TITLES: Final = (
    "Night Nurse, Stroke Unit", "Baker, Early Shift", "Data Engineer, Timetables", "Crane Operator, North Quay",
    "Archivist, Photographs", "Bus Driver, Night Lines", "Lab Technician, Water", "Head Baker",
    "Pastry Chef, Four Days", "Kitchen Lead, School Meals", "Sourdough Baker", "Trainer, Food Safety",
)  # fmt: skip
_REASONS: Final = ("", "", "the server asks to wait 20 minutes", "the page has another shape than before", "no answer")
_TASKS: Final = (
    "You start when the city sleeps and end when it has breakfast.",
    "You plan the week with your team, and nobody is alone on a first day.",
    "You keep what you make honest: few ingredients, written down.",
)


def sample_posting(n: int, now: datetime = NOW) -> JobPosting:
    """The n-th invented posting: pay, level, place and a longer text, posted up to two weeks ago."""
    base = posting(n)
    low, high = 30_000 + 2_500 * (n % 16), 38_000 + 3_000 * (n % 16)
    pay = None if n % 4 == 3 else Pay(minimum=low, maximum=high, currency="EUR", period=PayPeriod.YEAR)
    text = (
        f"{_TASKS[n % 3]} {_TASKS[(n + 1) % 3]}\n\nYou work in a team of {3 + n % 9}. Shifts are planned four weeks "
        "ahead.\n\nWhat you bring: care for detail, and a way of explaining what you do to people who do not.\n\n"
        "What we offer: training on full pay, a ticket for the train, and a kitchen that is used."
    )
    return replace(
        base,
        title=_TITLES[n % len(_TITLES)],
        company=_COMPANIES[n * 5 % len(_COMPANIES)],
        workplace=(Workplace.ONSITE, Workplace.HYBRID, Workplace.REMOTE)[n % 3],
        seniority=list(Seniority)[n % len(Seniority)],
        pay=pay,
        posted=Dated(at=now - timedelta(hours=(7 * n) % 336), provenance="first_published"),
        departments=(("Production", "Logistics", "Care")[n % 3],),
        text=text,
    )


class SampleFeed(MemoryFeed):
    """The fake, with reasons enough to fill a screen."""

    async def why(self, job: JobId, profile: ProfileKind | None = None) -> Explanation:
        bare = await super().why(job, profile)
        sample = await self.detail(job)
        words = [("title", word.strip(",").casefold()) for word in sample.title.split()]
        facts = [("place", sample.locations[0].casefold()), ("workplace", sample.workplace.value), ("text", "shifts")]
        spread = (job.int >> 8) % 17 / 100
        weights = (0.42 + spread, 0.31, -0.18 - spread, 0.12, -0.08, 0.05, 0.03)
        parts = tuple(
            Contribution(field=field, token=token, logits=weight)
            for (field, token), weight in zip([*words, *facts], weights, strict=False)
        )
        return replace(bare, contributions=parts, intercept=bare.mean - sum(part.logits for part in parts))


class SampleSources(MemorySources):
    """A directory that shows every condition a source can be in.

    Args:
        now: When "now" is.
        count: How many sources, >= 0.
    """

    def __init__(self, now: datetime = NOW, count: int = 9) -> None:
        super().__init__()
        outcomes = (
            PollOutcome.OK, PollOutcome.UNCHANGED, PollOutcome.RATE_LIMITED, PollOutcome.CHANGED_SHAPE,
            PollOutcome.UNREACHABLE, PollOutcome.PAUSED, PollOutcome.OK, PollOutcome.EMPTY, None,
        )  # fmt: skip
        for number in range(count):
            outcome = outcomes[number % len(outcomes)]
            key = SourceKey(source=("greenhouse", "lever", "feed")[number % 3], board=f"sample{number}")
            self._states[key] = self._state(number, key, outcome, now)

    @staticmethod
    def _state(number: int, key: SourceKey, outcome: PollOutcome | None, now: datetime) -> SourceState:
        condition = outcome.condition if outcome else SourceCondition.NEVER_POLLED
        trouble = condition in (SourceCondition.DEGRADED, SourceCondition.UNAVAILABLE)
        polled = now - timedelta(minutes=5 + number) if outcome else None
        return SourceState(
            key=key,
            name=f"{_COMPANIES[number % len(_COMPANIES)]} ({key.source.title()})",
            condition=condition,
            outcome=outcome,
            reason=_REASONS[number % len(_REASONS)] if trouble else "",
            open_jobs=0 if outcome is None or outcome is PollOutcome.EMPTY else 40 + 37 * number % 90,
            last_poll=polled,
            last_success=now - timedelta(hours=2) if trouble else polled,
            next_try=now + timedelta(minutes=20) if trouble else now + timedelta(hours=5) if outcome else None,
            latency_ms=None if outcome is None else 80.0 + 31 * number % 200,
            error_rate=None if outcome is None else (0.4 if trouble else 0.0),
            skipped=number % 4,
        )


class StillDashboard:
    """A dashboard that says what it was given, or raises it."""

    def __init__(self) -> None:
        self.metrics = DashboardMetrics()
        self.trend = PerformanceTrendData()
        self.health = SystemHealthData()
        self.error: Exception | None = None
        self.asked: list[int] = []
        """The hours of every history that was asked for."""

    def _raise(self) -> None:
        if self.error is not None:
            raise self.error

    async def current_metrics(self) -> DashboardMetrics:
        self._raise()
        return self.metrics

    async def performance_trend(self, hours: int = 1) -> PerformanceTrendData:
        self._raise()
        self.asked.append(hours)
        return self.trend

    async def system_health(self) -> SystemHealthData:
        self._raise()
        return self.health

    async def start_real_time_monitoring(self) -> None: ...

    async def stop_monitoring(self) -> None: ...


def sample_dashboard(now: datetime = NOW) -> StillDashboard:
    """Invented figures of a morning: a quick engine, a calm memory, one source in trouble."""
    dashboard = StillDashboard()
    dashboard.metrics = DashboardMetrics(
        active_job_sources=8, total_jobs_available=412, thompson_performance_ms=0.031, memory_usage_mb=88.4,
        cache_hit_rate=0.82, error_rate=0.02, source_health_score=0.57, network_latency_ms=84.0,
        ui_frame_time_ms=6.5, throughput_jobs_per_second=35_400.0,
    )  # fmt: skip
    steps = range(120)
    dashboard.trend = PerformanceTrendData(
        thompson_performance_history=_history(now, [0.03 + 0.012 * math.sin(i / 7) ** 2 for i in steps]),
        memory_usage_history=_history(now, [70 + 18 * (1 - math.exp(-i / 30)) + i % 5 for i in steps]),
        throughput_history=_history(now, [31_000 + 4_400 * math.cos(i / 11) ** 2 for i in steps]),
        frame_time_history=_history(now, [6.5 + 0.5 * math.sin(i) for i in steps]),
        thompson_trend=TrendDirection.IMPROVING,
        memory_trend=TrendDirection.STABLE,
        throughput_trend=TrendDirection.STABLE,
        frame_time_trend=TrendDirection.STABLE,
    )
    dashboard.health = SystemHealthData(
        overall_status=SystemStatus.WARNING,
        active_alerts=(
            DashboardAlert(
                type=AlertType.API, severity=AlertSeverity.ERROR, title="API Service Unavailable",
                message="Tal Klinik (Lever): no answer", timestamp=now - timedelta(minutes=9),
            ),
        ),
        recent_events=tuple(
            SystemEvent(timestamp=now - timedelta(minutes=minutes), type=kind, description=text)
            for minutes, kind, text in (
                (9, EventType.API_FAILURE, "Tal Klinik (Lever): no answer"),
                (41, EventType.RECOVERY_COMPLETE, "Acme (Greenhouse) answers again"),
                (63, EventType.STARTUP, "Monitoring started"),
            )
        ),
        uptime=3_780.0,
        last_health_check=now,
    )  # fmt: skip
    return dashboard


def _history(now: datetime, values: Sequence[float]) -> tuple[TimestampedValue, ...]:
    step = timedelta(seconds=30)
    count = len(values)
    return tuple(TimestampedValue(timestamp=now - step * (count - i), value=value) for i, value in enumerate(values))
