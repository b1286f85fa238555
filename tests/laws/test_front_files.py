"""Files sent to a web process: passed on while they arrive, from many senders at once, slow ones and liars among them."""

from __future__ import annotations

import http.client
import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pytest

from tests.laws.front_scene import FILES, FORM, MIB, SOON, Answer, Server, hasty, read, running, until
from tests.laws.front_server import Counting

__all__ = ["hasty"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("front")) as found:
        yield found


def small_file(server: Server, heads: str = FILES) -> Answer:
    """The answer to a file of five bytes."""
    return read(server.post(f"{heads}Content-Length: 5\r\n", b"xxxxx", path="/file/"))


def end(senders: list[socket.socket]) -> None:
    """Break off, and wait until their places are free, which another test needs."""
    for one in senders:
        with suppress(OSError):
            one.shutdown(socket.SHUT_WR)
            while one.recv(65536):
                pass
        one.close()


def test_a_file_is_passed_on_while_it_arrives_and_never_held(server: Server) -> None:
    """Forty megabytes, to the one address that takes files."""
    before, block = server.memory(), b"x" * 65536
    sock = server.post(f"{FILES}Content-Length: {640 * len(block)}\r\n", path="/file/")
    for _ in range(640):
        sock.sendall(block)
    said = read(sock).said
    what, took, largest = said["file"].split()
    assert (what, int(took)) == ("whole", 40 * MIB)
    assert int(largest) <= MIB
    assert said["kind"] == "application/x-www-form-urlencoded", "Django sees a small form"
    assert server.memory() - before < 30


@pytest.mark.parametrize(("heads", "path"), [(FILES, "/"), (FORM, "/file/")])
def test_files_go_to_their_address_alone_and_nothing_else_goes_there(
    server: Server, heads: str, path: str
) -> None:
    sock = server.post(f"{heads}Content-Length: {MIB}\r\n", b"x" * MIB, path=path)
    said = read(sock).said
    assert said["refused"] in {HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}
    assert said["body"] == 0


def test_a_file_that_is_cut_off_is_not_whole(server: Server) -> None:
    cut = server.post(f"{FILES}Content-Length: 5000\r\n", b"x" * 3000, path="/file/")
    cut.shutdown(socket.SHUT_WR)
    assert read(cut).said["file"] == "cut 3000 3000"


def test_three_hundred_megabytes_and_an_endless_file_end_early(server: Server) -> None:
    """The first go where no file belongs, the second where one does, and neither is ever held."""
    before, block = server.memory(), b"x" * MIB
    for path, announced, most in (("/", 300 * MIB, 20 * MIB), ("/file/", 10**12, Counting.most + 20 * MIB)):
        sock, sent = server.post(f"{FILES}Content-Length: {announced}\r\n", path=path), 0
        with suppress(OSError):
            while sent < 300 * MIB:
                sock.sendall(block)
                sent += len(block)
        sock.close()
        assert sent < most, path
        assert server.get() == 200
    assert server.memory() - before < 40


def test_a_part_arrives_behind_a_proxy_as_it_was_sent(server: Server) -> None:
    """The headers are those that the operators' guide lets nginx set, with the ones of tus that it passes on."""
    heads = (
        "X-Forwarded-For: \r\nX-Real-IP: 192.0.2.7\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 4194304\r\n"
        "X-CSRFToken: abc\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 5000\r\n"
    )
    sock = server.send(f"PATCH /file/ HTTP/1.1\r\nHost: {server.host}\r\n{heads}\r\n")
    for _ in range(5):  # unbuffered: in the pieces in which it comes
        sock.sendall(b"x" * 1000)
    said = read_once(sock)
    assert said["file"] == "whole 5000 5000"
    assert said["headers"]["HTTP_UPLOAD_OFFSET"] == "4194304"
    assert said["headers"]["HTTP_X_CSRFTOKEN"] == "abc"
    # the same connection goes on, as a proxy that keeps it expects
    sock.sendall(f"HEAD / HTTP/1.1\r\nHost: {server.host}\r\nTus-Resumable: 1.0.0\r\n\r\n".encode())
    assert sock.recv(65536).startswith(b"HTTP/1.1 200")
    sock.close()


def read_once(sock: socket.socket) -> dict[str, Any]:
    """The answer on a connection that stays open."""
    answer = http.client.HTTPResponse(sock)
    answer.begin()
    found: dict[str, Any] = json.loads(answer.read())
    return found


def test_slow_files_take_no_thread(server: Server) -> None:
    slow = [server.post(f"{FILES}Content-Length: 100000\r\n", b"x", path="/file/") for _ in range(32)]
    try:
        assert [server.get() for _ in range(3)] == [200, 200, 200]
    finally:
        end(slow)


def test_a_file_that_pauses_too_long_is_ended(hasty: Server) -> None:
    slow = hasty.post(f"{FILES}Content-Length: 100000\r\n", b"x", path="/file/")
    assert read(slow).said["file"] == "cut 1 1"


def test_too_many_files_at_once_are_asked_to_come_again(server: Server) -> None:
    slow = [server.post(f"{FILES}Content-Length: 100000\r\n", b"x", path="/file/") for _ in range(50)]
    try:
        until(
            lambda: small_file(server).status == HTTPStatus.SERVICE_UNAVAILABLE
        )  # when all of them have begun
        assert server.get() == 200
    finally:
        end(slow)


def test_slow_files_from_one_place_leave_room_for_those_from_others(server: Server) -> None:
    here = f"X-Network: one\r\n{FILES}"
    slow = [server.post(f"{here}Content-Length: 100000\r\n", b"x", path="/file/") for _ in range(40)]
    try:
        until(lambda: small_file(server, here).status == HTTPStatus.SERVICE_UNAVAILABLE)
        for heads in (f"X-Network: two\r\n{FILES}", FILES):
            assert small_file(server, heads).said["file"].startswith("whole")
    finally:
        end(slow)


def test_senders_of_whom_nothing_is_stored_take_no_place(server: Server) -> None:
    """Sixty-four of them, idle, beside nine senders with a draft. Each is answered and its connection closed."""
    nobody = f"X-Sent-By: NOBODY\r\n{FILES}Content-Length: 100000\r\n"
    idle = [server.post(nobody, b"x", path="/file/") for _ in range(64)]
    assert [small_file(server).said["file"] for _ in range(9)] == ["whole 5 5"] * 9
    for one in idle:
        answer = read(one)
        assert answer.said["file"] == "cut 1 1"
        assert answer.headers["connection"] == "close"


def test_programs_leave_the_places_of_drafts_alone(server: Server) -> None:
    program = f"X-Sent-By: PROGRAM\r\n{FILES}"
    slow = [server.post(f"{program}Content-Length: 100000\r\n", b"x", path="/file/") for _ in range(20)]
    try:
        until(lambda: small_file(server, program).status == HTTPStatus.SERVICE_UNAVAILABLE)
        assert small_file(server).said["file"] == "whole 5 5"
    finally:
        end(slow)


def test_a_file_that_came_fast_and_then_trickles_is_ended(hasty: Server) -> None:
    """The rate holds for all of it: what was sent ahead of it is not saved up."""
    slow, began = (
        hasty.post(f"{FILES}Content-Length: {9 * MIB}\r\n", b"x" * MIB, path="/file/"),
        time.monotonic(),
    )
    with suppress(OSError):
        while time.monotonic() < began + SOON and not select.select([slow], [], [], 0.1)[0]:
            slow.sendall(b"x" * 100)
    assert read(slow).said["file"].startswith("cut")
    assert time.monotonic() - began < SOON
