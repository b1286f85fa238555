"""The background worker, which runs periodic tasks that are each a single call into `casework`.

No task takes an argument that identifies an object. Procrastinate runs the tasks from tables in the same
database, over a direct connection (behind a connection pooler it would miss its notifications). Its
tables hold exact times, so nothing that has ended may stay in them. Jobs and their events are deleted
when they end, and dead rows are removed from disk every quarter hour.

If the database connection is lost, Procrastinate's loop ends. It is also ended if the machine's clock is set
back. It is started again until the process is told to stop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import procrastinate
from django.conf import settings
from django.db import close_old_connections, connections
from procrastinate.contrib.django.utils import connector_params

from heedline.casework.attachments import sweeping as file_sweeping
from heedline.casework.continuity import arrival_canary, health
from heedline.casework.dissemination import clock as dissemination_clock
from heedline.casework.duty import (
    dangers,
    desk_letters,
    paging,
    proposal_clock,
    reports_clock,
    training_clock,
)
from heedline.casework.intake import settle_arrivals
from heedline.casework.journey import practice
from heedline.casework.language import clock as translation_clock
from heedline.casework.linking import clock as linking_clock
from heedline.casework.log import keeping as log_keeping
from heedline.casework.oversight import dip_sampling
from heedline.casework.records import clock as records_clock
from heedline.casework.retention import clock as retention_clock
from heedline.casework.rota import rota_clock
from heedline.casework.tasks import clock as tasks_clock
from heedline.config import environment as env
from heedline.desk_hooks import register
from heedline.dispatch import clockwork
from heedline.dispatch.desk_clocks import DeskClock
from heedline.dispatch.folder import settle_folder
from heedline.dispatch.turns import forget_dead_rows, forget_jobs, forget_later_ticks
from heedline.jobs import certificates, monitoring

logger = logging.getLogger("heedline.worker")

#: A task that fails this often in a row becomes an alarm.
FAILURES_BEFORE_ALARM = 3
_START_AGAIN_SECONDS = 2.0
#: The machine's clock is compared with one that only runs forward this often. A step back by more than this ends the loop.
_LOOK_AT_CLOCK_SECONDS = 1.0
_STOP_WITHIN_SECONDS = 20.0
_DANGERS_SECONDS = 5.0
_QUEUE = "heedline"
#: What the operator's monitoring is told.
_health = monitoring.WorkerHealth()
#: Tables with rows that are short-lived and whose age says when something happened.
_TRACES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
    "dispatch_outbox",
    "dispatch_alarm",
)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """One periodic task of the worker.

    `cron` has seconds as its sixth field. If several tasks are due, the one with the higher `priority` runs
    first.
    """

    name: str
    cron: str
    priority: int
    call: Callable[[datetime], object]


def page(at: datetime) -> None:
    """Raise alarms from the outbox, and page people about open alarms."""
    paging.drain(at)
    paging.page_round(at, time.monotonic())
    dissemination_clock.tell_partners(at)
    desk_letters.carry(at)


def page_dangers(at: datetime) -> None:
    """Raise the alarms about danger from the outbox, and page people about them."""
    paging.drain(at, dangers=True)
    paging.page_dangers(at, time.monotonic())


def watch(at: datetime) -> None:
    """Record a heartbeat, raise alarms for missed deadlines and remove traces of finished jobs."""
    paging.beat(at)
    paging.watch_clocks(at)
    paging.watch_requests(at)
    log_keeping.watch(at, time.monotonic(), alarm=paging.raise_for_all)
    forget_jobs()


def keep_log(at: datetime) -> None:
    """Add new events to the log's tree, and check that earlier events still match the tree."""
    log_keeping.keep(at, time.monotonic(), alarm=paging.raise_for_all)
    log_keeping.look_back(at, alarm=paging.raise_for_all)


def draw_checks(at: datetime) -> None:
    """Select last week's closed reports for dip sampling, once the log's root for the week is known."""
    dip_sampling.draw_last_week(at)


def settle(at: datetime) -> None:
    """Remove exact times from the rows and files of the past quarter hour, then sign the log."""
    paging.settle_alarms(at)
    receive_canary(at)  # before it would be logged as an arrival
    settle_arrivals.settle(min(at, clockwork.server_time()))  # a clock that is ahead ends no quarter hour
    keep_log(at)
    log_keeping.publish(at, alarm=paging.raise_for_all)
    settle_folder(at)
    forget_dead_rows(_TRACES)


def settle_drafts(at: datetime) -> None:
    """Remove traces of the times at which drafts were saved."""
    settle_arrivals.settle_drafts(at)


def measure(at: datetime) -> None:
    """Keep the figures of the last finished quarter hour for the operator's monitoring."""
    _health.keep(health.figures(at))


def receive_canary(at: datetime) -> None:
    """Open the report that Heedline sends to itself, for the operator's monitoring."""
    if settings.CANARY_KEY:
        _health.expect_canary()
        if arrival_canary.receive(at):
            _health.canary_opened()


def watch_certificates(_at: datetime) -> None:
    """Keep the days until each site's certificate expires, for the operator's monitoring."""
    if env.text("HEEDLINE_MONITORING_PORT", default=""):
        _health.keep_certificates(
            certificates.days_left(
                {
                    "public": settings.PUBLIC_URL,
                    "office": settings.OFFICE_URL,
                    "partner": settings.PARTNER_URL,
                    "files": settings.FILES_URL,
                }
            )
        )


def keep_or_dispose(at: datetime) -> None:
    """Delete reporters' identities whose retention period has ended, and flag overdue reviews and answers."""
    retention_clock.end_identities(at)
    retention_clock.watch(at)


TASKS = (
    PeriodicTask("page", "* * * * * */5", 9, page),
    PeriodicTask("watch", "* * * * * 0", 5, watch),
    PeriodicTask("watch-dangers", "* * * * * 20", 8, dangers.watch_dangers),
    PeriodicTask("keep-log", "* * * * * */15", 2, keep_log),
    PeriodicTask("watch-messages", "* * * * * 45", 3, paging.watch_messages),
    PeriodicTask("watch-translations", "* * * * * 50", 3, translation_clock.watch),
    PeriodicTask("watch-partners", "* * * * * 40", 3, dissemination_clock.watch),
    PeriodicTask("watch-hand-overs", "* * * * * 35", 3, reports_clock.watch_hand_overs),
    PeriodicTask("reconcile", "10 6 * * * 15", 1, reports_clock.reconcile),
    PeriodicTask("watch-tasks", "* * * * * 55", 3, tasks_clock.watch_tasks),
    PeriodicTask("watch-shift-notes", "* * * * * 50", 3, tasks_clock.watch_shift_notes),
    PeriodicTask("watch-records", "* * * * * 25", 3, records_clock.watch),
    PeriodicTask("watch-calls", "* * * * * 30", 3, paging.watch_calls),
    PeriodicTask("watch-keys", "*/5 * * * * 30", 3, paging.watch_keys),
    PeriodicTask("watch-linking", "*/5 * * * * 35", 3, linking_clock.watch),
    PeriodicTask("watch-rota", "*/5 * * * * 25", 3, rota_clock.watch),
    PeriodicTask("watch-proposals", "*/15 * * * * 35", 1, proposal_clock.watch),
    PeriodicTask("watch-training", "20 * * * * 40", 1, training_clock.watch),
    PeriodicTask("wipe-practice", "25 * * * * 40", 1, practice.wipe),
    PeriodicTask("settle", "*/15 * * * * 0", 4, settle),
    PeriodicTask("measure", "*/5 * * * * 50", 1, measure),
    PeriodicTask("receive-canary", "* * * * * 10", 2, receive_canary),
    PeriodicTask("watch-certificates", "50 * * * * 55", 1, watch_certificates),
    PeriodicTask("settle-drafts", "*/15 * * * * 10", 1, settle_drafts),
    PeriodicTask("draw-checks", "0 * * * * 40", 1, draw_checks),
    PeriodicTask("keeping", "10 * * * * 40", 1, keep_or_dispose),
    PeriodicTask("sweep", "0 * * * * 20", 1, settle_arrivals.sweep),
    PeriodicTask("sweep-files", "5 * * * * 20", 1, file_sweeping.sweep),
    PeriodicTask("check-files", "35 4 * * * 20", 1, reports_clock.check_files),
)


def tasks() -> tuple[PeriodicTask, ...]:
    """Return every periodic task, including those of the registered specialist desks."""
    theirs = (PeriodicTask(one.name, one.cron, one.priority, one.run) for one in register.hooks(DeskClock))
    return (*TASKS, *theirs)


class Runner:
    """A runner that executes tasks of the worker in one thread.

    A failure is
    logged by its type and location alone and counted. After FAILURES_BEFORE_ALARM failures in a row it
    raises an alarm. The job itself always ends successfully, because a failed job would stay in the tables,
    with its times.
    """

    def __init__(self, thread: str) -> None:
        self._failures: Counter[str] = Counter()
        self._thread = thread

    def __call__(self, task: PeriodicTask) -> None:
        close_old_connections()
        at = datetime.now(UTC)
        try:
            task.call(at)
            self._failures[task.name] = 0
            _health.succeeded(task.name, self._thread)
        except Exception:
            logger.exception("a background task failed")
            self._failures[task.name] += 1
            _health.failed(task.name)
            if self._failures[task.name] >= FAILURES_BEFORE_ALARM:
                self._raise_alarm(at)
        finally:
            close_old_connections()

    def _raise_alarm(self, at: datetime) -> None:
        try:
            paging.task_failed(at)
        except Exception:  # the database is away: the next round tries again
            logger.exception("the alarm about a failing task could not be raised")


def page_dangers_until(stop: threading.Event) -> None:
    """Page about danger every five seconds, whatever the other tasks do, until told to stop.

    It has a thread and a database connection of its own, and counts by a clock that only runs forward: pages about danger
    must go out within sixty seconds, also while thousands of other alarms are paged or arrivals are settled.
    """
    run, dangers = Runner(monitoring.DANGERS), PeriodicTask("page-dangers", "", 9, page_dangers)
    while not stop.is_set():
        run(dangers)
        stop.wait(_DANGERS_SECONDS)
    connections.close_all()


def build(run: Callable[[PeriodicTask], None], thread: ThreadPoolExecutor) -> procrastinate.App:
    """Return a Procrastinate app with the worker's tasks and its own database connections."""
    connector = procrastinate.PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)
    app = procrastinate.App(connector=connector)
    for task in tasks():
        _register(app, task, run, thread)
    return app


def _register(
    app: procrastinate.App,
    task: PeriodicTask,
    run: Callable[[PeriodicTask], None],
    thread: ThreadPoolExecutor,
) -> None:
    @app.periodic(cron=task.cron)
    @app.task(name=task.name, queue=_QUEUE, priority=task.priority, queueing_lock=task.name)
    async def job(timestamp: int) -> None:
        await asyncio.get_running_loop().run_in_executor(thread, run, task)


async def _until_clock_is_set_back() -> None:
    """Wait until the machine's clock is set back, by more than a clock service does while it adjusts the rate.

    Procrastinate creates each tick of a task once. It would create none until the clock is again where it was before.
    """
    before = time.time() - time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_AT_CLOCK_SECONDS)
        now = time.time() - time.monotonic()
        if now < before - _LOOK_AT_CLOCK_SECONDS:
            return
        before = now


async def _work(stop: asyncio.Event, thread: ThreadPoolExecutor, run: Callable[[PeriodicTask], None]) -> None:
    """Run the task loop until a stop is requested or the clock is set back.

    If Procrastinate's loop ends for any other reason, that error is raised.
    """
    await asyncio.get_running_loop().run_in_executor(thread, forget_later_ticks, time.time())
    app = build(run, thread)
    async with app.open_async():
        options: dict[str, Any] = {
            "queues": [_QUEUE],
            "concurrency": 1,
            "delete_jobs": "always",
            "install_signal_handlers": False,
            "shutdown_graceful_timeout": _STOP_WITHIN_SECONDS,
            "update_heartbeat_interval": 30.0,
            "stalled_worker_timeout": 120.0,
        }
        working = asyncio.create_task(app.run_worker_async(**options))
        ending = {asyncio.create_task(stop.wait()), asyncio.create_task(_until_clock_is_set_back())}
        await asyncio.wait({working, *ending}, return_when=asyncio.FIRST_COMPLETED)
        for one in ending:
            one.cancel()
        if not working.done():
            working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def _until_stopped(thread: ThreadPoolExecutor) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    run = Runner(monitoring.TASKS)
    while not stop.is_set():
        try:
            await _work(stop, thread, run)
        except Exception:
            logger.exception("the worker lost its database and starts again")
        if not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _START_AGAIN_SECONDS)


def _leave() -> None:
    """Remove all traces of jobs before the worker exits."""
    try:
        close_old_connections()
        forget_jobs(waiting=True)
        forget_dead_rows(_TRACES)
        clockwork.forget_use()
    except Exception:
        logger.exception("the traces of jobs could not be removed")
    finally:
        connections.close_all()


def run() -> int:
    """Run the worker until SIGTERM or SIGINT, and return exit code 0.

    The running task is allowed to finish first. Django must have been set up as the process `worker`. Monitoring is answered
    if HEEDLINE_MONITORING_PORT is set. Raises OSError if that port is taken.
    """
    if env.text("HEEDLINE_MONITORING_PORT", default=""):
        host = env.text("HEEDLINE_BIND", default="127.0.0.1")
        monitoring.serve(_health, host, env.port("HEEDLINE_MONITORING_PORT", default=8004))
    stop = threading.Event()
    dangers = threading.Thread(target=page_dangers_until, args=[stop], name="dangers")
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="task") as thread:
        dangers.start()
        try:
            asyncio.run(_until_stopped(thread))
        finally:
            stop.set()
            dangers.join()
        thread.submit(_leave).result()
    return 0
