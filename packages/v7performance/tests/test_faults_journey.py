"""Every fault is seen, named, answered by shedding where it is ours to shed, and recovered from."""

from dataclasses import replace

from v7core.models.dashboard import EventType, SystemStatus
from v7core.models.metrics import MetricType
from v7core.models.sources import SourceCondition, SourceKey, SourceState
from v7core.protocols import DegradationStep
from v7core.testing.fakes.faces import MemorySources

CALM = {
    MetricType.THOMPSON_DURATION.value: 2.0,
    MetricType.MEMORY_USAGE.value: 90.0,
    MetricType.UI_FRAME_TIME.value: 4.0,
    MetricType.ERROR_RATE.value: 0.0,
    "loop.lag_ms": 1.0,
    "engine.queue_depth": 10.0,
}
KEY = SourceKey(source="greenhouse", board="acme")
OK = SourceState(key=KEY, name="Acme", condition=SourceCondition.OK)


async def test_each_fault_is_seen_named_answered_and_over(bench):
    """Slow kernel, leak, blocked loop, failing source, full queue, one after the other on one running system."""
    directory = MemorySources()
    directory._states = {KEY: OK}
    system = bench(sources=directory)

    async def calm():
        """Back to normal: no alert, full work, healthy."""
        await system.run(200, CALM)
        health = await system.dashboard.system_health()
        assert (SystemStatus.HEALTHY, ()) == (health.overall_status, health.active_alerts)
        assert DegradationStep.NONE is system.load.current()

    await calm()

    # A slow kernel: critical, and load is shed to the last step.
    await system.run(90, CALM | {MetricType.THOMPSON_DURATION.value: 25.0})
    assert "Thompson Performance Degraded" in await system.alerts()
    assert SystemStatus.CRITICAL is (await system.dashboard.system_health()).overall_status
    assert DegradationStep.SMALLER_POOL is system.load.current()
    await calm()

    # A leak: named while the budget still holds, then over the budget, then shed.
    begun = len(await system.events())
    await system.run(240, CALM | {MetricType.MEMORY_USAGE.value: lambda second: 90.0 + 0.6 * second})
    said = (await system.events())[begun:]
    growing = next(n for n, text in enumerate(said) if text.startswith("Memory Growing"))
    broken = next(n for n, text in enumerate(said) if text.startswith("Memory Budget Exceeded"))
    assert growing < broken
    assert system.load.current() > DegradationStep.NONE
    await system.run(600, CALM)
    await calm()

    # A blocked loop.
    await system.run(10, CALM | {"loop.lag_ms": 400.0})
    assert ["Event Loop Blocked"] == await system.alerts()
    await calm()

    # A failing source: its own alert, with its reason, and nothing shed.
    directory._states = {KEY: replace(OK, condition=SourceCondition.UNAVAILABLE, reason="host not found")}
    await system.run(5, CALM)
    (alert,) = (await system.dashboard.system_health()).active_alerts
    assert ("API Service Unavailable", "greenhouse:acme: host not found") == (alert.title, alert.message)
    assert 0.0 == (await system.dashboard.current_metrics()).source_health_score
    directory._states = {KEY: OK}
    await calm()

    # A full queue.
    await system.run(10, CALM | {"engine.queue_depth": 99_000.0})
    assert ["Queue Nearly Full"] == await system.alerts()
    await calm()

    kinds = {event.type for event in (await system.dashboard.system_health()).recent_events}
    assert {
        EventType.PERFORMANCE_DEGRADATION,
        EventType.MEMORY_WARNING,
        EventType.API_FAILURE,
        EventType.RECOVERY_COMPLETE,
    } <= kinds


async def test_a_shed_history_is_coarser_and_still_complete(bench):
    """Four times fewer points, every sample counted."""
    system = bench()
    await system.run(100, CALM)
    system.load.publish(DegradationStep.COARSER_HISTORY)
    start = system.clock.now()
    for _ in range(100):
        system.load.publish(DegradationStep.COARSER_HISTORY)
        await system.run(1, CALM)
    await system.dashboard.start_real_time_monitoring()
    await system.dashboard.stop_monitoring()
    fine = await system.history.read("memory_usage_mb", start.replace(year=2000), start, limit=500)
    coarse = await system.history.read("memory_usage_mb", start, system.clock.now(), limit=500)
    assert 4 * len(coarse) <= len(fine) + 4
    assert 200 == sum(point.count for point in (*fine, *coarse))
