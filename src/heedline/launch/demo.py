"""The demonstration, which runs the database, the sites and the worker in the foreground.

Its people and reports are invented. It needs nothing but this package, listens on this machine only, and
says on every page that it is a demonstration. Each process gets its own secrets and database address,
and no other's.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from heedline.config import environment as env
from heedline.config import specialist_desks
from heedline.files.derivatives import ffmpeg_missing, sandbox_missing
from heedline.launch import CannotStart, places, postgres
from heedline.launch.home import Home, InUse
from heedline.launch.supervisor import Child, Pauses, StepFailed, Stopped, Supervisor, is_free

LOOPBACK = "127.0.0.1"
_DATABASE_PROCESSES = ("public", "office", "partner", "files", "worker", "migrate")
_READY_WITHIN = 90.0
#: What a child inherits from our own environment besides what is written for it here.
_INHERITED = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "VIRTUAL_ENV", "SYSTEMROOT", "USER"}
)
#: Settings that the person who starts the demonstration may choose.
_CHOSEN = ("HEEDLINE_PACK", "HEEDLINE_ZONE", "HEEDLINE_CLIENT_HEADER", "HEEDLINE_SPECIALIST_DESKS")
_WORDS = """
Heedline is ready
  for the public   {public}
  for officers     {office}
  for partners     {partner}
  who can sign in  {facts}
This is a demonstration with invented people and reports. Nobody acts on what is written here: in an emergency
call your emergency number. It listens on this machine only. Ctrl-C stops it.
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A site of the demonstration, with its host name and port.

    `variable` is the environment variable to change if the port is already in use.
    """

    process: str
    name: str
    port: int
    variable: str
    first_page: str

    @property
    def url(self) -> str:
        return f"http://{self.name}:{self.port}"

    @property
    def address(self) -> str:
        """Return the loopback address that the site listens on.

        Every address in the loopback network belongs to this machine.
        """
        return LOOPBACK if self.name == "localhost" else self.name


type Sites = tuple[Site, Site, Site, Site]


def sites() -> Sites:
    """Return the public, office, partner and files sites, on the ports set in the environment.

    Raises CannotStart if two sites have the same port. Browsers share cookies among the ports of a host, so
    each site has a host of its own. Passkeys need a host name.
    """
    public = Site(
        "public", LOOPBACK, env.port("HEEDLINE_PUBLIC_PORT", default=8000), "HEEDLINE_PUBLIC_PORT", "/"
    )
    office = Site(
        "office",
        "localhost",
        env.port("HEEDLINE_OFFICE_PORT", default=8001),
        "HEEDLINE_OFFICE_PORT",
        "/sign-in/",
    )
    partner = Site(
        "partner",
        "127.0.0.3",
        env.port("HEEDLINE_PARTNER_PORT", default=8003),
        "HEEDLINE_PARTNER_PORT",
        "/sign-in/",
    )
    files = Site(
        "files",
        "127.0.0.2",
        env.port("HEEDLINE_FILES_PORT", default=8002),
        "HEEDLINE_FILES_PORT",
        "/",
    )
    if len({site.port for site in (public, office, partner, files)}) < 4:
        raise CannotStart(
            "HEEDLINE_PUBLIC_PORT, HEEDLINE_OFFICE_PORT, HEEDLINE_FILES_PORT and HEEDLINE_PARTNER_PORT must differ."
        )
    return public, office, partner, files


def environment_of(process: str, home: Home, urls: Mapping[str, str], where: Sites) -> dict[str, str]:
    """Return the environment variables for one process, excluding those meant for other processes."""
    public, office, partner, files = where
    told = {name: value for name, value in os.environ.items() if name in _INHERITED}
    told |= {name: os.environ[name] for name in _CHOSEN if os.environ.get(name)}
    home.secret_key(process)
    told |= {
        "DJANGO_SETTINGS_MODULE": "heedline.config.settings",
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",  # many threads, little memory
        "HEEDLINE_DEMO": "1",
        "HEEDLINE_HOME": str(home.folder),
        "HEEDLINE_PROCESS": process,
        "HEEDLINE_DATABASE_URL": urls[process],
        "HEEDLINE_SECRET_KEY_FILE": str(home.secrets / f"key-{process}"),
        "HEEDLINE_INSTALLATION": home.installation(),
        "HEEDLINE_INSTANCE": str(public.port),
        "HEEDLINE_PUBLIC_PORT": str(public.port),
        "HEEDLINE_OFFICE_PORT": str(office.port),
        "HEEDLINE_PARTNER_PORT": str(partner.port),
        "HEEDLINE_FILES_PORT": str(files.port),
        "HEEDLINE_PUBLIC_URL": public.url,
        "HEEDLINE_OFFICE_URL": office.url,
        "HEEDLINE_PARTNER_URL": partner.url,
        "HEEDLINE_FILES_URL": files.url,
        "HEEDLINE_PAGES_DIR": str(home.folder / "pages"),
    }
    if process in {"partner", "files"}:
        told["HEEDLINE_BIND"] = (partner if process == "partner" else files).address
    if process == "office":  # the secret of single sign-on is the office's alone
        told |= {name: value for name, value in os.environ.items() if name.startswith("HEEDLINE_SSO_")}
    if process == "worker":
        home.log_key()
        told["HEEDLINE_LOG_KEY_FILE"] = str(home.secrets / "log-key")
    place = places.recorded(home.folder)
    if place is not None:  # so that drafts leave room for reports on that disk
        told["HEEDLINE_DATABASE_DISK"] = str(place.folder)
    if home.root_key.exists():
        told["HEEDLINE_ROOT"] = home.root_key.read_text(encoding="ascii").strip()
    return told


def _heedline(*words: str) -> list[str]:
    return [sys.executable, "-m", "heedline.jobs.cli", *words]


def say(words: str) -> None:
    """Print a message for the operator."""
    print(words, flush=True)  # noqa: T201 - a command that reports on itself


@contextmanager
def _step(words: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"{words} …")
    yield
    say(f"  done in {time.monotonic() - began:.1f} s")


@dataclass(slots=True)
class Demonstration:
    """One run of the demonstration, started with `run()`."""

    home: Home
    where: Sites
    supervisor: Supervisor
    #: The database that came along, and when it is next looked at; None where the operator gave one.
    _cluster: postgres.Cluster | None = None
    _pauses: Pauses = field(default_factory=Pauses)
    _look_at: float = 0.0
    _up_since: float = 0.0
    #: What the office site is told of the processes of specialist desks.
    _of_desks: dict[str, str] = field(default_factory=dict)

    def run(self) -> int:
        """Start the demonstration, wait until it ends and return the exit code.

        Raises CannotStart, InUse, StepFailed and Stopped during start-up.
        """
        for site in self.where:
            if not is_free(site.address, site.port):
                raise CannotStart(
                    f"Port {site.port} is taken. Set {site.variable} to a free one, for instance "
                    f"{site.variable}={site.port + 100} make demo."
                )
        with self._database() as urls:
            try:
                self._prepare(urls)
                return self._serve(urls)
            finally:
                self.supervisor.stop()  # before the database goes

    @contextmanager
    def _database(self) -> Iterator[Mapping[str, str]]:
        """Yield the database URLs of the processes, by process.

        These are the addresses that the operator supplied, or those of the embedded database.
        """
        given = postgres.given_urls(_DATABASE_PROCESSES, os.environ)
        if given:
            yield given
            return
        with _step("Starting the database"):
            cluster = postgres.start(self.home.folder)
            if self._half_loaded:
                say("  An earlier start was interrupted while it made the demonstration. It is made anew.")
                postgres.destroy(cluster)
                self.home.root_key.unlink(missing_ok=True)
                self.home.demo_json.unlink(missing_ok=True)
                self._loading.unlink()
                cluster = postgres.start(self.home.folder)
        self._cluster, self._up_since = cluster, time.monotonic()
        try:
            yield {process: cluster.url(process) for process in _DATABASE_PROCESSES}
        finally:
            postgres.stop(cluster)

    @property
    def _loading(self) -> Path:
        """Return the path of the marker file that exists only while the demonstration data is being loaded."""
        return self.home.folder / "loading"

    @property
    def _half_loaded(self) -> bool:
        return self._loading.exists()

    def _environment(self, process: str, urls: Mapping[str, str]) -> dict[str, str]:
        return environment_of(process, self.home, urls, self.where)

    def _prepare(self, urls: Mapping[str, str]) -> None:
        with _step("Bringing the tables up to date"):
            self.supervisor.step("migrate", _heedline("migrate"), self._environment("migrate", urls))
        if not self.home.root_key.exists():
            with _step("Making the demonstration"):
                self._loading.touch()
                told = self._environment("office", urls) | {
                    "HEEDLINE_PUBLIC_DATABASE_URL": urls["public"],
                    "HEEDLINE_WORKER_DATABASE_URL": urls["worker"],
                }
                self.supervisor.step("load-demo", _heedline("load-demo"), told)
                self._loading.unlink()
        self._collect_static_files(self._environment("office", urls))

    def _collect_static_files(self, told: Mapping[str, str]) -> None:
        """Collect the sites' static files into one folder, if they have changed since last time."""
        folder, mark = self.home.folder / "static", self.home.folder / "static.mark"
        now = fingerprint_of_static_files()
        if folder.is_dir() and mark.exists() and mark.read_text(encoding="ascii") == now:
            return
        with _step("Collecting style sheets and pictures"):
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "django", "collectstatic", "--noinput", "--verbosity", "0"]
            self.supervisor.step("collectstatic", command, told)
            mark.write_text(now, encoding="ascii")

    def _serve(self, urls: Mapping[str, str]) -> int:
        self._start_processes_of_desks()
        with _step("Starting the sites and the worker"):
            for process in ("public", "office", "partner", "files"):
                told = self._environment(process, urls) | (self._of_desks if process == "office" else {})
                self.supervisor.start(process, _heedline("serve", process), told)
            self.supervisor.start("worker", _heedline("worker"), self._environment("worker", urls))
            died = self._wait_until_they_answer()
        if died is None and not self.supervisor.asked_to_stop:
            public, office, partner, files = self.where
            facts = {
                "public_url": public.url,
                "office_url": office.url,
                "files_url": files.url,
                "partner_url": partner.url,
            }
            self.home.tell({**facts, "pid": os.getpid()})
            say(
                _WORDS.format(
                    public=public.url, office=office.url, partner=partner.url, facts=self.home.demo_json
                )
            )
            programs = (one for desk in specialist_desks.operations() for one in desk.programs)
            wanted = (sandbox_missing(), ffmpeg_missing(), *(one.missing() for one in programs))
            for reason in filter(None, wanted):
                say(reason)
            self.supervisor.keep_running(say=complain, besides=self._mend_database)
        if died is not None:
            raise StepFailed(died.name, died.process.returncode or 1)
        say("Stopping …")
        return 0

    def _start_processes_of_desks(self) -> None:
        """Start what specialist desks need in a demonstration, keeping its settings for the office site."""
        told = {name: value for name, value in os.environ.items() if name in _INHERITED}
        for one in (process for desk in specialist_desks.operations() for process in desk.demo_processes):
            folder, ports = self.home.folder / one.name, _free_ports(one.ports)
            folder.mkdir(mode=0o700, exist_ok=True)
            command = [sys.executable, "-m", one.module, str(folder), *map(str, ports)]
            self.supervisor.start(one.name, command, told)
            self._of_desks |= one.settings(folder, ports)
            say(f"  {one.words(ports)}")

    def _mend_database(self) -> None:
        """Restart the database if its server has stopped.

        The sites and the worker then reconnect by themselves.
        """
        now = time.monotonic()
        if self._cluster is None or now < self._look_at:
            return
        self._look_at = now + 1
        if postgres.is_running(self._cluster):
            return
        complain("The database server ended by itself. It is started again.")
        pause = self._pauses.after(now - self._up_since)
        try:
            postgres.start(self.home.folder)
            self._up_since = time.monotonic()
        except CannotStart as reason:
            complain(f"{reason} The next attempt follows in {pause:g} s.")
        self._look_at = time.monotonic() + pause

    def _wait_until_they_answer(self) -> Child | None:
        """Wait until every site serves its first page.

        Returns a child process that ended instead. Raises CannotStart.
        """
        for site in self.where:
            try:
                died = self.supervisor.wait(until=lambda site=site: answers(site), at_most=_READY_WITHIN)  # type: ignore[misc]
            except TimeoutError:
                raise CannotStart(f"The {site.process} site does not answer at {site.url}.") from None
            if died is not None or self.supervisor.asked_to_stop:
                return died
        return None


def _free_ports(count: int) -> list[int]:
    """Return free TCP ports."""
    with contextlib.ExitStack() as held:
        found = [held.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in found]


def answers(site: Site) -> bool:
    """Return whether the site serves its first page.

    Raises CannotStart if the page is broken, because waiting will not fix it.
    """
    connection = http.client.HTTPConnection(site.address, site.port, timeout=10)
    try:
        connection.request("GET", site.first_page, headers={"Host": f"{site.name}:{site.port}"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise CannotStart(f"The {site.process} site runs, but its first page answers {status}.")
    return True


def fingerprint_of_static_files() -> str:
    """Return a fingerprint of the static files.

    It changes when one of our static files does, or when a package that supplies static files changes
    version.
    """
    package = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    for file in sorted(package.glob("web/**/static/**/*")):
        if file.is_file():
            found.update(str(file.relative_to(package)).encode() + file.read_bytes())
    for name in ("settings.py", "static_files.py"):
        found.update((package / "config" / name).read_bytes())
    return found.hexdigest()


def run(home: Path) -> int:
    """Run the demonstration until Ctrl-C or SIGTERM and return the exit code.

    The code is 0 if it was stopped, and 1 if it could not start or failed.
    """
    try:
        with Supervisor() as supervisor, Home(home).alone():
            return Demonstration(Home(home), sites(), supervisor).run()
    except Stopped:
        say("Stopped before it was ready.")
        return 0
    except InUse:
        return complain(f"Another Heedline runs in {home}. Set HEEDLINE_HOME to another folder.")
    except StepFailed as failed:
        return complain(f"{failed.name} ended by itself with exit code {failed.code}, so everything stopped.")
    except CannotStart as reason:
        return complain(str(reason))


def complain(words: str) -> int:
    """Print an error message to standard error and return exit code 1."""
    with contextlib.suppress(BrokenPipeError):
        print(f"heedline: {words}", file=sys.stderr, flush=True)  # noqa: T201
    return 1
