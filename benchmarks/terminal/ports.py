"""Ports that answer at once, with figures that move: what is measured is the screen, not what stands behind it."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import count

from v7core.clock import SystemClock
from v7core.models.dashboard import DashboardMetrics, TimestampedValue
from v7core.models.feed import Card, Deck, Draw, ProfileKind, ScoredJob
from v7core.testing.fakes import ListRecorder, MemoryFeed
from v7core.testing.samples import posting
from v7ui.gallery import sample_ports
from v7ui.samples import SampleSources, StillDashboard, sample_dashboard, sample_posting


class NoRecorder(ListRecorder):
    """Keeps nothing: a long run must stay flat."""

    def record(self, name, value):
        pass


class MovingDashboard(StillDashboard):
    """Every figure is another at each look."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.looks = clock, count()
        self.health = sample_dashboard(clock.now()).health
        self.still = sample_dashboard(clock.now()).trend
        self.trends = [self._moved(shift) for shift in range(16)]

    async def current_metrics(self):
        wave = 1.0 + math.sin(next(self.looks) / 9)
        return DashboardMetrics(
            active_job_sources=43, total_jobs_available=10_000, thompson_performance_ms=0.03 + wave / 100,
            memory_usage_mb=90 + wave, cache_hit_rate=0.8, error_rate=0.01, source_health_score=0.9,
            network_latency_ms=80 + wave, ui_frame_time_ms=6 + wave, throughput_jobs_per_second=30_000 + 999 * wave,
        )  # fmt: skip

    def _moved(self, shift):
        now = self.clock.now()
        points = tuple(
            TimestampedValue(timestamp=now - timedelta(seconds=30 * (120 - i)), value=5 + math.sin((i + shift) / 9))
            for i in range(120)
        )
        return replace(
            self.still,
            thompson_performance_history=points, memory_usage_history=points,
            throughput_history=points, frame_time_history=points,
        )  # fmt: skip

    async def performance_trend(self, hours=1):
        return self.trends[next(self.looks) % len(self.trends)]


class MovingSources(SampleSources):
    """A refresh is running: at each look some have been polled again."""

    def __init__(self, now, sources):
        super().__init__(now, sources)
        self.looks = count(1)

    async def list(self):
        look = next(self.looks)
        for n, (key, state) in enumerate(self._states.items()):
            if (n + look) % 5 == 0:
                self._states[key] = replace(state, open_jobs=(state.open_jobs + 1) % 900, latency_ms=80.0 + look % 50)
        return tuple(self._states.values())


class ReadyFeed(MemoryFeed):
    """A deck of so many jobs, ranked before anybody asks."""

    def __init__(self, jobs):
        samples = [sample_posting(n) for n in range(60)]
        super().__init__(samples)
        cards = []
        for n in range(jobs):
            summary = replace(samples[n % 60].summary(), id=posting(n).id)
            draw = Draw(mean=2 - 4 * n / jobs, sd=0.4, value=2 - 4 * n / jobs)
            kind = ProfileKind.MATCH if n % 3 else ProfileKind.MANIFEST
            scored = ScoredJob(id=summary.id, score=draw.value, profile=kind, match=draw, manifest=draw)
            cards.append(Card(position=n, job=summary, scored=scored))
        self.first = samples[0]
        self.ranked = Deck(
            id="deck-0", round=0, blend=0.3, cards=tuple(cards), eligible=jobs, total=jobs, model_version="bench",
            duration_ms=0.3,
        )  # fmt: skip

    async def deck(self, **_options):
        return self.ranked

    async def detail(self, job):
        return replace(self.first, id=job)

    async def why(self, job, profile=None):
        return replace(await super().why(self.first.id, profile), job_id=job)


def live_ports(sources=43):
    """For the Live screen."""
    clock = SystemClock()
    return replace(
        sample_ports(60, clock),
        dashboard=MovingDashboard(clock),
        sources=MovingSources(clock.now(), sources),
        recorder=NoRecorder(),
    )


def deck_ports(jobs):
    """For a deck of so many jobs, all in one ranking."""
    return replace(live_ports(), feed=ReadyFeed(jobs), dashboard=StillDashboard())
