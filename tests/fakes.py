"""Stand-ins for the engine: a histogram that keeps every time, and snapshots made by hand."""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from goose import _metrics
from goose._metrics import Metrics
from goose._snapshot import RequestDict, Snapshot, TaskDict


class FakeHistogram:
    """As ``goose._engine.Histogram``, but exact."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def record_ms(self, time_ms: float) -> None:
        self._times.append(time_ms)
        self._times.sort()

    @property
    def count(self) -> int:
        return len(self._times)

    @property
    def minimum_ms(self) -> float:
        return self._times[0] if self._times else 0.0

    @property
    def maximum_ms(self) -> float:
        return self._times[-1] if self._times else 0.0

    @property
    def mean_ms(self) -> float:
        return math.fsum(self._times) / len(self._times) if self._times else 0.0

    def percentile(self, p: float, /) -> float:
        if not self._times:
            return 0.0
        place = math.ceil(len(self._times) * p / 100.0)
        return self._times[max(place, 1) - 1]

    def merge(self, other: Any, /) -> None:
        self._times = sorted([*self._times, *other._times])

    def buckets(self) -> list[tuple[float, int]]:
        return sorted(Counter(self._times).items())


def times(*values_ms: float) -> FakeHistogram:
    """A histogram of these times."""
    made = FakeHistogram()
    for value in values_ms:
        made.record_ms(value)
    return made


def request(
    name: str = "/",
    method: str = "GET",
    kind: str = "main",
    failures: int = 0,
    values_ms: Sequence[float] = (),
    status_codes: dict[int, int] | None = None,
    **more: int,
) -> RequestDict:
    """A request row; its count is the number of times unless ``count`` is given."""
    count = more.get("count", len(values_ms))
    return {
        "kind": kind,
        "method": method,
        "name": name,
        "count": count,
        "failures": failures,
        "redirects": more.get("redirects", 0),
        "resent": more.get("resent", 0),
        "cut_off": more.get("cut_off", 0),
        "bytes_sent": more.get("bytes_sent", 0),
        "bytes_received": more.get("bytes_received", 0),
        "status_codes": {200: count} if status_codes is None else status_codes,
        "times": times(*values_ms),
    }


def task(
    name: str,
    index: int,
    user_class: str = "WebsiteUser",
    failures: int = 0,
    values_ms: Sequence[float] = (),
    cut_off: int = 0,
) -> TaskDict:
    """A task row."""
    return {
        "class": user_class,
        "index": index,
        "name": name,
        "count": len(values_ms),
        "failures": failures,
        "cut_off": cut_off,
        "times": times(*values_ms),
    }


def snapshot(**changes: Any) -> Snapshot:
    """An empty snapshot after 10 s with 8 users, with the changes made."""
    made: Snapshot = {
        "elapsed_s": 10.0,
        "users": 8,
        "users_wanted": 8,
        "hatched": 8,
        "phase": "running",
        "resets": 1,
        "requests": [],
        "tasks": [],
        "errors": [],
        "connect_times": times(),
        "tls_times": times(),
        "python": {"passes": times(), "held": [], "gc_longest_ms": 0.0},
        "programs": {"requests": 0, "islands": 0, "slow": 0, "python_s": 0.0},
        "dropped_users": 0,
        "dropped_names": 0,
        "dropped_errors": 0,
        "warnings": [],
    }
    made.update(changes)  # type: ignore[typeddict-item]
    return made


def busy_snapshot() -> Snapshot:
    """A snapshot in which everything that tables show is there."""
    return snapshot(
        requests=[
            request(
                "/about/",
                values_ms=[0.1, 0.2, 0.3, 14.0],
                failures=1,
                redirects=3,
                status_codes={200: 3, 404: 1},
                bytes_sent=400,
                bytes_received=2_000_000,
            ),
            request("/login", "POST", values_ms=[5.0, 6.0, 1254.0, 37.0], cut_off=2),
            request("/", values_ms=[0.052] * 2000, resent=1),
            request("/prepare", "PUT", kind="test_start", values_ms=[20.0]),
            request("/clean", "DELETE", kind="test_stop", values_ms=[30.0], failures=1),
        ],
        tasks=[
            task("on_start", 0, values_ms=[1300.0]),
            task("index", 1, values_ms=[0.1] * 2000, failures=1),
            task("never", 2),
            task("look", 0, "Reader", values_ms=[2.0], cut_off=1),
        ],
        errors=[
            {"method": "GET", "name": "/about/", "text": "404 Not Found", "count": 1},
            {"method": "TASK", "name": "index", "text": "ValueError: no\nword " * 20, "count": 7},
        ],
        connect_times=times(0.4, 0.5),
        tls_times=times(2.5),
        python={
            "passes": times(0.05, 0.07, 101.0),
            "held": [{"user": 3, "file": "site.py", "line": 12, "seconds": 0.25, "count": 2}],
            "gc_longest_ms": 12.5,
        },
        dropped_users=1,
        warnings=["The proxy variables of the environment are not used yet. " * 2],
    )


def environment(**more: str) -> dict[str, str]:
    """The environment for a program that imports this module and the goose under test."""
    folders = (Path(__file__).parent, Path(_metrics.__file__).parent.parent)
    path = os.pathsep.join(str(folder) for folder in folders)
    return {**os.environ, "PYTHONPATH": path, **more}


class FakeHandle:
    """A run that is over after a few waits; ``stopped`` holds the reasons given."""

    def __init__(self, made: Snapshot, waits: int = 3, hatching: Metrics | None = None) -> None:
        self.made = made
        self.hatch_metrics = hatching
        self.tracebacks: list[tuple[str, int]] = []
        self.exit_code: int | None = None
        self.phase = "running"
        self.stopped: list[str] = []
        self._waits = waits

    def snapshot(self) -> Snapshot:
        return self.made

    def metrics(self, emergency: bool = False) -> Metrics:
        return Metrics(self.made)

    def stop(self, reason: str) -> None:
        self.stopped.append(reason)

    def wait(self, timeout_s: float | None) -> bool:
        if self.stopped or self._waits <= 0:
            return True
        self._waits -= 1
        time.sleep(min(timeout_s or 0.0, 0.02))
        return False


class FakeAttack:
    """Starts a handle that was made before."""

    def __init__(self, handle: FakeHandle) -> None:
        self.handle = handle

    def start(self) -> FakeHandle:
        return self.handle
