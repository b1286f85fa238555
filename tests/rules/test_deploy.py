"""Tests for the files of `deploy/` that are not run here: what they set is what the program reads and needs."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from heedline.config import databases
from heedline.launch import accounts, binaries, roles, server

DEPLOY = Path("deploy")
ENV = {file.stem: file for file in sorted((DEPLOY / "env").glob("*.env"))}
SITES = ("public", "office", "partner", "files")
SOURCE = "\n".join(file.read_text() for file in Path("src/heedline").rglob("*.py"))
#: Variables whose names the program puts together.
BUILT = re.compile(
    r"HEEDLINE_(?:(?:PUBLIC|OFFICE|FILES|PARTNER)_(?:WORKERS|THREADS|PORT)|DATABASE_URL_(?:BACKUP|MIGRATE))"
)
#: Settings of the embedded server that another server has its own way of, or its own size for.
OF_THE_EMBEDDED = {
    *("listen_addresses", "port", "unix_socket_permissions", "max_connections", "shared_buffers"),
    *("max_wal_size", "min_wal_size", "logging_collector"),
}


def variables(file: Path) -> dict[str, str]:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    found = dict(line.split("=", 1) for line in lines)
    assert len(found) == len(lines), "a variable is set twice"
    return found


def settings(text: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^(\w+) = '([^']*)'", text))


@pytest.mark.parametrize("file", ENV.values(), ids=ENV)
def test_every_variable_is_one_that_the_program_reads(file: Path) -> None:
    for name in variables(file):
        assert BUILT.fullmatch(name) or f'"{name}"' in SOURCE, name


def test_each_process_signs_in_under_its_own_role_at_whichever_node_is_the_primary() -> None:
    for process in (*SITES, "worker", "migrate"):
        found = databases.from_url(variables(ENV[process])["HEEDLINE_DATABASE_URL"])
        assert (found["USER"], found["NAME"]) == (roles.role(process), roles.DATABASE)
        assert len(found["HOST"].split(",")) == 3
        assert found["OPTIONS"]["target_session_attrs"] == "primary"


def test_a_secret_is_given_only_to_the_process_that_needs_it() -> None:
    holders = {
        name: {stem for stem, file in ENV.items() if name in variables(file)}
        for name in (
            "HEEDLINE_LOG_KEY",
            "HEEDLINE_CANARY_KEY",
            "HEEDLINE_NOTICE_KEY",
            "HEEDLINE_SUPERUSER_URL",
            "HEEDLINE_FILES_S3_SECRET",
        )
    }
    assert list(holders.values()) == [{"worker"}, {"worker"}, {"office"}, {"roles"}, {"storage"}]
    assert not {name for name in variables(ENV["common"]) if re.search("SECRET|KEY|PASSWORD", name)}
    for process in (*SITES, "worker", "roles"):
        unit = DEPLOY / "systemd" / f"heedline-{process}.service"
        read = re.findall(r"^EnvironmentFile=/etc/heedline/(\w+)\.env$", unit.read_text(), re.MULTILINE)
        shared = {"roles": [], "partner": ["common"]}.get(process, ["common", "storage"])
        assert read == [*shared, process], unit.name
        assert set(read) <= set(ENV)


def test_postgresql_keeps_no_words_and_no_exact_times() -> None:
    """The settings of the server that comes along, which are tried by the laws, are those of an operator's own."""
    found = settings((DEPLOY / "postgresql" / "heedline.conf").read_text())
    wanted = {name: value for name, value in server.SETTINGS.items() if name not in OF_THE_EMBEDDED}
    assert {name: found.get(name) for name in wanted} == wanted


def test_postgresql_understands_its_settings() -> None:
    installed = binaries.find(accounts.choose(), state=Path(tempfile.gettempdir()), wanted=None)
    assert installed is not None
    file = (DEPLOY / "postgresql" / "heedline.conf").absolute()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "postgresql.auto.conf").touch()
        said = subprocess.run(
            # -C first: root may ask
            [installed.folder / "postgres", "-C", "wal_recycle", "-D", folder, "-c", f"config_file={file}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert (said.returncode, said.stdout.strip(), said.stderr) == (0, "off", "")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "containers" / "compose.yml").read_text())
    return found


def test_containers_have_no_rights_and_nothing_that_they_could_write_to() -> None:
    for name, service in compose()["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["ulimits"]["core"] == 0, name
        assert name == "db" or (service["user"] == "10001:10001" and "cap_add" not in service), name
        assert all(one.startswith("127.0.0.1:") for one in service.get("ports", [])), name
        assert not service.get("privileged"), name


def test_each_process_has_a_container_with_its_own_environment() -> None:
    services = compose()["services"]
    assert set(services) == {*SITES, "worker", "db", "roles", "migrate"}
    for name in (*SITES, "worker"):
        command = ["worker"] if name == "worker" else ["serve", name]
        assert (services[name]["command"], services[name]["env_file"]) == (
            command,
            ["env/common.env", f"env/{name}.env"],
        )
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert services["db"]["networks"] == services["migrate"]["networks"] == ["inside"]
    assert compose()["networks"]["inside"] == {"internal": True}
    assert "ports" not in services["db"]
    assert "volumes" not in services["partner"], "its program reads no files of reports from the disk"


def test_the_image_runs_under_a_user_without_rights() -> None:
    lines = (DEPLOY / "containers" / "Containerfile").read_text().splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM"))
    users = [line for line in lines[last:] if line.startswith("USER")]
    assert users == ["USER 10001:10001"]
    assert lines[-1] == 'ENTRYPOINT ["/opt/heedline/.venv/bin/heedline"]'
    assert any("--require-hashes" in line for line in lines)


def patroni() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "patroni" / "patroni.yml").read_text())
    return found


def test_nothing_is_confirmed_by_one_database_node_alone() -> None:
    dcs = patroni()["bootstrap"]["dcs"]
    assert (dcs["synchronous_mode"], dcs["synchronous_mode_strict"]) == ("quorum", True)
    assert dcs["synchronous_node_count"] == 1
    assert dcs["loop_wait"] + 2 * dcs["retry_timeout"] <= dcs["ttl"] == 20
    assert len(patroni()["etcd3"]["hosts"]) == 3


def test_every_kind_of_database_server_has_the_same_settings() -> None:
    alone = settings((DEPLOY / "postgresql" / "heedline.conf").read_text())
    of_patroni = patroni()["bootstrap"]["dcs"]["postgresql"]["parameters"]
    assert all(isinstance(value, str) for value in of_patroni.values()), "YAML reads off as false"
    assert {name: of_patroni[name] for name in alone} == alone
    kubernetes = yaml.safe_load((DEPLOY / "cloudnativepg" / "cluster.yaml").read_text())["spec"]["postgresql"]
    alone = {
        name: value for name, value in alone.items() if name not in {"archive_mode", "allow_alter_system"}
    }
    assert {name: kubernetes["parameters"][name] for name in alone} == alone
    assert kubernetes["enableAlterSystem"] is False
    assert kubernetes["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}


def test_application_hosts_sign_in_with_passwords_under_the_roles_of_processes_alone() -> None:
    lines = [line.split() for line in patroni()["postgresql"]["pg_hba"]]
    assert {line[-1] for line in lines} == {"peer", "scram-sha-256"}
    of_hosts = [line for line in lines if line[1] == "heedline"]
    assert {line[3] for line in of_hosts} == {"10.80.0.11/32", "10.80.0.12/32"}
    for line in of_hosts:
        assert line[2].split(",") == [roles.role(one) for one in (*SITES, "worker", "migrate", "backup")]
    assert {line[3] for line in lines if line[0] == "host" and line[1] != "heedline"} == {
        "127.0.0.1/32",
        *(f"10.80.0.{node}/32" for node in (21, 22, 23)),
    }


def test_the_callback_settles_roles_on_the_primary_and_forgets_times_when_a_server_stops(
    tmp_path: Path,
) -> None:
    text = (DEPLOY / "patroni" / "heedline-callback").read_text()
    (tmp_path / "roles.env").write_text(
        "# a comment\nHEEDLINE_SUPERUSER_URL=postgresql:///x?host=/a&user=b\n"
    )
    (tmp_path / "heedline").write_text('#!/bin/sh\necho "$1 $HEEDLINE_SUPERUSER_URL"\n')
    (tmp_path / "heedline").chmod(0o755)
    (tmp_path / "pgstat.stat").touch()
    for was, now in (
        ("/etc/heedline/roles.env", "roles.env"),
        ("/opt/heedline/.venv/bin/heedline", "heedline"),
        ("/var/lib/postgresql/17/main/pg_stat/pgstat.stat", "pgstat.stat"),
    ):
        assert was in text
        text = text.replace(was, str(tmp_path / now))

    def called(*words: str) -> str:
        done = subprocess.run(
            ["sh", "-c", text, "callback", *words, "heedline"], capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    assert called("on_role_change", "primary") == "settle-roles postgresql:///x?host=/a&user=b"
    assert called("on_start", "replica") == ""
    assert (tmp_path / "pgstat.stat").exists()
    assert called("on_stop", "primary") == ""
    assert not (tmp_path / "pgstat.stat").exists()
