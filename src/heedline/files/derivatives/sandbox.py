"""Run a program in a bubblewrap sandbox and read its output within hard limits.

The program gets the plaintext as standard input (a sealed in-memory file) and writes to standard output. It has
no network, its own namespaces, a read-only root that holds the system's programs and our decoders and nothing of
this installation, no capabilities, and limits on processor time, memory, wall time, processes and output. When
Heedline runs as root, bubblewrap is started under an unused user id.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from pathlib import Path

from heedline.files.derivatives.outcome import NoDerivative
from heedline.files.derivatives.system_calls import filter_program

#: Belongs to no account. As root we become this user first: a sandbox that breaks is then nobody.
_UNUSED_USER = 65_533
_PIPE = 1 << 20
#: At once in this process, recordings and everything else separately; whoever comes later waits.
AT_ONCE = 2
#: How long a call waits for its turn.
_PATIENCE = 30
#: Of the Python packages that are installed here, those that decode (and where they keep their libraries).
_PACKAGES = (
    "PIL",
    "pillow.libs",
    "pillow_heif",
    "pillow_heif.libs",
    "_pillow_heif*.so",
    "pypdfium2",
    "pypdfium2_raw",
    "pypdfium2_cfg",
)
#: For an interpreter that is not the system's.
_PYTHON_OF_ITS_OWN = ("--setenv", "PYTHONHOME", "/python", "--setenv", "LD_LIBRARY_PATH", "/python/lib")
_HERE = Path(__file__).parent
#: The same place as in our package, so that the decoders import each other by one name.
_DECODERS = "/app/heedline/files/derivatives"
_turns = {recording: threading.BoundedSemaphore(AT_ONCE) for recording in (False, True)}


@dataclass(frozen=True)
class SandboxLimits:
    """Resource limits of one run. Memory is the address space of each process, in bytes."""

    wall_seconds: float
    processor_seconds: int
    memory: int
    output: int
    #: Processes and threads.
    tasks: int = 16
    #: Memory for files inside, all of it lost at the end, and the size that one file may have.
    scratch: int = 0
    file_size: int = 0
    new_processes: bool = False
    sockets: bool = False
    #: How far it stands back behind other programs. Recordings stand back behind pictures and documents.
    nice: int = 5


class SandboxStopped(Exception):
    """Raised when a run ends without the requested output; `reason` says why."""

    def __init__(self, reason: NoDerivative) -> None:
        super().__init__(reason.value)
        self.reason = reason


class SandboxRun:
    """A running sandbox, with limits on reading time and total output."""

    def __init__(self, process: subprocess.Popen[bytes], limits: SandboxLimits) -> None:
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        self._process = process
        self._descriptor = process.stdout.fileno()
        os.set_blocking(self._descriptor, False)
        self._poll = select.poll()
        self._poll.register(self._descriptor, select.POLLIN)
        self._limits = limits
        self._until = time.monotonic() + limits.wall_seconds
        self._left = limits.output

    def some(self, most: int = _PIPE) -> bytes:
        """Return up to `most` bytes of output (none at the end), or raise SandboxStopped at a limit."""
        while True:
            left = self._until - time.monotonic()
            if left <= 0 or not self._poll.poll(left * 1000):
                raise SandboxStopped(NoDerivative.TOO_SLOW)
            try:
                data = os.read(self._descriptor, most)
            except BlockingIOError:
                continue
            self._left -= len(data)
            if self._left < 0:
                raise SandboxStopped(NoDerivative.TOO_LARGE)
            return data

    def exactly(self, length: int) -> bytes:
        """Return exactly `length` bytes. Raise SandboxStopped if the output ends first."""
        if length > self._left:
            raise SandboxStopped(NoDerivative.TOO_LARGE)
        found = bytearray()
        while len(found) < length:
            if not (data := self.some(min(_PIPE, length - len(found)))):
                raise SandboxStopped(self.end() or NoDerivative.DAMAGED)
            found += data
        return bytes(found)

    def ended(self, within: float) -> bool:
        """Return whether the program ends within so many seconds."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> NoDerivative | None:
        """Wait for the program to end and return its error, or None."""
        try:
            code = self._process.wait(max(0.0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return NoDerivative.TOO_SLOW
        if code in {128 + signal.SIGXCPU, 128 + signal.SIGKILL}:
            return NoDerivative.TOO_SLOW
        return NoDerivative.DAMAGED if code else None

    def stop(self) -> None:
        """Kill the program and its child processes. What they have written can still be read."""
        if self._process.poll() is None:
            # Process 1 of the sandbox dies with the first process, and all others with process 1. One that has only just
            # been started does not know this yet, and is still in the same process group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the program and its child processes, and close its output."""
        self.stop()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def memory_file(name: str) -> int:
    """Return the descriptor of a new, empty in-memory file."""
    return os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)


def seal_memory_file(descriptor: int) -> None:
    """Seal an in-memory file against changes, so that a decoder can only read it."""
    import fcntl

    fcntl.fcntl(
        descriptor,
        fcntl.F_ADD_SEALS,
        fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL,
    )


@dataclass(frozen=True)
class _Way:
    """The bubblewrap path, the user to run as, and whether to switch user inside the sandbox."""

    bwrap: str
    user: int | None
    inside: bool


def _ways() -> Iterator[_Way]:
    bwrap = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")
    if bwrap is None:
        return
    if os.geteuid() == 0:
        yield _Way(bwrap, _UNUSED_USER, inside=False)
        # Heedline may lie in a folder of root's that nobody else enters: then root makes the sandbox, and leaves it.
        yield _Way(bwrap, _UNUSED_USER, inside=True)
        return  # as root itself, the kernel limits no number of processes
    yield _Way(bwrap, None, inside=False)


def _python() -> tuple[str, Path | None]:
    """Return the sandbox's Python interpreter, and the folder to mount for it (None for the system's)."""
    base = Path(sys.base_prefix)
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    if base == Path("/usr"):
        return f"/usr/bin/{name}", None
    return f"/python/bin/{name}", base


def _shown() -> Iterator[tuple[Path, str]]:
    """Yield the read-only mounts, as pairs of host path and sandbox path."""
    yield Path("/usr"), "/usr"
    for name in ("ld.so.cache", "alternatives", "fonts", "libreoffice"):
        if (place := Path("/etc", name)).exists():
            yield place, f"/etc/{name}"
    for name in ("bin", "lib", "lib64", "lib32"):
        place = Path("/", name)
        if place.is_dir() and not place.is_symlink():
            yield place, f"/{name}"
    installed = Path(sysconfig.get_path("platlib"))
    for pattern in _PACKAGES:
        for place in sorted(installed.glob(pattern)):
            yield place, f"/app/{place.name}"
    yield _HERE / "frames.py", f"{_DECODERS}/frames.py"
    yield _HERE / "inside", f"{_DECODERS}/inside"
    if (base := _python()[1]) is not None:
        yield base, "/python"


def _folders() -> list[str]:
    """Return the bubblewrap options that mount folders."""
    options: list[str] = []
    for folder in ("/etc", *reversed(Path(_DECODERS).parents[:-1]), _DECODERS):
        options += ["--perms", "0755", "--dir", str(folder)]
    for here, there in _shown():
        options += ["--ro-bind", str(here), there]
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        if (place := Path("/", name)).is_symlink():
            options += ["--symlink", os.readlink(place), f"/{name}"]
    return options


def _identity(way: _Way) -> tuple[list[str], list[str]]:
    """Return the options that drop privileges, and any `setpriv` command needed to give up root."""
    if not way.inside:
        return (
            ["--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"],
            [],
        )
    needed = [word for name in ("SETUID", "SETGID", "SETPCAP") for word in ("--cap-add", f"CAP_{name}")]
    return ["--cap-drop", "ALL", *needed], [
        *("/usr/bin/setpriv", f"--reuid={way.user}", f"--regid={way.user}", "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
    ]


def _command(way: _Way, limits: SandboxLimits, seccomp: int | None) -> list[str]:
    # Limited inside, where only the sandbox's own are counted: outside, all of our user's would be. Without a user
    # namespace those of all sandboxes count together.
    tasks = 512 if way.inside else limits.tasks + 8
    rights, leaving = _identity(way)
    return [
        *("/usr/bin/nice", "-n", str(limits.nice)),
        *("/usr/bin/prlimit", "--core=0", f"--cpu={limits.processor_seconds}"),
        *(
            f"--as={limits.memory}",
            f"--fsize={limits.file_size}",
            "--nofile=256",
            "--memlock=0",
            "--msgqueue=0",
        ),
        *("--", way.bwrap),
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup", *rights),
        *("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv"),
        *("--setenv", "PATH", "/usr/bin", "--setenv", "LC_ALL", "C.UTF-8", "--setenv", "TZ", "UTC"),
        *("--setenv", "PYTHONPATH", "/app", "--setenv", "HOME", "/tmp"),  # noqa: S108 - inside
        *(_PYTHON_OF_ITS_OWN if _python()[1] else ()),
        *_folders(),
        *("--dev", "/dev", "--remount-ro", "/dev"),
        *(("--perms", "1777", "--size", str(limits.scratch), "--tmpfs", "/tmp") if limits.scratch else ()),  # noqa: S108
        *(("--seccomp", str(seccomp)) if seccomp is not None else ()),
        *("--remount-ro", "/", "--chdir", "/", "--"),
        *leaving,
        *("/usr/bin/prlimit", f"--nproc={tasks}", "--"),
    ]


@contextlib.contextmanager
def _running(
    way: _Way, program: Sequence[str], source: int, limits: SandboxLimits, passed: Sequence[int] = ()
) -> Iterator[SandboxRun]:
    with contextlib.ExitStack() as stack:
        descriptors, seccomp = list(passed), None
        rules = filter_program(processes=limits.new_processes, sockets=limits.sockets)
        if rules is not None:
            seccomp = memory_file("filter")
            stack.callback(os.close, seccomp)
            os.write(seccomp, rules)
            os.lseek(seccomp, 0, os.SEEK_SET)
            descriptors.append(seccomp)
        # A description of its own, at the beginning: two programs may read one original.
        original = os.open(f"/proc/self/fd/{source}", os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, original)
        process = subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
            [*_command(way, limits, seccomp), *program],
            stdin=original,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # decoders quote what they read
            pass_fds=descriptors,
            env={},
            cwd="/",
            start_new_session=True,
            user=None if way.inside else way.user,
            group=None if way.inside else way.user,
            extra_groups=None if way.inside or way.user is None else [],
        )
        run = SandboxRun(process, limits)
        with contextlib.suppress(OSError):
            fcntl(run._descriptor, F_SETPIPE_SZ, _PIPE)
        try:
            yield run
        finally:
            run.kill()


def decoder(name: str, *words: str) -> list[str]:
    """Return the command that runs a decoder inside the sandbox."""
    return [_python()[0], "-S", "-s", "-P", "-m", f"heedline.files.derivatives.inside.{name}", *words]


_known: tuple[_Way, float] | None = None
_known_lock = threading.Lock()
_CHECK = SandboxLimits(wall_seconds=10, processor_seconds=5, memory=1 << 30, output=1024)
#: A way that works is tried again after so many seconds.
_HOLDS = 3600


def _stands(way: _Way) -> bool:
    """Return whether a sandbox started in this way passes the self-check."""
    source = memory_file("nothing")
    try:
        with _running(way, decoder("self_check"), source, _CHECK) as run:
            return run.exactly(2) == b"RE" and run.end() is None
    except (SandboxStopped, OSError):
        return False
    finally:
        os.close(source)


def _way() -> _Way | None:
    global _known
    with _known_lock:
        if _known and time.monotonic() - _known[1] < _HOLDS:
            return _known[0]
        _known = None
        for way in _ways():
            if _stands(way):
                _known = (way, time.monotonic())
                return way
    return None


def sandbox_missing() -> str | None:
    """Return the reason why no sandbox is available, or None.

    A sandbox is tried, and it counts only if a program inside can open no socket, read no password file and
    write no file.
    """
    if sys.platform != "linux":
        return "Previews need Linux: this system has no sandbox that Heedline knows."
    if next(_ways(), None) is None:
        return "Previews need bubblewrap, which is not installed (apt-get install bubblewrap)."
    if not Path("/usr/bin/prlimit").exists():
        return "Previews need prlimit, which is not installed (apt-get install util-linux)."
    if _way() is None:
        return (
            "Previews need bubblewrap, and this system does not let it make a sandbox: it must be allowed to"
            " create user namespaces, and every user must be able to read the installed program."
        )
    return None


@contextlib.contextmanager
def sandboxed(
    program: Sequence[str], source: int, limits: SandboxLimits, *, passed: Sequence[int] = ()
) -> Iterator[SandboxRun]:
    """Run a program with an in-memory file as its standard input, or raise SandboxStopped.

    `passed` are further descriptors that the program inherits. At the end everything inside is killed.
    """
    way = _way()
    if way is None:
        raise SandboxStopped(NoDerivative.NO_SANDBOX)
    with _running(way, program, source, limits, passed) as run:
        yield run


@contextlib.contextmanager
def turn(*, recording: bool = False) -> Iterator[None]:
    """Hold one of this process's conversion slots, or raise SandboxStopped if none becomes free.

    Recordings have `AT_ONCE` slots of their own, so that a picture never waits for a film.
    """
    turns = _turns[recording]
    if not turns.acquire(timeout=_PATIENCE):
        raise SandboxStopped(NoDerivative.BUSY)
    try:
        yield
    finally:
        turns.release()
