"""What an attack counted: typed rows over one snapshot of the engine."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from goose._options import Options
from goose._snapshot import HeldDict, Histogram, RequestDict, Snapshot, merged

if TYPE_CHECKING:
    from datetime import datetime

REPORT_VERSION = 1
"""Version of the format of ``Metrics.to_dict()``: raised when a field changes or goes."""

PERCENTILES = (50.0, 75.0, 90.0, 95.0, 98.0, 99.0, 99.9, 99.99)
"""The percentiles in tables and reports."""

OTHER = "(other)"
"""The name of the row for what came after the engine's limit of names."""


class Run(NamedTuple):
    """What is known of a run besides its counts."""

    options: Options | None = None
    hosts: tuple[str, ...] = ()
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    interrupted: bool = False


class Times:
    """Times of one kind, in milliseconds; 0.0 everywhere when there are none."""

    __slots__ = ("times",)

    def __init__(self, times: Histogram) -> None:
        self.times = times

    @property
    def average(self) -> float:
        """The mean time in ms."""
        return self.times.mean_ms

    @property
    def minimum(self) -> float:
        """The least time in ms."""
        return self.times.minimum_ms

    @property
    def maximum(self) -> float:
        """The greatest time in ms."""
        return self.times.maximum_ms

    @property
    def median(self) -> float:
        """The time in ms within which half of them were."""
        return self.times.percentile(50.0)

    def percentile(self, p: float) -> float:
        """The time in ms within which ``p`` percent were; ``ValueError`` unless 0 <= p <= 100."""
        if not 0.0 <= p <= 100.0:
            raise ValueError(f"{p!r} is not a percentile from 0 to 100")
        return self.times.percentile(float(p))

    def times_dict(self) -> dict[str, Any]:
        """``average_ms``, ``minimum_ms`` and so on; None instead of each when there are none."""
        some = self.times.count > 0
        return {
            "average_ms": _ms(self.average) if some else None,
            "minimum_ms": _ms(self.minimum) if some else None,
            "maximum_ms": _ms(self.maximum) if some else None,
            "median_ms": _ms(self.median) if some else None,
            "percentiles_ms": {
                f"{p:g}": _ms(self.percentile(p)) if some else None for p in PERCENTILES
            },
        }


class Row(Times):
    """Counts and times of one name."""

    __slots__ = ("count", "cut_off", "duration_s", "failures", "method", "name")

    def __init__(
        self,
        method: str,
        name: str,
        count: int,
        failures: int,
        cut_off: int,
        times: Histogram,
        duration_s: float,
    ) -> None:
        super().__init__(times)
        self.method = method
        self.name = name
        self.count = count
        self.failures = failures
        self.cut_off = cut_off
        self.duration_s = duration_s

    @property
    def per_second(self) -> float:
        """``count`` over the true duration; 0.0 when that is 0."""
        return self.count / self.duration_s if self.duration_s > 0 else 0.0

    @property
    def failures_per_second(self) -> float:
        """``failures`` over the true duration; 0.0 when that is 0."""
        return self.failures / self.duration_s if self.duration_s > 0 else 0.0

    @property
    def label(self) -> str:
        """Method and name, as the tables print it."""
        return f"{self.method} {self.name}".strip()

    def to_dict(self) -> dict[str, Any]:
        """This row as in the JSON report."""
        return {
            "method": self.method,
            "name": self.name,
            "count": self.count,
            "failures": self.failures,
            "cut_off": self.cut_off,
            "per_s": self.per_second,
            "failures_per_s": self.failures_per_second,
            **self.times_dict(),
        }

    def __repr__(self) -> str:
        return (
            f"<{type(self).__name__} {self.label}: {self.count:,} ({self.per_second:,.1f}/s), "
            f"{self.failures:,} failed, median {self.median:.3g} ms, "
            f"p99 {self.percentile(99):.3g} ms>"
        )


class RequestRow(Row):
    """The requests of one method and name."""

    __slots__ = ("bytes_received", "bytes_sent", "redirects", "resent", "status_codes")

    redirects: int
    resent: int
    bytes_sent: int
    bytes_received: int
    status_codes: dict[int, int]

    @classmethod
    def of(cls, row: RequestDict, duration_s: float) -> RequestRow:
        """The row for one entry of the snapshot's ``requests``."""
        made = cls(
            row["method"],
            row["name"],
            row["count"],
            row["failures"],
            row["cut_off"],
            row["times"],
            duration_s,
        )
        made.redirects = row["redirects"]
        made.resent = row["resent"]
        made.bytes_sent = row["bytes_sent"]
        made.bytes_received = row["bytes_received"]
        made.status_codes = dict(sorted(row["status_codes"].items()))
        return made

    def to_dict(self) -> dict[str, Any]:
        """This row as in the JSON report."""
        return {
            **super().to_dict(),
            "redirects": self.redirects,
            "resent": self.resent,
            "sent_bytes": self.bytes_sent,
            "received_bytes": self.bytes_received,
            "status_codes": {str(code): count for code, count in self.status_codes.items()},
        }


class TaskRow(Row):
    """The runs of one task. ``index`` is its place in the user class; ``method`` is ``TASK``."""

    __slots__ = ("index", "user_class")

    index: int
    user_class: str

    def to_dict(self) -> dict[str, Any]:
        """This row as in the JSON report."""
        return {"user_class": self.user_class, "index": self.index, **super().to_dict()}


class ErrorRow:
    """One error text: how often a request of this method and name (or ``TASK``) failed with it."""

    __slots__ = ("count", "method", "name", "text")

    def __init__(self, method: str, name: str, text: str, count: int) -> None:
        self.method = method
        self.name = name
        self.text = text
        self.count = count

    def __repr__(self) -> str:
        return f"<ErrorRow {self.count:,} {self.method} {self.name}: {self.text}>"

    def to_dict(self) -> dict[str, Any]:
        """This row as in the JSON report."""
        return {"method": self.method, "name": self.name, "text": self.text, "count": self.count}


class Client(NamedTuple):
    """What made the client itself slow: all of it is apart from the response times."""

    python_passes: Times
    held: tuple[HeldDict, ...]
    gc_longest_ms: float
    dropped_users: int
    dropped_names: int
    dropped_errors: int

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON report."""
        return {
            "python_passes": {
                "count": self.python_passes.times.count,
                **self.python_passes.times_dict(),
            },
            "held_lanes": [
                {
                    "user": held["user"],
                    "file": held["file"],
                    "line": held["line"],
                    "longest_s": held["seconds"],
                    "count": held["count"],
                }
                for held in self.held
            ],
            "gc_longest_ms": _ms(self.gc_longest_ms),
            "dropped_users": self.dropped_users,
            "dropped_names": self.dropped_names,
            "dropped_errors": self.dropped_errors,
        }


class Programs(NamedTuple):
    """What compiled tasks did: ``requests`` came from them; ``islands`` pieces of their code ran as
    Python; ``slow`` instructions and requests were done by Python; these had the GIL for
    ``python_s`` seconds."""

    requests: int = 0
    islands: int = 0
    slow: int = 0
    python_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON report."""
        return self._asdict()


class Metrics:
    """All figures of an attack, final or so far. Times are ms, durations seconds.

    ``total`` and ``tasks_total`` are the aggregates of ``requests`` and ``tasks``; requests made
    in ``test_start`` and ``test_stop`` are in their own lists and in no aggregate. ``users`` is
    the number of users hatched. The snapshot is kept and must not change afterwards.
    """

    def __init__(self, snapshot: Snapshot, run: Run | None = None) -> None:
        seconds, like = snapshot["elapsed_s"], snapshot["connect_times"]
        self.snapshot = snapshot
        self.run = run or Run()
        self.duration_s = seconds
        self.users = snapshot["hatched"]
        self.users_wanted = snapshot["users_wanted"]
        self.requests = _requests(snapshot, "main")
        self.test_start = _requests(snapshot, "test_start")
        self.test_stop = _requests(snapshot, "test_stop")
        self.total = _total(self.requests, like, seconds)
        self.tasks = _tasks(snapshot)
        times = _times(like, self.tasks)
        self.tasks_total = Row("", "Aggregated", *_sums(self.tasks), times, seconds)
        self.errors = sorted(
            (
                ErrorRow(error["method"], error["name"], error["text"], error["count"])
                for error in snapshot["errors"]
            ),
            key=lambda row: (-row.count, row.method, row.name, row.text),
        )
        self.connect = Times(like)
        self.tls = Times(snapshot["tls_times"])
        self.client = Client(
            Times(snapshot["python"]["passes"]),
            tuple(sorted(snapshot["python"]["held"], key=lambda held: -held["seconds"])),
            snapshot["python"]["gc_longest_ms"],
            snapshot["dropped_users"],
            snapshot["dropped_names"],
            snapshot["dropped_errors"],
        )
        self.programs = Programs(**snapshot["programs"])
        self.warnings = list(snapshot["warnings"])

    @property
    def interrupted(self) -> bool:
        """True if the run was cut short by an exception or a second ctrl-c."""
        return self.run.interrupted

    @property
    def failed(self) -> bool:
        """True if any request or task failed, or any other code of the script (test_start and
        test_stop functions, wait_time, __init__): that has an error, but no row."""
        rows: Sequence[Row] = [self.total, self.tasks_total, *self.test_start, *self.test_stop]
        return any(row.failures > 0 for row in rows) or bool(self.errors)

    def to_dict(self) -> dict[str, Any]:
        """The body of the JSON report: plain values, units in the field names, no NaN."""
        run, options = self.run, self.run.options
        return {
            "version": REPORT_VERSION,
            "goose_version": goose_version(),
            "started_at": run.started_at.isoformat() if run.started_at else None,
            "stopped_at": run.stopped_at.isoformat() if run.stopped_at else None,
            "interrupted": self.interrupted,
            "duration_s": self.duration_s,
            "hosts": list(run.hosts),
            "users": self.users,
            "users_wanted": self.users_wanted,
            "hatch_rate_per_s": options.hatch_rate if options else None,
            "run_time_s": options.run_time if options else None,
            "stop_timeout_s": options.stop_timeout if options else None,
            "lanes": options.lanes if options else None,
            "seed": options.seed if options else None,
            "metrics_were_reset": self.snapshot["resets"] > 0,
            "total": self.total.to_dict(),
            "requests": [row.to_dict() for row in self.requests],
            "tasks_total": self.tasks_total.to_dict(),
            "tasks": [row.to_dict() for row in self.tasks],
            "errors": [row.to_dict() for row in self.errors],
            "test_start": [row.to_dict() for row in self.test_start],
            "test_stop": [row.to_dict() for row in self.test_stop],
            "connect": {"count": self.connect.times.count, **self.connect.times_dict()},
            "tls": {"count": self.tls.times.count, **self.tls.times_dict()},
            "client": self.client.to_dict(),
            "programs": self.programs.to_dict(),
            "warnings": self.warnings,
        }

    def __repr__(self) -> str:
        total = self.total
        return (
            f"<Metrics: {total.count:,} requests in {self.duration_s:.3g} s "
            f"({total.per_second:,.1f}/s), {total.failures:,} failed, "
            f"median {total.median:.3g} ms, p99 {total.percentile(99):.3g} ms"
            f"{', interrupted' if self.interrupted else ''}>"
        )

    def __str__(self) -> str:
        from goose._tables import final_tables

        return final_tables(self)

    def _repr_html_(self) -> str:
        from goose._html import html_tables

        return html_tables(self)


def goose_version() -> str:
    """The version of goose-py."""
    import goose

    return str(getattr(goose, "__version__", "unknown"))


def _requests(snapshot: Snapshot, kind: str) -> list[RequestRow]:
    """The rows of one kind, by method and name, what was too much for the engine last."""
    rows = [
        RequestRow.of(entry, snapshot["elapsed_s"])
        for entry in snapshot["requests"]
        if entry["kind"] == kind
    ]
    return sorted(rows, key=lambda row: (row.name == OTHER, row.method, row.name))


def _tasks(snapshot: Snapshot) -> list[TaskRow]:
    rows = []
    for entry in snapshot["tasks"]:
        row = TaskRow(
            "TASK",
            entry["name"],
            entry["count"],
            entry["failures"],
            entry["cut_off"],
            entry["times"],
            snapshot["elapsed_s"],
        )
        row.user_class = entry["class"]
        row.index = entry["index"]
        rows.append(row)
    return rows


def _total(rows: list[RequestRow], like: Histogram, seconds: float) -> RequestRow:
    total = RequestRow("", "Aggregated", *_sums(rows), _times(like, rows), seconds)
    total.redirects = sum(row.redirects for row in rows)
    total.resent = sum(row.resent for row in rows)
    total.bytes_sent = sum(row.bytes_sent for row in rows)
    total.bytes_received = sum(row.bytes_received for row in rows)
    codes: dict[int, int] = {}
    for row in rows:
        for code, count in row.status_codes.items():
            codes[code] = codes.get(code, 0) + count
    total.status_codes = dict(sorted(codes.items()))
    return total


def _sums(rows: Sequence[Row]) -> tuple[int, int, int]:
    """Count, failures and cut_off of all rows."""
    return (
        sum(row.count for row in rows),
        sum(row.failures for row in rows),
        sum(row.cut_off for row in rows),
    )


def _times(like: Histogram, rows: Sequence[Row]) -> Histogram:
    return merged(like, (row.times for row in rows))


def _ms(value: float) -> float:
    """Milliseconds to the nanosecond: what is finer is noise of the division."""
    return round(value, 6) if math.isfinite(value) else 0.0
