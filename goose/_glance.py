"""The few figures that progress shows, taken from one snapshot after another."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from goose import _figures
from goose._duration import format_duration
from goose._options import Options
from goose._snapshot import RequestDict, Snapshot, merged

WINDOW_S = 3.0
"""The rate shown is that of the last three seconds."""


@dataclass(frozen=True)
class Glance:
    """One look at a running attack. Percentiles are ms, since the last reset."""

    state: str
    """What goes on, in words: ``hatching 3 of 8 users``, ``running 5s of 15s``."""
    share: float | None
    """How much of it is done, 0 to 1; None where that is unknown."""
    users: int
    count: int
    failures: int
    per_second: float
    percentiles: tuple[float, float, float] | None
    """50, 95 and 99; None before the first answer."""
    top: tuple[RequestDict, ...]
    elapsed_s: float

    def counts(self) -> str:
        """``2,008 requests, 200.80/s, 0 (0%) failed``."""
        return (
            f"{_figures.whole(self.count)} requests, {_figures.rate(self.per_second)}/s, "
            f"{_figures.failures(self.failures, self.count)} failed"
        )

    def times(self) -> str:
        """``50% 0.412 ms, 95% 1.20 ms, 99% 3.40 ms``; empty before the first answer."""
        if self.percentiles is None:
            return ""
        named = zip(("50%", "95%", "99%"), self.percentiles, strict=True)
        return ", ".join(f"{name} {_figures.milliseconds(value)} ms" for name, value in named)

    def line(self) -> str:
        """Counts and times in one line."""
        return ", ".join(part for part in (self.counts(), self.times()) if part)


class Glances:
    """Turns snapshots into glances; remembers the last few seconds for the rate."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._resets = -1
        self._past: deque[tuple[float, int]] = deque()

    def look(self, snapshot: Snapshot, top: int = 0) -> Glance:
        """The glance at ``snapshot`` with its ``top`` most frequent requests."""
        rows = [row for row in snapshot["requests"] if row["kind"] == "main"]
        count = sum(row["count"] for row in rows)
        times = merged(snapshot["connect_times"], (row["times"] for row in rows))
        state, share = self._state(snapshot)
        return Glance(
            state=state,
            share=share,
            users=snapshot["users"],
            count=count,
            failures=sum(row["failures"] for row in rows),
            per_second=self._rate(snapshot, count),
            percentiles=(times.percentile(50.0), times.percentile(95.0), times.percentile(99.0))
            if times.count
            else None,
            top=tuple(sorted(rows, key=lambda row: -row["count"])[:top]),
            elapsed_s=snapshot["elapsed_s"],
        )

    def _rate(self, snapshot: Snapshot, count: int) -> float:
        """Requests per second over the window, in the engine's own time."""
        if snapshot["resets"] != self._resets:
            self._resets = snapshot["resets"]
            self._past.clear()
            self._past.append((0.0, 0))
        now = snapshot["elapsed_s"]
        while len(self._past) > 1 and self._past[1][0] <= now - WINDOW_S:
            self._past.popleft()
        before, counted = self._past[0]
        self._past.append((now, count))
        return max(count - counted, 0) / (now - before) if now > before else 0.0

    def _state(self, snapshot: Snapshot) -> tuple[str, float | None]:
        phase, wanted = snapshot["phase"], snapshot["users_wanted"]
        if phase == "hatching":
            hatched = snapshot["hatched"]
            return f"hatching {hatched:,} of {wanted:,} users", hatched / max(wanted, 1)
        if phase == "running":
            elapsed = snapshot["elapsed_s"]
            limit = self._options.run_time
            if limit is None:
                return f"running {format_duration(int(elapsed))}", None
            done = format_duration(int(min(elapsed, limit)))
            return f"running {done} of {format_duration(limit)}", min(elapsed / limit, 1.0)
        if phase == "stopping":
            return f"stopping, {snapshot['users']:,} users left", None
        return {"test_start": "test start", "test_stop": "test stop"}.get(phase, phase), None
