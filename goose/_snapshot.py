"""The shape of what the engine reports: one plain dict a snapshot, times in its histograms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypedDict


class Histogram(Protocol):
    """Times in milliseconds, to 3 significant digits (``goose._engine.Histogram``)."""

    @property
    def count(self) -> int:
        """How many times were recorded."""

    @property
    def minimum_ms(self) -> float:
        """The least time; 0.0 when empty."""

    @property
    def maximum_ms(self) -> float:
        """The greatest time; 0.0 when empty."""

    @property
    def mean_ms(self) -> float:
        """The mean; 0.0 when empty."""

    def percentile(self, p: float, /) -> float:
        """The time within which ``p`` percent were; 0.0 when empty."""

    def merge(self, other: Any, /) -> None:
        """Adds all times of another histogram to this one."""

    def buckets(self) -> list[tuple[float, int]]:
        """Each bucket in use: (upper bound in ms, how many)."""


def merged(like: Histogram, parts: Iterable[Histogram]) -> Histogram:
    """A new histogram of the same type as ``like`` with all times of ``parts``."""
    whole = type(like)()
    for part in parts:
        whole.merge(part)
    return whole


class RequestDict(TypedDict):
    """One request row. ``kind`` is ``main``, ``test_start`` or ``test_stop``."""

    kind: str
    method: str
    name: str
    count: int
    failures: int
    redirects: int
    resent: int
    cut_off: int
    bytes_sent: int
    bytes_received: int
    status_codes: dict[int, int]
    times: Histogram


TaskDict = TypedDict(
    "TaskDict",
    {
        "class": str,
        "index": int,
        "name": str,
        "count": int,
        "failures": int,
        "cut_off": int,
        "times": Histogram,
    },
)
"""One task row. ``class`` is the user class's name, ``index`` the task's place in it."""


class ErrorDict(TypedDict):
    """One error text of one request row; ``method`` is ``TASK`` where a task failed."""

    method: str
    name: str
    text: str
    count: int


class HeldDict(TypedDict):
    """One place in the script that held a lane: ``seconds`` at most, ``count`` times."""

    user: int
    file: str
    line: int
    seconds: float
    count: int


class PythonDict(TypedDict):
    """What Python cost: times of a lane's passes, places that held lanes, gc's longest pause."""

    passes: Histogram
    held: list[HeldDict]
    gc_longest_ms: float


class ProgramsDict(TypedDict):
    """What compiled tasks did."""

    requests: int
    islands: int
    slow: int
    python_s: float


class Snapshot(TypedDict):
    """Everything, at one moment. ``elapsed_s`` counts from the last reset.

    ``phase`` is one of ``starting test_start hatching running stopping test_stop done``.
    """

    elapsed_s: float
    users: int
    users_wanted: int
    hatched: int
    phase: str
    resets: int
    requests: list[RequestDict]
    tasks: list[TaskDict]
    errors: list[ErrorDict]
    connect_times: Histogram
    tls_times: Histogram
    python: PythonDict
    programs: ProgramsDict
    dropped_users: int
    dropped_names: int
    dropped_errors: int
    warnings: list[str]


def empty(users_wanted: int) -> Snapshot:
    """The figures of an attack that has not begun."""
    from goose._engine import Histogram

    return {
        "elapsed_s": 0.0,
        "users": 0,
        "users_wanted": users_wanted,
        "hatched": 0,
        "phase": "starting",
        "resets": 0,
        "requests": [],
        "tasks": [],
        "errors": [],
        "connect_times": Histogram(),
        "tls_times": Histogram(),
        "python": {"passes": Histogram(), "held": [], "gc_longest_ms": 0.0},
        "programs": {"requests": 0, "islands": 0, "slow": 0, "python_s": 0.0},
        "dropped_users": 0,
        "dropped_names": 0,
        "dropped_errors": 0,
        "warnings": [],
    }
