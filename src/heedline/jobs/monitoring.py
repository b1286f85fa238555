"""Answer the operator's monitoring on a port of the worker's own.

`/live` says that the process answers, `/ready` whether it is paging people (200 or 503), and `/metrics` gives figures in the
format of Prometheus. None of them names a desk, an officer or a report. Counts and times are no finer than those of
`casework.continuity.health`. The time that a task takes is left out: it grows with what has just arrived.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from heedline.casework.continuity.health import HealthFigures

#: A thread that has finished no round for so long is not paging anybody.
LONGEST_SILENCE_SECONDS = 180.0
_REQUEST_SECONDS = 10
DANGERS, TASKS = "dangers", "tasks"


class WorkerHealth(Collector):
    """What the worker's threads report about themselves, and the figures of the last quarter hour. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rounds = dict.fromkeys((DANGERS, TASKS), time.monotonic())
        self._failures: Counter[str] = Counter()
        self._figures: HealthFigures | None = None
        self._certificates: Mapping[str, int] = {}
        self._canary: float | None = None

    def succeeded(self, task: str, thread: str) -> None:
        """Note that a thread has finished a task."""
        with self._lock:
            self._rounds[thread] = time.monotonic()
            self._failures.setdefault(task, 0)

    def failed(self, task: str) -> None:
        """Note that a task failed."""
        with self._lock:
            self._failures[task] += 1

    def keep(self, figures: HealthFigures) -> None:
        """Replace the figures by those of a later quarter hour."""
        with self._lock:
            self._figures = figures

    def keep_certificates(self, days_left: Mapping[str, int]) -> None:
        """Replace the days until the certificate of each site expires."""
        with self._lock:
            self._certificates = days_left

    def expect_canary(self) -> None:
        """Count from now on how long no canary has been opened, unless that is counted already."""
        with self._lock:
            if self._canary is None:
                self._canary = time.monotonic()

    def canary_opened(self) -> None:
        """Note that the arrival canary's report was opened."""
        with self._lock:
            self._canary = time.monotonic()

    @property
    def is_paging(self) -> bool:
        """Return whether both threads have finished a task lately."""
        with self._lock:
            return max(self._silences().values()) < LONGEST_SILENCE_SECONDS

    def _silences(self) -> dict[str, float]:
        return {thread: time.monotonic() - last for thread, last in self._rounds.items()}

    def collect(self) -> Iterator[Metric]:
        """Yield every metric in the form that the library writes out."""
        with self._lock:
            silences, failures, figures = self._silences(), dict(self._failures), self._figures
            certificates = self._certificates
            canary = None if self._canary is None else time.monotonic() - self._canary
        silence = GaugeMetricFamily(
            "heedline_worker_silence_seconds",
            "Seconds since a thread last finished a task.",
            labels=["thread"],
        )
        for thread, seconds in silences.items():
            silence.add_metric([thread], round(seconds))
        yield silence
        failed = CounterMetricFamily(
            "heedline_task_failures", "Failures of a periodic task since the worker started.", labels=["task"]
        )
        for task, count in sorted(failures.items()):
            failed.add_metric([task], count)
        yield failed
        expiring = GaugeMetricFamily(
            "heedline_certificate_days_left",
            "Days until a site's certificate expires; 0 if browsers refuse it.",
            labels=["site"],
        )
        for site, days in certificates.items():
            expiring.add_metric([site], days)
        yield expiring
        if canary is not None:
            yield GaugeMetricFamily(
                "heedline_canary_silence_seconds",
                "Seconds since this worker last opened the report that Heedline sends to itself, or since it started.",
                float(round(canary)),
            )
        if figures is not None:
            yield from _of_quarter_hour(figures)


def _of_quarter_hour(figures: HealthFigures) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "heedline_figures_timestamp_seconds",
        "End of the quarter hour that the figures below are for.",
        figures.quarter_hour.timestamp(),
    )
    alarms = GaugeMetricFamily(
        "heedline_alarms_open_at_least", "Open alarms of a kind: lower bound of a band.", labels=["kind"]
    )
    for kind, count in figures.alarms.items():
        alarms.add_metric([kind], count)
    yield alarms
    for name, help_text, value in (
        (
            "alarms_undelivered_at_least",
            "Open alarms with a page that could not be delivered.",
            figures.failing_pages,
        ),
        ("outbox_waiting_at_least", "Letters that wait in the outbox.", figures.outbox),
        ("reports_unread_at_least", "Reports that nobody has read.", figures.unread_reports),
        (
            "reports_unread_overdue_at_least",
            "Reports that nobody has read by the time they were due.",
            figures.overdue_reports,
        ),
        ("report_unread_longest_seconds", "Age of the oldest unread report.", figures.oldest_unread or 0),
        ("dangers_open_at_least", "Dangers to life that are open.", figures.open_dangers),
        (
            "dangers_unacknowledged_at_least",
            "Open dangers that nobody has acknowledged.",
            figures.unacknowledged_dangers,
        ),
        ("log_checkpoint_age_seconds", "Age of the log's last signed checkpoint.", figures.checkpoint_age),
        ("files_have_room", "1 if files may be sent, 0 if their disk is too full.", figures.files_have_room),
        (
            "database_disk_has_room",
            "1 if the database's disk has twice HEEDLINE_KEEP_FREE_MB free, otherwise 0.",
            figures.database_has_room,
        ),
        ("standby_required", "1 if commits wait for a standby, otherwise 0.", figures.standbys.required),
        ("standby_slots", "Standbys that have a replication slot.", figures.standbys.slots),
        ("standbys_attached", "Standbys that are connected.", figures.standbys.attached),
        (
            "standby_lag_bytes_at_least",
            "Log of changes that the standby furthest behind does not have yet: lower bound of a band.",
            figures.standbys.lag,
        ),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"heedline_{name}", help_text, float(value))


def serve(health: WorkerHealth, host: str, port: int) -> ThreadingHTTPServer:
    """Answer on this address from a thread of its own, until `shutdown()`. Raise OSError if the address is taken."""
    registry = CollectorRegistry()
    registry.register(health)

    class MonitoringAnswers(BaseHTTPRequestHandler):
        timeout = _REQUEST_SECONDS
        server_version, sys_version = "Heedline", ""

        def do_GET(self) -> None:
            """Answer one of the three addresses."""
            if self.path == "/live":
                self._answer(HTTPStatus.OK, b"alive\n")
            elif self.path == "/ready" and health.is_paging:
                self._answer(HTTPStatus.OK, b"paging\n")
            elif self.path == "/ready":
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, b"not paging\n")
            elif self.path == "/metrics":
                self._answer(HTTPStatus.OK, generate_latest(registry), CONTENT_TYPE_LATEST)
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"not there\n")

        def _answer(self, status: HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing: Heedline keeps no access log."""

    server = ThreadingHTTPServer((host, port), MonitoringAnswers)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="monitoring", daemon=True).start()
    return server
