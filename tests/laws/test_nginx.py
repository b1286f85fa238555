"""The configuration of nginx in `deploy/nginx`, run in front of a web process.

Files pass through unbuffered, cut-off parts included, and nothing that anybody sends or reads is written to the proxy's disk.
Run, Hide, Tell opens while no server answers, and only what may arrive twice is sent to a second server.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from heedline.jobs.papers import guidance
from heedline.packs import load_pack
from heedline.web.public.guidance import attack
from heedline.web.public.shell.languages import prefix
from tests.laws.front_scene import FILES, FORM, MIB, ROOT, SOON, Answer, Server, read, running, until
from tests.laws.front_server import ARRIVING, STREAMED
from tests.support.ports import free_port

NGINX = shutil.which("nginx", path=f"/usr/sbin:/usr/local/sbin:/usr/bin:{ROOT / '.tools/nginx/usr/sbin'}")
pytestmark = pytest.mark.skipif(NGINX is None, reason="not installed: nginx")
SHIPPED = ROOT / "deploy" / "nginx"
HOST, OFFICE = "report.example", "office.example"
UPLOAD = f"resumable/{UUID(int=7)}/"
PART = "Content-Type: application/offset+octet-stream\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 4096\r\n"
API = "/api/v1/reports"
JSON = f"Content-Type: application/json\r\nIdempotency-Key: {UUID(int=7)}\r\n"
#: What nginx logs when it writes a body or an answer to its disk.
ON_DISK = "buffered to a temporary file"


@dataclass(frozen=True)
class Proxy:
    port: int
    folder: Path
    behind: Server

    def send(self, text: str, body: bytes = b"", host: str = HOST) -> ssl.SSLSocket:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        made = trusting.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=SOON), server_hostname=host
        )
        made.sendall(text.encode() + body)
        return made

    def begin(self, method: str, path: str, heads: str, length: int) -> ssl.SSLSocket:
        host = OFFICE if path.startswith("/w/") else HOST
        return self.send(
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{heads}Content-Length: {length}\r\nConnection: close\r\n\r\n",
            host=host,
        )

    def answer(self, method: str, path: str, heads: str, body: bytes) -> Answer:
        sock = self.begin(method, path, heads, len(body))
        with contextlib.suppress(OSError):  # refused before all of it was read
            sock.sendall(body)
        return read(sock)

    def taken(self) -> list[str]:
        """What the process behind took as files, in the order in which they ended."""
        found = self.behind.gate.with_name("taken")
        return found.read_text().splitlines() if found.exists() else []

    def wrote(self) -> list[str]:
        """The lines in which nginx says that it wrote something to its disk."""
        lines = (self.folder / "error.log").read_text().splitlines()
        return [line for line in lines if ON_DISK in line]


@contextlib.contextmanager
def proxied(
    folder: Path,
    behind: Server,
    *,
    without: str = "",
    first: int = 0,
    second: int = 0,
    log: str = "{folder}/error.log warn",
) -> Iterator[Proxy]:
    """Start nginx with the configuration that is shipped, or one without the lines that begin with `without`.

    Only the addresses of sockets and files are changed, the level of its log, and the host by which the process behind
    knows the office. `first` and `second` are the ports of the two application hosts, by default both `behind`.
    """
    port, plain = free_port(), free_port()
    made_key = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-subj", f"/CN={HOST}", "-keyout", str(folder / "key"), "-out", str(folder / "certificate")),
    ]
    subprocess.run(made_key, check=True, capture_output=True)
    changes = (
        (r"(?m)^ +listen \[::\].*\n", ""),
        (r"listen 443", f"listen 127.0.0.1:{port}"),
        (r"listen 80", f"listen 127.0.0.1:{plain}"),
        (r"/etc/heedline/tls/\w+\.crt", f"{folder}/certificate"),
        (r"/etc/heedline/tls/\w+\.key", f"{folder}/key"),
        (r"10\.80\.0\.11:\d+", f"127.0.0.1:{first or behind.port}"),
        (r"10\.80\.0\.12:\d+", f"127.0.0.1:{second or behind.port}"),
        (r"/var/lib/heedline/guidance", f"{folder}/guidance"),
        (r"error_log /dev/null emerg;", f"error_log {log.format(folder=folder)};"),
        (r"(?m)^ *" + without if without else r"\A\Z", "#"),
    )
    files, found = {file.relative_to(SHIPPED): file.read_text() for file in SHIPPED.rglob("*.conf")}, set()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        if name.name == "office.conf":
            text = re.sub(r"include (\S+/(?:page|upload)\.conf);", _for_one_host, text)
        for was, now in changes:
            text, count = re.subn(was, now, text)
            found |= {was} if count else set()
        (folder / name).write_text(text)
    assert found >= {was for was, _ in changes[:-1]}
    assert not without or changes[-1][0] in found, without
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log warn;\n"
        f"events {{}}\nhttp {{ {temporary} access_log {folder}/access.log; include {folder}/heedline.conf; }}\n"
    )
    started = [
        str(NGINX),
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
    ]
    said = subprocess.run([*started, "-t"], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    process = subprocess.Popen(started)
    proxy = Proxy(port, folder, behind)
    try:
        until(lambda: listens(port))
        yield proxy
    finally:
        process.terminate()
        process.wait(SOON)


def _for_one_host(include: re.Match[str]) -> str:
    """The included lines, for the office: the process behind serves one host."""
    return (SHIPPED / include[1]).read_text().replace("$host", HOST)


def listens(port: int) -> bool:
    """Whether somebody takes connections on this port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=SOON):
        return True
    return False


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("behind"), f"https://{HOST}") as found:
        yield found


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, behind: Server) -> Iterator[Proxy]:
    with proxied(tmp_path_factory.mktemp("nginx"), behind) as found:
        yield found
        assert found.wrote() == []
        for kind in ("client_body", "proxy"):
            assert [path for path in (found.folder / kind).rglob("*") if path.is_file()] == []


def addresses() -> list[tuple[str, str]]:
    """Every address of the real sites that takes files, with the method, in every language of the pack."""
    public = [
        (method, f"{prefix(code)}{place}/files/{end}")
        for code in load_pack(settings.PACK).languages
        for place in ("r", "messages/open")
        for method, end in (("POST", "add/"), ("PATCH", UPLOAD))
    ]
    return [*public, ("POST", "/w/call/5/files/add/"), ("PATCH", f"/w/call/1/files/{UPLOAD}")]


def test_every_address_of_files_takes_one_and_no_other_does(proxy: Proxy) -> None:
    """More than 256 KiB, which is what every other address takes."""
    for method, path in addresses():
        answer = proxy.answer(method, path, FILES if method == "POST" else PART, bytes(300 * 1024))
        assert (answer.status, answer.said["file"].split()[:2]) == (HTTPStatus.OK, ["whole", "307200"]), path
    for path in (
        "/",
        "/r/files/",
        "/r/files/remove/",
        "/w/call/5/",
        "/w/call/6x/files/add/",
        "/api/v1/reports/x",
    ):
        answer = proxy.answer("POST", path, FORM, bytes(300 * 1024))
        assert answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE, path
    assert proxy.answer("POST", API, FILES, bytes(300 * 1024)).status == HTTPStatus.OK
    assert proxy.answer("POST", API, JSON, bytes(300 * 1024)).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert proxy.answer("POST", f"{API}/with-files", FILES, bytes(5)).status == HTTPStatus.NOT_FOUND


def test_a_hundred_megabytes_pass_without_a_byte_on_a_disk(proxy: Proxy) -> None:
    before, block = proxy.behind.memory(), bytes(MIB)
    for path in ("/r/files/add/", "/w/call/1/files/add/"):
        sock = proxy.begin("POST", path, FILES, 100 * MIB)
        for _ in range(100):
            sock.sendall(block)
        assert read(sock).said["file"].split()[:2] == ["whole", str(100 * MIB)]
    assert proxy.behind.memory() - before < 30
    assert proxy.wrote() == []


def test_what_is_too_long_for_a_call_is_refused_before_it_is_sent(proxy: Proxy) -> None:
    sock = proxy.begin("POST", "/w/call/1/files/add/", FILES, 102 * MIB)
    assert read(sock).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_the_headers_of_a_resumable_upload_pass(proxy: Proxy) -> None:
    said = proxy.answer("PATCH", f"/r/files/{UPLOAD}", f"{PART}X-CSRFToken: abc\r\n", bytes(5000)).said
    assert said["file"].split()[:2] == ["whole", "5000"]
    passed = {
        name: said["headers"].get(name)
        for name in ("HTTP_UPLOAD_OFFSET", "HTTP_TUS_RESUMABLE", "HTTP_X_CSRFTOKEN")
    }
    assert list(passed.values()) == ["4096", "1.0.0", "abc"]
    assert said["headers"]["HTTP_HOST"] == HOST
    assert "HTTP_X_FORWARDED_FOR" not in said["headers"]
    head = proxy.send(
        f"HEAD /r/files/{UPLOAD} HTTP/1.1\r\nHost: {HOST}\r\nTus-Resumable: 1.0.0\r\nConnection: close\r\n\r\n"
    )
    assert head.recv(65536).startswith(b"HTTP/1.1 200")
    head.close()


def test_what_came_of_a_part_that_breaks_off_is_kept(proxy: Proxy) -> None:
    """A proxy that buffers would throw it away, and an upload over a bad line would never end."""
    before, arriving = len(proxy.taken()), proxy.behind.gate.with_name("arriving")
    arriving.unlink(missing_ok=True)
    sock = proxy.begin("PATCH", f"/r/files/{UPLOAD}", PART, 4 * MIB)
    sock.sendall(bytes(3 * MIB))
    until(arriving.exists)
    sock.close()
    until(lambda: len(proxy.taken()) > before)
    what, took, _ = proxy.taken()[-1].split()
    assert what == "cut"
    assert int(took) >= ARRIVING


def test_a_form_and_a_long_answer_stay_in_memory(proxy: Proxy) -> None:
    assert proxy.answer("POST", "/", FORM, bytes(255 * 1024)).said["body"] == 255 * 1024
    sock = long_answer(proxy)
    time.sleep(0.5)  # nginx has time to take more than it may keep
    assert len(read(sock).body) == STREAMED
    assert proxy.wrote() == []


def long_answer(proxy: Proxy) -> ssl.SSLSocket:
    """Ask for a long answer, and do not read it yet."""
    return proxy.send(f"GET /stream/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    "without", ["proxy_request_buffering off", "proxy_max_temp_file_size", "client_body_buffer_size"]
)
def test_without_these_lines_nginx_writes_to_its_disk(tmp_path: Path, behind: Server, without: str) -> None:
    """The law's other side: what the tests above look for is there when a line is missing."""
    with proxied(tmp_path, behind, without=without) as proxy:
        if without.startswith("proxy_request"):
            proxy.answer("POST", "/r/files/add/", FILES, bytes(MIB))
        elif without.startswith("client_body"):
            proxy.answer("POST", "/", FORM, bytes(200 * 1024))
        else:
            sock = long_answer(proxy)
            until(proxy.wrote)
            assert len(read(sock).body) == STREAMED
        assert proxy.wrote()


class Dying:
    """An application host that dies over each request: it reads some, and closes."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port, self.died = self._listening.getsockname()[1], 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                made, _ = self._listening.accept()
                with made:
                    self.died += bool(made.recv(65536))

    def close(self) -> None:
        self._listening.close()


def test_only_a_report_with_a_key_goes_to_the_second_host_when_the_first_dies_over_it(
    tmp_path: Path, behind: Server
) -> None:
    with contextlib.closing(Dying()) as host, proxied(tmp_path, behind, first=host.port) as proxy:
        answer = proxy.answer("POST", API, JSON, b"{}")
        assert (answer.status, answer.said["path"], host.died) == (HTTPStatus.OK, API, 1)
    for path in ("/", f"/r/files/{UPLOAD}"):
        folder = tmp_path / path.strip("/").partition("/")[0] / "n"
        folder.mkdir(parents=True)
        with (
            contextlib.closing(Dying()) as host,
            proxied(folder, behind, first=host.port, second=host.port) as proxy,
        ):
            answer = proxy.answer("POST", path, FORM, b"a=b")
            assert (answer.status, host.died) == (HTTPStatus.BAD_GATEWAY, 1), path


def test_run_hide_tell_opens_while_no_server_answers_and_nobody_is_logged(
    tmp_path: Path, behind: Server
) -> None:
    guidance.run(tmp_path / "guidance")
    nobody = free_port()
    with proxied(tmp_path, behind, first=nobody, second=nobody, log="/dev/null emerg") as proxy:
        for path, page in attack.everywhere().items():
            answer = proxy.answer("GET", path, "", b"")
            assert (answer.status, answer.body) == (HTTPStatus.OK, page.body), path
            assert page.headers == tuple((name, answer.headers[name]) for name, _ in page.headers)
        assert proxy.answer("GET", "/", "", b"").status == HTTPStatus.BAD_GATEWAY
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", proxy.port)) as broken:
            broken.sendall(b"\x16\x03\x01\x00\x05wrong")
            broken.recv(100)
    logged = (tmp_path / "error.log").read_text() + (tmp_path / "access.log").read_text()
    assert "client:" not in logged
    assert "127.0.0.1" not in logged
