"""The capture's two bubblewrap sandboxes: a networked proxy and a browser without network access.

What is shown inside is the system's programs and the few packages that each needs, read-only. Nothing of this
installation is: no home, no key file, no configuration. The environment is empty. Neither can write to a disk: what they
write is in memory of a fixed size, and the socket between them is made outside.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

#: Belongs to no account. As root we become this user first.
UNUSED_USER = 65_532
_MATERIAL = "heedline/specialist_desks/material"
_BROWSER_PACKAGES = (
    "playwright",
    "greenlet",
    "pyee",
    "typing_extensions.py",
    "warcio",
    "six.py",
    "PIL",
    "pillow.libs",
    "numpy",
    "numpy.libs",
)
#: Bytes of memory that files inside may take, each time.
_SCRATCH = str(128 << 20)
#: Bytes of memory that one process may ask for. All together are limited by the watchdog.
_ONE_PROCESS = f"--data={2 << 30}"
_HERE = Path(__file__).resolve().parent


def bwrap() -> str | None:
    """Return the path of bubblewrap, or None if it is not installed."""
    return shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin")


def start_proxy(listening: int, *, seconds: float) -> subprocess.Popen[bytes]:
    """Start the proxy in a sandbox that has network access. It serves the socket with this descriptor."""
    names = ("resolv.conf", "hosts", "nsswitch.conf", "host.conf", "gai.conf")
    resolving = [one for name in names if (one := Path("/etc", name)).exists()]
    options = [
        *_common(),
        *(word for one in resolving for word in ("--ro-bind", str(one.resolve()), str(one))),
        *_ours("capture"),
        *("--dev", "/dev", "--remount-ro", "/dev", "--remount-ro", "/"),
    ]
    limits = [f"--cpu={int(seconds) + 5}", "--nofile=512"]
    return _start(options, "inside_proxy", limits=limits, passed=[listening])


def start_browser(folder: Path, *, seconds: float) -> subprocess.Popen[bytes]:
    """Start the browser in a sandbox without a network, connected only to the proxy's socket."""
    installed = Path(sysconfig.get_path("platlib"))
    packages = [one for name in _BROWSER_PACKAGES if (one := installed / name).exists()]
    options = [
        "--unshare-net",
        *_common(),
        *(word for one in packages for word in ("--ro-bind", str(one), f"/app/{one.name}")),
        *_ours("capture", "hashes"),
        *("--ro-bind", str(folder), str(folder)),  # a socket is connected to all the same
        *("--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--size", _SCRATCH, "--tmpfs", "/dev/shm"),  # noqa: S108 - inside
        *("--remount-ro", "/dev"),
        *("--perms", "0700", "--dir", "/tmp/home", "--remount-ro", "/"),  # noqa: S108
    ]
    return _start(options, "inside_browser", limits=[f"--cpu={int(seconds) * 4}", "--nofile=4096"])


def _common() -> list[str]:
    options = ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup"]
    options += ["--uid", "65534", "--gid", "65534", "--cap-drop", "ALL", "--hostname", "capture"]
    options += ["--die-with-parent", "--new-session", "--clearenv"]
    for name, value in (
        ("PATH", "/usr/bin"),
        ("HOME", "/tmp/home"),  # noqa: S108 - inside
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        ("PYTHONPATH", "/app"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ):
        options += ["--setenv", name, value]
    base = Path(sys.base_prefix)
    if base != Path("/usr"):
        options += ["--setenv", "PYTHONHOME", "/python", "--setenv", "LD_LIBRARY_PATH", "/python/lib"]
    options += ["--perms", "1777", "--size", _SCRATCH, "--tmpfs", "/tmp", "--ro-bind", "/usr", "/usr"]  # noqa: S108
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        place = Path("/", name)
        if place.is_symlink():
            options += ["--symlink", os.readlink(place), f"/{name}"]
        elif place.is_dir():
            options += ["--ro-bind", str(place), f"/{name}"]
    for folder in ("/etc", "/app", "/app/heedline", "/app/heedline/specialist_desks", f"/app/{_MATERIAL}"):
        options += ["--perms", "0755", "--dir", folder]
    for name in ("ld.so.cache", "alternatives", "fonts", "chromium", "chromium.d", "localtime"):
        if (place := Path("/etc", name)).exists():
            options += ["--ro-bind", str(place.resolve()), f"/etc/{name}"]
    if base != Path("/usr"):
        options += ["--ro-bind", str(base), "/python"]
    return options


def _ours(*rooms: str) -> list[str]:
    return [
        word for room in rooms for word in ("--ro-bind", str(_HERE.parent / room), f"/app/{_MATERIAL}/{room}")
    ]


def _start(
    options: Sequence[str], module: str, *, limits: Sequence[str], passed: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    program = bwrap()
    if program is None:
        raise FileNotFoundError("bwrap")
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python = f"/usr/bin/{name}" if Path(sys.base_prefix) == Path("/usr") else f"/python/bin/{name}"
    user = UNUSED_USER if os.geteuid() == 0 else None
    return subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
        [
            *("/usr/bin/nice", "-n", "15", "/usr/bin/prlimit", "--core=0", _ONE_PROCESS, *limits, "--"),
            *(program, *options, "--chdir", "/", "--"),
            *(python, "-S", "-s", "-P", "-m", f"{_MATERIAL.replace('/', '.')}.capture.{module}"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # it quotes what it reads
        pass_fds=passed,
        env={},
        cwd="/",
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
