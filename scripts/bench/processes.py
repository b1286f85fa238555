"""What the processes of an instance use: processor time since they began, and memory now."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

#: Told apart by the words of their command lines.
_ROLES = ("serve public", "serve office", "serve partner", "serve files", "worker")


@dataclass(frozen=True)
class Cpu:
    """Seconds of processor time, user and system, by what used them; and what the whole machine was busy."""

    by: Mapping[str, float]
    machine: float

    def since(self, before: Cpu) -> Cpu:
        """What was used from then till now."""
        return Cpu(
            {name: used - before.by.get(name, 0.0) for name, used in self.by.items()},
            self.machine - before.machine,
        )

    @property
    def serving(self) -> float:
        """The public processes and all of PostgreSQL, its background and the worker's sessions included."""
        return self.by["public"] + self.by["postgres"]


@dataclass(frozen=True)
class Family:
    """The processes of one instance, by what they are."""

    members: Mapping[str, tuple[psutil.Process, ...]]
    data: Path

    @staticmethod
    def of(supervisor: int, data: Path) -> Family:
        """Find them: the supervisor's children by their command, the database by its data folder."""
        top = psutil.Process(supervisor)
        found: dict[str, tuple[psutil.Process, ...]] = {"supervisor": (top,)}
        for child in top.children():
            words = " ".join(child.cmdline())
            role = next((role for role in _ROLES if role in words), None)
            if role is not None:
                found[role.removeprefix("serve ")] = (child, *child.children(recursive=True))
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text(encoding="ascii").split()[0]))
        found["postgres"] = (postmaster, *postmaster.children(recursive=True))
        return Family(found, data)

    def again(self) -> Family:
        """The same instance now: sessions of the database come and go."""
        return Family.of(self.members["supervisor"][0].pid, self.data)

    def cpu(self) -> Cpu:
        """Processor time so far, with that of children that have ended."""
        now = self.again()
        return Cpu({name: _used(members) for name, members in now.members.items()}, _machine_busy())

    def memory(self) -> list[dict[str, object]]:
        """Every process: what it is, its share of memory (PSS) where the system tells it, and RSS; in MiB."""
        lines: list[dict[str, object]] = []
        for name, members in self.again().members.items():
            for one in members:
                try:
                    full = one.memory_full_info()
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
                lines.append(
                    {
                        "process": name,
                        "what": _title(one),
                        "pss_mib": round(getattr(full, "pss", full.rss) / 2**20, 1),
                        "rss_mib": round(full.rss / 2**20, 1),
                    }
                )
        return lines


def _title(one: psutil.Process) -> str:
    words: list[str] = one.cmdline()
    if words and words[0].startswith("postgres:"):
        return words[0].removeprefix("postgres:").strip()
    return "parent" if one.children() else "process"


def _used(members: Iterable[psutil.Process]) -> float:
    total = 0.0
    for one in members:
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue  # its parent has its time now
        total += times.user + times.system
        total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def _machine_busy() -> float:
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # guest time is counted in user time already
    return (
        float(sum(map(float, times)))
        - idle
        - float(getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0))
    )


def machine() -> dict[str, object]:
    """The machine, as far as a reader of the numbers needs it."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip()
            for line in cpuinfo.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else ""
    return {
        "cores": psutil.cpu_count(),
        "processor": model,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": [round(one, 2) for one in os.getloadavg()],
    }
