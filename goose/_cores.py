"""The cores that this process may use: its affinity and its control group's quota."""

from __future__ import annotations

import os
from collections.abc import Iterator


def usable_cores(root: str = "/") -> int:
    """How many cores this process may use, at least 1.

    The smaller of the affinity mask and the CPU quota of the control group, any of its parents
    included, rounded down: a lane that is throttled gives wrong times. ``root`` is where ``proc``
    and ``sys`` are looked for.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        cores = os.cpu_count() or 1
    for quota in _quotas(root):
        cores = min(cores, int(quota))
    return max(cores, 1)


def _quotas(root: str) -> Iterator[float]:
    """Each quota in force on this process, in cores (cgroup version 1 and 2)."""
    try:
        lines = _read(root, "proc/self/cgroup").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "":
            top = os.path.join(root, "sys/fs/cgroup")
        elif "cpu" in controllers.split(","):
            top = os.path.join(root, "sys/fs/cgroup/cpu")
        else:
            continue
        parts = [part for part in path.split("/") if part]
        for depth in range(len(parts) + 1):
            quota = _quota(os.path.join(top, *parts[:depth]))
            if quota is not None:
                yield quota


def _quota(folder: str) -> float | None:
    """The quota set in one control group's folder, in cores; None where there is none."""
    try:
        if os.path.exists(os.path.join(folder, "cpu.max")):
            allowed, period = _read(folder, "cpu.max").split()
        else:
            allowed = _read(folder, "cpu.cfs_quota_us").strip()
            period = _read(folder, "cpu.cfs_period_us").strip()
        if allowed in ("max", "-1"):
            return None
        return int(allowed) / int(period)
    except (OSError, ValueError, ZeroDivisionError):
        return None


def _read(folder: str, name: str) -> str:
    with open(os.path.join(folder, name)) as file:
        return file.read()
