"""What a stranger can send to a web process, and what it costs: slow heads and bodies, large ones, files, foreign names."""

from __future__ import annotations

import contextlib
import http.client
import json
import select
import signal
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from tests.laws.front_scene import FILES, FORM, MIB, SOON, Answer, Server, hasty, read, running, until
from tests.laws.front_server import HASTY, LIMITS, READY, STREAMED

__all__ = ["hasty"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("front")) as found:
        yield found


def test_32_slow_bodies_take_no_thread(server: Server) -> None:
    slow = [server.post(f"{FORM}Content-Length: 1000\r\n", b"a=") for _ in range(32)]
    try:
        time.sleep(0.2)
        assert [server.get(path) for path in ("/", READY, "/")] == [200, 200, 200]
    finally:
        for one in slow:
            one.close()


def test_32_slow_heads_take_no_thread(server: Server) -> None:
    for _ in range(3):  # a head may take ten seconds: on a machine that stood still, all of them are over
        slow = [server.send(f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX-Slow: ") for _ in range(32)]
        try:
            assert server.get() == 200
            if not any(over(one) for one in slow):
                return
        finally:
            for one in slow:
                one.close()
    pytest.fail("the page came only when the heads were over")


def over(sock: socket.socket) -> bool:
    """Whether the server has answered or hung up."""
    return bool(select.select([sock], [], [], 0)[0])


def test_a_body_has_a_deadline_and_its_connection_is_closed(hasty: Server) -> None:
    began = time.monotonic()
    slow = hasty.post(f"{FORM}Content-Length: 1000\r\n", b"a=")
    with contextlib.closing(slow):
        got = b""
        while piece := slow.recv(65536):  # until the server hangs up; a timeout fails the test
            got += piece
    assert time.monotonic() - began > HASTY.body_within - 0.2
    said = json.loads(got.partition(b"\r\n\r\n")[2])
    assert (said["refused"], said["body"]) == (HTTPStatus.REQUEST_TIMEOUT, 0)


def test_a_body_that_trickles_is_ended_by_the_same_deadline(hasty: Server) -> None:
    slow = hasty.post(f"{FORM}Content-Length: 1000\r\n")
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.1):
            with contextlib.suppress(OSError):
                slow.sendall(b"a")

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        assert read(slow).said["refused"] == HTTPStatus.REQUEST_TIMEOUT
    finally:
        stop.set()
        thread.join()


def test_a_multipart_body_is_neither_parsed_nor_kept(server: Server) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n'
    answer = read(server.post(f"{FILES}Content-Length: {len(part)}\r\n", part))
    assert (answer.said["refused"], answer.said["body"]) == (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, 0)


@pytest.mark.parametrize("heads", [FORM, FILES])
@pytest.mark.parametrize("length", ["Content-Length: 41943040\r\n", "Transfer-Encoding: chunked\r\n"])
def test_forty_megabytes_are_refused_before_they_are_taken(server: Server, heads: str, length: str) -> None:
    before = server.memory()
    sock = server.post(heads + length)
    chunk = b"x" * 65536
    framed = b"10000\r\n" + chunk + b"\r\n" if "chunked" in length else chunk
    sent = 0
    with contextlib.suppress(OSError):
        while sent < 40 * MIB:
            sock.sendall(framed)
            sent += len(chunk)
    sock.close()
    assert sent < 20 * MIB, "most of it was never read"
    assert server.memory() - before < 20
    assert server.get() == 200


def test_a_body_that_is_cut_off_is_not_taken_for_a_whole_one(server: Server) -> None:
    """Half of what somebody wrote would otherwise be kept as their answer."""
    cut = server.post(f"{FORM}Content-Length: 30\r\n", b"narrative=A+man+in+a")
    cut.shutdown(socket.SHUT_WR)
    answer = read(cut)
    assert (answer.said["refused"], answer.said["body"]) == (HTTPStatus.REQUEST_TIMEOUT, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"3\r\nabc\r\n0\r\n\r\n",
        b"3\r\nabc\r\nZZ\r\n",  # granian ends the body here, and says nothing
        b"3;a\nabc\r\n0\r\n\r\n",
        b"10000000000000003\r\nabc\r\n0\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
        b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n",
    ],
)
@pytest.mark.parametrize("more", ["", "Content-Length: 3\r\n"])
def test_a_body_in_chunks_is_refused_and_its_connection_closed(
    server: Server, body: bytes, more: str
) -> None:
    """No browser sends one, and a proxy that buffers sends its length. Refusing it leaves two readers nothing to differ about."""
    sock = server.post(f"{FORM}Transfer-Encoding: chunked\r\n{more}")
    with contextlib.suppress(OSError):
        sock.sendall(body + f"GET /smuggled HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
    got = b""
    with contextlib.suppress(OSError), contextlib.closing(sock):
        while piece := sock.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 411 ")
    assert b"smuggled" not in got


@pytest.mark.parametrize(
    "framing",
    [
        "Content-Length: 3\r\nContent-Length: 40\r\n",
        "Content-Length: 3, 3\r\n",
        "Content-Length: +3\r\n",
        "Content-Length: -3\r\n",
        "Content-Length: 0x3\r\n",
        "Content-Length: \r\n",
        "Content-Length : 3\r\n",
        "Content-Length: 99999999999999999999999\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 3\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "X: a\r\n b\r\n",
        "X: a\rContent-Length: 3\r\n",
        "X: a\0b\r\n",
    ],
)
def test_what_two_readers_could_understand_in_two_ways_is_refused(server: Server, framing: str) -> None:
    sock = server.post(framing, f"abcGET /smuggled HTTP/1.1\r\nHost: {server.host}\r\n\r\n".encode())
    got = b""
    with contextlib.suppress(OSError), contextlib.closing(sock):
        while piece := sock.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 4")
    assert b"smuggled" not in got


@pytest.mark.parametrize(
    "first",
    [
        "GET /a HTTP/1.1",
        f"GET {READY} HTTP/1.1",
        "POST /a HTTP/1.1",
        "POST /a HTTP/1.0\r\nConnection: keep-alive",
    ],
)
def test_the_body_of_one_request_is_never_the_next(server: Server, first: str) -> None:
    inner = f"GET /smuggled HTTP/1.1\r\nHost: {server.host}\r\n\r\n"
    last = f"GET /last HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"
    for host in (server.host, "evil.example"):
        sock = server.send(f"{first}\r\nHost: {host}\r\nContent-Length: {len(inner)}\r\n\r\n{inner}{last}")
        got = b""
        with contextlib.suppress(OSError), contextlib.closing(sock):
            while piece := sock.recv(65536):
                got += piece
        assert b"smuggled" not in got
        assert got.count(b"HTTP/1.1 ") + got.count(b"HTTP/1.0 ") <= 2


def test_a_body_just_too_long_is_read_to_its_end_so_that_the_sender_sees_why(server: Server) -> None:
    fits, long = b"x" * LIMITS.body, b"x" * (LIMITS.body + 1)
    assert read(server.post(f"{FORM}Content-Length: {len(fits)}\r\n", fits)).said["body"] == LIMITS.body
    answer = read(server.post(f"{FORM}Content-Length: {len(long)}\r\n", long))
    assert (answer.said["refused"], answer.said["body"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, 0)


def test_bodies_on_their_way_share_a_bounded_room_and_small_ones_need_none(server: Server) -> None:
    piece = b"x" * (200 * 1024)
    slow = [server.post(f"{FORM}Content-Length: {250 * 1024}\r\n", piece) for _ in range(5)]
    try:
        answers: list[Answer] = []

        def status_of_another() -> int:
            answers.append(read(server.post(f"{FORM}Content-Length: {len(piece)}\r\n", piece)))
            return answers[-1].status

        while (
            status_of_another() != HTTPStatus.SERVICE_UNAVAILABLE
        ):  # it has come before one of the slow ones
            assert len(slow) < 50
            slow.append(server.post(f"{FORM}Content-Length: {250 * 1024}\r\n", piece))
        assert int(answers[-1].headers["Retry-After"]) > 0
        report = b"x" * 8192
        assert read(server.post(f"{FORM}Content-Length: {len(report)}\r\n", report)).said["body"] == 8192
    finally:
        for one in slow:
            one.close()
    until(lambda: status_of_another() == HTTPStatus.OK)  # when the room of those that broke off is free again
    assert answers[-1].said["body"] == len(piece)


def test_what_is_ready_needs_no_thread_and_the_rest_is_asked_to_come_again(hasty: Server) -> None:
    before = len(hasty.waiting())
    busy = [hasty.send(f"GET /wait/ HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n") for _ in range(HASTY.threads)]
    try:
        until(lambda: len(hasty.waiting()) - before == HASTY.threads)
        assert hasty.get(READY) == 200
        answer = read(hasty.send(f"GET / HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n"))
        assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert int(answer.headers["Retry-After"]) > 0
        api = read(hasty.send(f"GET /api/v1/reports HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n"))
        assert api.headers["Content-Type"] == "application/problem+json"
        assert api.said["type"] == "urn:heedline:problem:not-now"
    finally:
        hasty.gate.touch()
        for one in busy:
            assert read(one).status == 200
        hasty.gate.unlink()


def test_only_the_configured_origin_is_answered_port_and_all(server: Server) -> None:
    port = server.port
    right = f"127.0.0.1:{port}"
    wrong = [
        f"localhost:{port}",
        "127.0.0.1",
        f"127.0.0.1:{port + 1}",
        "evil.example",
        f"evil.example:{port}",
        f"{right}, evil.example",
        f"{right}.",
        "",
    ]
    for name in wrong:
        assert read(server.send(f"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n")).status == 400, name
        assert read(server.send(f"GET {READY} HTTP/1.1\r\nHost: {name}\r\n\r\n")).status == 400, name
    assert read(server.send(f"GET / HTTP/1.1\r\nHost: {right}\r\n\r\n")).status == 200


def test_no_host_two_hosts_and_another_host_in_the_address_are_refused(server: Server) -> None:
    host = f"Host: {server.host}\r\n"
    for request in (
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        f"GET / HTTP/1.1\r\n{host}{host}\r\n",
        f"GET / HTTP/1.1\r\n{host}Host: evil.example\r\n\r\n",
        f"GET http://evil.example/ HTTP/1.1\r\n{host}\r\n",
        f"GET http://a@{server.host}/ HTTP/1.1\r\n{host}\r\n",
        f"OPTIONS * HTTP/1.1\r\n{host}\r\n",
        f"GET {server.host} HTTP/1.1\r\n{host}\r\n",
    ):
        assert read(server.send(request)).status == 400, request


def test_the_application_gets_headers_as_wsgi_says_and_nothing_of_the_environment(server: Server) -> None:
    answer = read(
        server.send(
            f"GET /a%20b/%C3%A9?x HTTP/1.1\r\nHost: {server.host}\r\nX-Real-IP: 192.0.2.1\r\nX_Real_IP: 203.0.113.9\r\n"
            "Cookie: a=1\r\nCookie: b=2\r\nAccept: x\r\nAccept: y\r\n\r\n"
        )
    ).said
    assert answer["headers"] == {
        "HTTP_HOST": server.host,
        "HTTP_X_REAL_IP": "192.0.2.1",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_ACCEPT": "x,y",
    }
    assert answer["path"].encode("latin-1").decode() == "/a b/é"
    assert answer["environment"] == []


def test_the_scheme_is_the_configured_one_and_no_header_changes_it(tmp_path: Path) -> None:
    """TLS ends in the proxy: without this the check of a form's Origin would fail for everybody."""
    with running(tmp_path, "https://report.example") as server:
        answer = read(
            server.send("GET / HTTP/1.1\r\nHost: report.example\r\nX-Forwarded-Proto: http\r\n\r\n")
        )
        assert answer.said["scheme"] == "https"
        oddly = read(server.send("GET / HTTP/1.1\r\nHost: REPORT.exAmple\r\n\r\n"))
        assert (
            oddly.said["headers"]["HTTP_HOST"] == "report.example"
        )  # or each spelling would keep pages of its own


def test_a_head_of_100_kilobytes_is_refused(server: Server) -> None:
    assert (
        read(server.send(f"GET / HTTP/1.1\r\nHost: {server.host}\r\nX: {'y' * 100_000}\r\n\r\n")).status
        == 431
    )


def test_requests_that_are_being_worked_on_are_finished_when_the_process_ends(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert server.get("/leaves/") == 200
        until(lambda: server.waiting() == ["automatic"])  # the request that follows this page has begun
        working = server.send(f"GET /wait/ HTTP/1.1\r\nHost: {server.host}\r\n\r\n")
        until(lambda: server.waiting() == ["automatic", "asked for"])
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        server.gate.touch()
        assert read(working).status == 200
        server.process.wait(SOON)
        assert (tmp_path / "steps").read_text() == "session=one"


def test_a_long_answer_is_sent_in_blocks_and_slow_readers_hold_no_thread(server: Server) -> None:
    """As many slow readers as there are threads twice over, and pages still come."""
    slow = [
        server.send(f"GET /stream/ HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n")
        for _ in range(2 * LIMITS.threads)
    ]
    time.sleep(0.5)
    assert server.get() == HTTPStatus.OK
    assert len(read(slow.pop()).body) == STREAMED
    for one in slow:
        one.close()


def test_an_answer_that_breaks_off_is_not_taken_for_the_whole(server: Server) -> None:
    with pytest.raises(http.client.IncompleteRead):
        read(server.send(f"GET /breaks/ HTTP/1.1\r\nHost: {server.host}\r\nConnection: close\r\n\r\n"))
    assert server.get() == HTTPStatus.OK


def test_bodies_that_follow_each_other_on_one_connection_stay_apart(server: Server) -> None:
    """The end of a body is not waited for. What comes after it, at once or later, is the next request."""
    heads = f"POST /file/ HTTP/1.1\r\nHost: {server.host}\r\n{FORM}Content-Length: "
    bodies = [b"a=1", b"", b"b=" + b"x" * 70_000, b"c=3", b"d=" + b"y" * 300_000, b"e=5"]
    sock = server.send("")
    reader = sock.makefile("rb")
    for late in (False, True):
        if not late:  # all at once, as HTTP allows
            sock.sendall(b"".join(f"{heads}{len(one)}\r\n\r\n".encode() + one for one in bodies[:4]))
        for body in bodies[:4] if not late else bodies:
            if late:
                sock.sendall(f"{heads}{len(body)}\r\n\r\n".encode() + body[:-1])
                time.sleep(0.05)
                sock.sendall(body[-1:])
            assert reader.readline().startswith(b"HTTP/1.1 200")
            found = http.client.parse_headers(reader)
            said = json.loads(reader.read(int(found["content-length"])))
            too_large = len(body) > LIMITS.body
            assert said["refused"] == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else None)
            assert said["file"].encode() == (b"" if too_large else body)
    sock.close()
