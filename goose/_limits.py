"""The limit of open files: raised as far as it goes, and said where it does not suffice."""

from __future__ import annotations

import os
import resource

FILES_PER_LANE = 8


def raise_open_files(users: int, lanes: int) -> str | None:
    """Raises the soft limit to the hard one. A warning when fewer users than asked fit, else
    None."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
        except (OSError, ValueError):
            pass
    if soft == resource.RLIM_INFINITY:
        return None
    room = max(0, soft - _open_now() - lanes * FILES_PER_LANE)
    if users <= room:
        return None
    return (
        f"{users:,} users need {users:,} sockets, but the limit of open files leaves room for "
        f"{room:,}: raise it (`ulimit -n {users + 1000}`, or LimitNOFILE= / limits.conf), or use "
        "fewer users"
    )


def _open_now() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return 64
