"""Attacks over the network and by the processes' own roles on a running demonstration. Each takes some seconds.

They say what they find, also where it is known that something does not hold yet.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
from bench import made_up
from bench.instance import Instance

from attack.browser import ask, slowest, worst
from attack.verdict import Verdict
from heedline.launch.demo import Site
from heedline.vault.codes import report_id_from_key

LONGEST_WAIT = 2.0
_MEGABYTE = 1024 * 1024
_CREATED, _SEE_OTHER = 201, 303
#: What all drafts together may take, as `settings.DRAFT_ROOM`; one in each connection may come on top.
_DRAFT_ROOM = 512 * _MEGABYTE
_GROWTH = 150 * _MEGABYTE
_PROCESSES = ("public", "office", "partner", "files", "worker")
#: What no process may do to the database.
_FORBIDDEN_TO_ALL = (
    "SELECT sealed FROM reports_identity_share",
    "SELECT lookup FROM reports_receipt",
    "UPDATE audit_event SET act = act",
    "DELETE FROM audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "SET ROLE heedline_owner",
    "SET session_replication_role = replica",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_from_bytea(0, '\\x00')",
)


# --- flood of drafts --------------------------------------------------------------------------------------------------
def flood(instance: Instance, seconds: float) -> Verdict:
    """Eight connections without a cookie post long words to a question page, as fast as they are let."""
    over, sizes = Event(), "SELECT pg_total_relation_size('intake_draft')"
    before, memory = instance.count(sizes), _memory(instance)
    sites = [
        slowest(site, page, over) for site, page in ((instance.public, "/"), (instance.office, "/sign-in/"))
    ]

    def one(_: int) -> tuple[int, int]:
        first = ask(instance.public, "/tell/")
        token = next((value for name, value in first.cookies.items() if "csrf" in name), "")
        sent = refused = 0
        while not over.is_set():
            form = {"csrfmiddlewaretoken": token, "narrative": secrets.token_hex(40_000)}
            answer = ask(instance.public, "/r/what/", form, cookies=first.cookies)
            sent, refused = sent + 1, refused + (answer.status not in {200, 302, _SEE_OTHER})
        return sent, refused

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(one, n) for n in range(8)]
        time.sleep(seconds)
        over.set()
        tries = [each.result() for each in running]
    waited = max(worst(each()) for each in sites)
    drafts, grown = instance.count(sizes), _memory(instance) - memory
    accepted = _one_report(instance)
    held = drafts < _DRAFT_ROOM and waited <= LONGEST_WAIT and grown < _GROWTH and accepted
    return Verdict(
        "flood of drafts",
        held,
        f"{sum(sent for sent, _ in tries)} posts, {sum(no for _, no in tries)} refused; drafts took"
        f" {(drafts - before) / _MEGABYTE / seconds:.1f} MB/s (bound {_DRAFT_ROOM // _MEGABYTE} MB); slowest other page"
        f" {waited:.1f} s; a process grew by {grown / _MEGABYTE:.0f} MB; a report after it was"
        f" {'stored' if accepted else 'lost'}",
    )


def _memory(instance: Instance) -> int:
    members = instance.family().members
    return max(
        one.memory_info().rss for name in ("public", "office", "partner", "files") for one in members[name]
    )


def _one_report(instance: Instance) -> bool:
    host = f"{instance.public.name}:{instance.public.port}"
    (call,) = made_up.calls(host, 1, close=True)
    return _send(instance.public, call.request) == _CREATED


def _send(site: Site, request: bytes, patience: float = 20.0) -> int:
    """The status that is answered; 0 where nothing is."""
    got = b""
    with contextlib.suppress(OSError), socket.create_connection((site.address, site.port), patience) as wire:
        wire.sendall(request)
        while b"\r\n" not in got and (more := wire.recv(4096)):
            got += more
    return int(got[9:12]) if got[9:12].isdigit() else 0


# --- slow bodies ------------------------------------------------------------------------------------------------------
@contextmanager
def _dripping(site: Site, path: str, how_many: int) -> Iterator[None]:
    """So many connections that have begun a post and send one byte of it a second."""
    over, wires = Event(), []
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {site.name}:{site.port}\r\nContent-Length: 10000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\na"
    )
    for _ in range(how_many):
        with contextlib.suppress(OSError):
            wire = socket.create_connection((site.address, site.port), 5)
            wire.sendall(head.encode())
            wires.append(wire)

    def drip() -> None:
        while not over.wait(1.0):
            for wire in wires:
                with contextlib.suppress(OSError):
                    wire.sendall(b"a")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(drip)
        try:
            yield
        finally:
            over.set()
    for wire in wires:
        wire.close()


def slow_bodies(instance: Instance, seconds: float) -> Verdict:
    """Thirty-two connections to the public site, and eight to each of the others, that send a byte a second."""
    over = Event()
    with (
        _dripping(instance.public, "/r/what/", 32),
        _dripping(instance.office, "/sign-in/", 8),
        _dripping(instance.sites[2], "/sign-in/", 8),
    ):
        time.sleep(0.5)
        pages = (
            (instance.public, "/"),
            (instance.public, "/stay-safe/"),
            (instance.office, "/sign-in/"),
            (instance.sites[2], "/sign-in/"),
        )
        asking = {f"{site.process}{path}": slowest(site, path, over) for site, path in pages}
        time.sleep(seconds)
        over.set()
        waited = {name: worst(answers()) for name, answers in asking.items()}
    named = ", ".join(
        f"{name} {took:.1f} s" if took < 60 else f"{name} no page" for name, took in waited.items()
    )
    return Verdict("slow bodies", max(waited.values()) <= LONGEST_WAIT, f"slowest page: {named}")


# --- roles ------------------------------------------------------------------------------------------------------------
def roles(instance: Instance, seconds: float) -> Verdict:
    """Each process switches durability off for itself; the public one reads and writes what is not its own."""
    through: list[str] = []
    for process in _PROCESSES:
        with _as(instance, process) as db:
            through += [
                f"{process}: {statement}" for statement in _FORBIDDEN_TO_ALL if _passes(db, statement)
            ]
    with _as(instance, "public") as db:
        kinds = db.execute(
            "SELECT pg_get_function_identity_arguments(oid) FROM pg_proc WHERE proname = 'submit_report'"
        ).fetchall()
        nothing = ", ".join(f"NULL::{one.strip().partition(' ')[2]}" for one in kinds[0][0].split(","))
        with db.transaction(force_rollback=True):
            db.execute("SET LOCAL synchronous_commit = off")
            with contextlib.suppress(psycopg.Error), db.transaction():
                db.execute(f"SELECT door.submit_report({nothing})")
            if (found := db.execute("SHOW synchronous_commit").fetchone()) != ("on",):
                through.append(
                    f"public: a report is committed with synchronous_commit = {found and found[0]}"
                )
    return Verdict(
        "roles", not through, "; ".join(through) or "nothing that is not granted, and reports stay durable"
    )


def _passes(db: psycopg.Connection[Any], statement: str) -> bool:
    try:
        with db.transaction(force_rollback=True):
            db.execute(statement)
    except psycopg.Error:
        return False
    return True


@contextmanager
def _as(instance: Instance, process: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(instance.cluster.url(process), autocommit=True) as db:
        yield db


# --- statistics -------------------------------------------------------------------------------------------------------
def statistics(instance: Instance, seconds: float) -> Verdict:
    """Each process asks the server's statistics when the tables of reports were last used, and what others are doing."""
    _one_report(instance)
    time.sleep(1.5)  # the server writes its statistics within a second
    seen = []
    for process in _PROCESSES:
        with _as(instance, process) as db:
            for what, statement in (
                (
                    "pg_stat_all_indexes",
                    "SELECT max(last_idx_scan) FROM pg_stat_all_indexes WHERE relname LIKE 'reports%'",
                ),
                (
                    "pg_stat_all_tables",
                    "SELECT max(last_seq_scan) FROM pg_stat_all_tables WHERE relname LIKE 'reports%'",
                ),
                (
                    "pg_stat_get_lastscan",
                    "SELECT max(pg_stat_get_lastscan(oid)) FROM pg_class WHERE relname LIKE 'reports%'",
                ),
                (
                    "pg_stat_get_tuples_inserted",
                    "SELECT NULLIF(max(pg_stat_get_tuples_inserted(oid)), 0) FROM pg_class WHERE relname LIKE 'reports%'",
                ),
            ):
                with contextlib.suppress(psycopg.Error):
                    found = db.execute(statement).fetchone()
                    if found and found[0] is not None:
                        seen.append(f"{process} reads {what}")
    return Verdict(
        "statistics", not seen, "; ".join(seen) or "no process reads when reports were last touched"
    )


# --- kill -------------------------------------------------------------------------------------------------------------
def kill(instance: Instance, seconds: float) -> Verdict:
    """A process of the public site, then a session of the database, are killed outright while reports come in."""
    host = f"{instance.public.name}:{instance.public.port}"
    calls, over = made_up.calls(host, 20_000, close=True), Event()
    accepted = []

    def one(_: int) -> None:
        while not over.is_set():
            call = calls.pop()
            if _send(instance.public, call.request) == _CREATED:
                accepted.append(call)
            else:
                over.wait(0.05)

    with ThreadPoolExecutor(4) as pool:
        for n in range(4):
            pool.submit(one, n)
        time.sleep(seconds / 3)
        before = len(accepted)
        with contextlib.suppress(Exception):
            os.kill(instance.family().members["public"][-1].pid, signal.SIGKILL)
        time.sleep(seconds / 3)
        with contextlib.suppress(Exception):
            with psycopg.connect(instance.cluster.super_url("heedline"), autocommit=True) as db:
                (session,) = db.execute(
                    "SELECT pid FROM pg_stat_activity WHERE usename = 'heedline_public' LIMIT 1"
                ).fetchall()
            os.kill(session[0], signal.SIGKILL)
        time.sleep(seconds / 3)
        over.set()
    answers = _comes_back(instance, within=60)
    ids = [
        report_id_from_key(call.key.encode(), installation=instance.home.installation()) for call in accepted
    ]
    try:
        present = instance.count("SELECT count(*) FROM reports_report WHERE id = ANY(%s)", ids)
    except psycopg.Error:
        present = -1
    return Verdict(
        "kill",
        answers and before > 0 and present == len(accepted),
        f"{len(accepted)} reports accepted, {present if present >= 0 else 'nobody knows how many'} stored;"
        f" the site {'answers again' if answers else 'does not come back by itself'}",
    )


def _comes_back(instance: Instance, *, within: float) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if _one_report(instance):
            return True
        time.sleep(1)
    return False
