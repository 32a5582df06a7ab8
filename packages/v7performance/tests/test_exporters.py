"""Exports: a real parser reads what the status document says."""

import asyncio
import json
import math

import pytest
from prometheus_client.parser import text_string_to_metric_families

from v7core.errors import ConfigError, InvalidValue
from v7core.models.metrics import MetricType
from v7core.models.sources import SourceCondition, SourceKey, SourceState
from v7core.testing.fakes.faces import MemorySources
from v7performance import JsonLinesWriter, PrometheusServer, status_of, to_json_line, to_prometheus
from v7performance.exporters import MAX_LABELS


def parsed(text):
    """Samples by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def request(port, head):
    """The whole answer to one raw request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await writer.wait_closed()
    return answer.decode()


def measured(bench):
    """A system in which everything was measured, with names that need escaping."""
    directory = MemorySources()
    key = SourceKey(source="feed", board='https://example.org/"a"\\b')
    directory._states = {
        key: SourceState(key=key, name="A", condition=SourceCondition.DEGRADED, open_jobs=3, latency_ms=1 / 7)
    }
    system = bench(sources=directory)
    for n, metric in enumerate(MetricType, start=1):
        system.monitor.record_metric(metric, n / 3)
    for n in range(50):
        system.monitor.record('odd "stage"\\n_ms', n / 7)
        system.monitor.record("ingest.parse_ms", n / 9)
    return system


async def test_a_real_parser_reads_the_same_figures(bench):
    """Every metric, score, source and percentile of the document, to the last bit."""
    system = measured(bench)
    status = await status_of(system.dashboard)
    found = parsed(to_prometheus(status))
    for name, value in status["metrics"].items():
        assert value == found[f"v7_{name}",]
        assert status["samples"][name] == found[f"v7_{name}_samples",]
    assert status["budget_score"] == found["v7_budget_score",]
    assert status["dashboard_score"] == found["v7_dashboard_score",]
    assert {
        ("v7_source_health", ("source", key)): 0.5 for key in status["sources"]["statuses"]
    }.items() <= found.items()
    for key, facts in status["sources"]["each"].items():
        assert (facts["jobs"], facts["latency_ms"]) == tuple(
            found[f"v7_source_{field}", ("source", key)] for field in ("jobs", "latency_ms")
        )
        assert (facts["error_rate"], False) == (None, ("v7_source_error_rate", ("source", key)) in found)
    for stage, summary in status["stages"].items():
        assert summary["total"] == found["v7_stage_samples_total", ("stage", stage)]
        for name, quantile in (("p50", "0.5"), ("p95", "0.95"), ("p99", "0.99")):
            assert summary[name] == found["v7_stage", ("quantile", quantile), ("stage", stage)]


async def test_a_fresh_system_exports_no_figures(bench):
    """Only what is known without measuring: uptime, the step, counts of nothing."""
    found = parsed(to_prometheus(await status_of(bench().dashboard)))
    assert {"v7_uptime_s", "v7_degradation_step", "v7_alerts", "v7_labels_left_out"} == {key[0] for key in found}


async def test_labels_are_capped_and_the_rest_is_counted(bench):
    """However many stages there are."""
    system = bench()
    for n in range(MAX_LABELS + 30):
        system.monitor.record(f"stage.{n:03}_ms", 1.0)
    found = parsed(to_prometheus(await status_of(system.dashboard)))
    assert MAX_LABELS == sum(key[0] == "v7_stage_samples_total" for key in found)
    assert 30.0 == found["v7_labels_left_out",]


async def test_the_document_is_strict_json_on_one_line(bench):
    """It reads back equal, null where nothing was measured."""
    status = await status_of(measured(bench).dashboard)
    line = to_json_line(status)
    assert "\n" not in line
    assert status == json.loads(line)
    assert json.loads(to_json_line(await status_of(bench().dashboard)))["metrics"]["error_rate"] is None


async def test_json_lines_are_appended_and_set_aside(bench, tmp_path):
    """The file never grows far beyond its limit, and one generation is kept."""
    system = measured(bench)
    path = tmp_path / "metrics.jsonl"
    writer = JsonLinesWriter(path, max_bytes=1)
    for _ in range(3):
        await writer.write(system.dashboard)
    lines = [*path.read_text().splitlines(), *(tmp_path / "metrics.jsonl.1").read_text().splitlines()]
    assert [1 / 3] * 2 == [json.loads(line)["metrics"]["thompson_duration_ms"] for line in lines]
    with pytest.raises(ConfigError):
        await JsonLinesWriter(tmp_path / "no" / "folder.jsonl").write(system.dashboard)


async def test_the_port_answers_with_the_documents_figures(bench):
    """Over a real connection, and what is served is what the document says."""
    system = measured(bench)
    server = PrometheusServer(system.dashboard)
    assert server.port is None
    await server.start()
    await server.start()
    try:
        head, _, body = (await request(server.port, b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")).partition(
            "\r\n\r\n"
        )
        assert head.startswith("HTTP/1.1 200 OK")
        assert (await status_of(system.dashboard))["metrics"]["memory_usage_mb"] == parsed(body)["v7_memory_usage_mb",]
        assert not math.isnan(parsed(body)["v7_uptime_s",])
        with pytest.raises(ConfigError):
            await PrometheusServer(system.dashboard, port=server.port).start()
    finally:
        await server.stop()
        await server.stop()


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        (b"GET /metrics HTTP/1.1\r\n\r\n", 421),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", 421),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421),
        (b"GET /secrets HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 404),
        (b"POST /metrics HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 405),
        (b"GET /metrics HTTP/1.1\r\nHost: LOCALHOST:9\r\n\r\n", 200),
        (b"GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 200),
        (b"\xff\xfe\r\n\r\n", 421),
        (b"no end", 400),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    ],
)
async def test_only_a_loopback_reader_is_answered(bench, head, code):
    """A name that is not loopback's is a page in a browser trying its luck; oddities get a status, never a crash."""
    server = PrometheusServer(bench().dashboard)
    await server.start()
    try:
        try:
            answer = await request(server.port, head)
        except ConnectionError:  # the server may close before it has read all of an oversized request
            answer = "HTTP/1.1 431 "
        assert answer.startswith(f"HTTP/1.1 {code} ") or (code == 431 and not answer)
    finally:
        await server.stop()


@pytest.mark.parametrize("port", [-1, 65_536])
async def test_a_port_that_is_none_is_refused(bench, port):
    """At construction."""
    with pytest.raises(InvalidValue):
        PrometheusServer(bench().dashboard, port=port)
