"""Tests for what the operator's monitoring is told, and for the alert rules that are shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from heedline.casework.continuity.health import BANDS, HealthFigures, banded
from heedline.jobs import monitoring
from heedline.jobs.monitoring import DANGERS, TASKS, WorkerHealth

RULES = Path("deploy/prometheus-alerts.yml").read_text()
FIGURES = HealthFigures(
    quarter_hour=datetime(2026, 12, 4, 9, 15, tzinfo=UTC),
    alarms={"overdue": 5, "rota-gap": 1},
    failing_pages=0,
    outbox=0,
    unread_reports=20,
    oldest_unread=5400.0,
    open_dangers=1,
    unacknowledged_dangers=0,
    checkpoint_age=900.0,
    files_have_room=True,
)


@pytest.fixture
def health() -> WorkerHealth:
    return WorkerHealth()


@pytest.fixture
def site(health: WorkerHealth) -> Iterator[HTTPConnection]:
    server = monitoring.serve(health, "127.0.0.1", 0)
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    yield connection
    connection.close()
    server.shutdown()
    server.server_close()


def get(site: HTTPConnection, path: str) -> tuple[int, str]:
    site.request("GET", path)
    answer = site.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize(("count", "band"), [(0, 0), (1, 1), (4, 1), (5, 5), (99, 20), (47_520, 10_000)])
def test_a_count_is_told_as_the_lower_bound_of_its_band(count: int, band: int) -> None:
    assert banded(count) == band
    assert band in BANDS


def test_ready_is_refused_when_either_thread_is_silent(
    health: WorkerHealth, site: HTTPConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get(site, "/ready") == (200, "paging\n")
    later = monitoring.time.monotonic() + monitoring.LONGEST_SILENCE_SECONDS
    monkeypatch.setattr("heedline.jobs.monitoring.time.monotonic", lambda: later + 1)
    health.succeeded("page", TASKS)
    assert get(site, "/ready") == (503, "not paging\n"), "the thread that pages about danger is silent"
    assert get(site, "/live") == (200, "alive\n"), "restarting the process would not help"
    health.succeeded("page-dangers", DANGERS)
    assert get(site, "/ready") == (200, "paging\n")


def test_only_three_addresses_answer(site: HTTPConnection) -> None:
    assert get(site, "/") == (404, "not there\n")
    assert get(site, "/metrics/../live") == (404, "not there\n")


def test_figures_appear_once_they_have_been_taken(health: WorkerHealth, site: HTTPConnection) -> None:
    health.failed("watch-rota")
    before = get(site, "/metrics")[1]
    assert 'heedline_task_failures_total{task="watch-rota"} 1.0' in before
    assert "unread" not in before
    health.keep(FIGURES)
    after = get(site, "/metrics")[1]
    assert 'heedline_alarms_open_at_least{kind="overdue"} 5.0' in after
    assert "heedline_reports_unread_at_least 20.0" in after


def test_every_alert_rule_reads_a_figure_that_exists(health: WorkerHealth) -> None:
    health.keep(FIGURES)
    health.failed("page")
    registry = CollectorRegistry()
    registry.register(health)
    told = set(re.findall(r"^(heedline_\w+)", generate_latest(registry).decode(), re.MULTILINE))
    asked = {name for line in re.findall(r"expr: (.*)", RULES) for name in re.findall(r"heedline_\w+", line)}
    assert len(asked) >= 9
    assert asked <= told
