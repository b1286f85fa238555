"""Tests for what the operator's monitoring is told, and for the alert rules that are shipped."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from prometheus_client import CollectorRegistry, generate_latest

from heedline.casework.continuity.health import BANDS, LAG_BANDS, HealthFigures, StandbyFigures, banded
from heedline.dispatch.letters import AlarmKind
from heedline.jobs import certificates, monitoring
from heedline.jobs.monitoring import DANGERS, TASKS, WorkerHealth

GROUPS = yaml.safe_load(Path("deploy/prometheus-alerts.yml").read_text())["groups"]
RULES = [rule for group in GROUPS for rule in group["rules"]]
#: What a rule may read that Heedline does not give: the room on a disk of another machine.
OF_OTHERS = {"node_filesystem_avail_bytes"}
FIGURES = HealthFigures(
    quarter_hour=datetime(2026, 12, 4, 9, 15, tzinfo=UTC),
    alarms={"overdue": 5, "rota-gap": 1},
    failing_pages=0,
    outbox=0,
    unread_reports=20,
    overdue_reports=5,
    oldest_unread=5400.0,
    open_dangers=1,
    unacknowledged_dangers=0,
    checkpoint_age=900.0,
    files_have_room=True,
    database_has_room=True,
    standbys=StandbyFigures(required=True, slots=2, attached=1, lag=0),
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


def exposed(health: WorkerHealth) -> set[str]:
    health.keep(FIGURES)
    health.keep_certificates({"public": 60})
    health.failed("page")
    registry = CollectorRegistry()
    registry.register(health)
    return set(re.findall(r"^(heedline_\w+)", generate_latest(registry).decode(), re.MULTILINE))


def test_every_alert_rule_reads_a_figure_that_exists(health: WorkerHealth) -> None:
    asked = {name for rule in RULES for name in re.findall(r"\b[a-z]+_\w+", without_strings(rule["expr"]))}
    assert len(asked) >= 15
    health.expect_canary()
    assert asked - OF_OTHERS <= exposed(health)


def test_the_canary_is_missed_from_when_it_is_expected(
    health: WorkerHealth, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silence() -> str | None:
        registry = CollectorRegistry()
        registry.register(health)
        found = re.search(
            r"^heedline_canary_silence_seconds (\S+)$", generate_latest(registry).decode(), re.MULTILINE
        )
        return found and found[1]

    at = monitoring.time.monotonic()
    assert silence() is None, "without a key nothing is expected"
    for after, step, seconds in (
        (0, health.expect_canary, "0.0"),
        (900, health.expect_canary, "900.0"),
        (1000, health.canary_opened, "0.0"),
    ):
        monkeypatch.setattr(monitoring.time, "monotonic", lambda after=after: at + after)
        step()
        assert silence() == seconds


def without_strings(expression: str) -> str:
    return re.sub(r'"[^"]*"', "", expression)


def test_every_alert_rule_says_how_bad_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("critical", "warning")
        summary = rule["annotations"]["summary"]
        assert summary.endswith("."), summary
        assert len(summary.split(". ")) >= 2, f"what happened, and what to do: {summary}"
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_every_alert_rule_about_alarms_names_a_kind_that_exists() -> None:
    named = {kind for rule in RULES for kind in re.findall(r'kind="([^"]+)"', rule["expr"])}
    assert named
    assert named <= {kind.value for kind in AlarmKind}


def test_the_lag_of_a_standby_is_too_coarse_to_date_a_report() -> None:
    assert banded(60_000_000, LAG_BANDS) == 0, "a report is some 40 kB of the log of changes"
    assert banded(300_000_000, LAG_BANDS) == 256 * 1024 * 1024


def test_a_certificate_that_browsers_refuse_has_no_days_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "report.example")])
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + made.public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            for _ in range(2):
                with suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as held:
                    held.recv(1)

        threading.Thread(target=answer, daemon=True).start()
        origins = {
            "public": f"https://127.0.0.1:{listening.getsockname()[1]}",
            "office": "http://127.0.0.1:8001",
        }
        assert certificates.days_left(origins) == {"public": 0}, "no authority vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert certificates.days_left(origins) == {"public": 9}
    assert certificates.days_left(origins) == {}, "a site that does not answer is left out"
