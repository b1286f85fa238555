"""The sandbox's seccomp filter, which blocks system calls that no decoder needs.

The namespaces already take away the network, other processes and the file system. The filter narrows what a
decoder that was taken over can try on the kernel: no sockets, no new namespaces, no mounts, no tracing, no
io_uring, no BPF, and no new processes unless they are asked for. It is a classic BPF program, written out by
hand because bubblewrap takes it as bytes. On processors that are not listed there is no filter.
"""

from __future__ import annotations

import platform
import struct

_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_EPERM = 0x00050001
_ENOSYS = 0x00050026
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
#: Offsets in `struct seccomp_data`: number of the call, architecture, low half of the first argument.
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
#: Calls with this bit are the x32 variants of the same calls.
_X32 = 0x40000000
_THREAD = 0x00010000  # CLONE_THREAD
_NAMESPACES = 0x7E020000  # CLONE_NEW*: mount, cgroup, UTS, IPC, user, PID, network

_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

#: Name → number on x86_64 and on aarch64 (None: not there).
_DENIED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428),
    "move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432),
    "fspick": (433, 433), "mount_setattr": (442, 442), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "personality": (135, 92), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "syslog": (103, 116), "acct": (163, 89), "quotactl": (179, 60),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "fanotify_init": (300, 262),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180), "iopl": (172, None),
    "ioperm": (173, None), "modify_ldt": (154, None), "vhangup": (153, 58), "settimeofday": (164, 170),
    "clock_settime": (227, 112), "lookup_dcookie": (212, 18),
}  # fmt: skip
#: What starts a process. `clone` is allowed for threads.
_FORKS: dict[str, tuple[int | None, int | None]] = {"fork": (57, None), "vfork": (58, None)}
_CLONE = (56, 220)
_CLONE3 = (435, 435)


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def filter_program(*, processes: bool, sockets: bool = False, machine: str | None = None) -> bytes | None:
    """Return the filter for this processor, or None if there is none.

    `processes` allows new processes, but never with new namespaces. `sockets` allows sockets; LibreOffice does
    not start without. The network namespace is empty all the same.
    """
    machine = machine or platform.machine()
    if machine not in _AUDIT_ARCHITECTURE:
        return None
    column = 0 if machine == "x86_64" else 1
    denied = dict(_DENIED)
    if sockets:
        for name in ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4"):
            del denied[name]
        for name in ("sendto", "sendmsg", "sendmmsg"):
            del denied[name]
    if not processes:
        denied |= _FORKS
    steps = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, _AUDIT_ARCHITECTURE[machine], 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, _X32, 0, 1),
        _step(_RETURN, _EPERM),
        # Its flags lie in memory that a filter cannot read. The C library then uses `clone`.
        _step(_EQUAL, _CLONE3[column], 0, 1),
        _step(_RETURN, _ENOSYS),
    ]
    for numbers in denied.values():
        if (number := numbers[column]) is not None:
            steps += [_step(_EQUAL, number, 0, 1), _step(_RETURN, _EPERM)]
    steps += [
        _step(_EQUAL, _CLONE[column], 0, 5 if not processes else 3),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, _NAMESPACES, 0, 1),
        _step(_RETURN, _EPERM),
    ]
    if not processes:
        steps += [_step(_ANY_BIT, _THREAD, 1, 0), _step(_RETURN, _EPERM)]
    steps.append(_step(_RETURN, _ALLOW))
    return b"".join(steps)
