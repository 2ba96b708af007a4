"""One attack of the command line, from its start to the exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from types import FrameType
from typing import Protocol

from goose import _report
from goose._last_words import LastWords
from goose._live import View, open_view
from goose._log import LOG
from goose._metrics import Metrics
from goose._options import Options
from goose._output import Output, write_raw
from goose._snapshot import Snapshot
from goose._tables import final_tables, running_tables

TICK_S = 0.1
LEFT_AT_ONCE = 130
LEFT_BEHIND = 1
GRACE_S = 2.0
"""How long after the stop timeout a lane that Python holds is waited for."""


class Handle(Protocol):
    """A running attack, as ``goose.Attack.start()`` gives it."""

    @property
    def hatch_metrics(self) -> Metrics | None:
        """The metrics from before the reset; None until then."""

    @property
    def tracebacks(self) -> list[tuple[str, int]]:
        """Each kind of traceback of a task, with its count."""

    def snapshot(self) -> Snapshot:
        """All figures so far."""

    @property
    def phase(self) -> str:
        """Where the attack is: ``hatching``, ``running``, ``stopping`` and so on."""

    @property
    def exit_code(self) -> int | None:
        """What the script wants the process to end with; None: nothing."""

    def metrics(self, emergency: bool = False) -> Metrics:
        """All figures so far, as typed rows; the final ones after the end."""

    def stop(self, reason: str) -> None:
        """Asks for the end; returns at once."""

    def wait(self, timeout_s: float | None) -> bool:
        """Waits for the end; True when it is reached."""


class Attack(Protocol):
    """What a session starts."""

    def start(self) -> Handle:
        """Starts the attack."""


class Session:
    """Runs ``attack`` in the foreground: progress, signals, tables, report.

    ``at_once`` is called where a second signal ends the process without clearing up.
    """

    def __init__(
        self, attack: Attack, options: Options, at_once: Callable[[], None] | None = None
    ) -> None:
        self._attack = attack
        self._options = options
        self._at_once = at_once
        self._output = Output()
        self._handle: Handle | None = None
        self._last_words = LastWords(options)
        self._signals: list[int] = []
        self._stop_at: float | None = None
        self._stop_said = False
        self._hatched_said = False
        self._shown: set[str] = set()
        self._report_failed = False

    def run(self) -> int:
        """Runs the attack to its end. Gives the script's own exit code, else 0 if nothing failed,
        else 1."""
        with self._signals_caught(), LastWords(self._options) as self._last_words:
            self._handle = handle = self._attack.start()
            if self._signals:
                handle.stop(_reason(self._signals[0]))
            self._last_words.lay_ready(handle.metrics(), handle.hatch_metrics)
            view = open_view(self._options)
            try:
                self._follow(handle, view)
            finally:
                self._last_words.beat(False)
                view.close()
            metrics = handle.metrics()
            self._write_report(metrics)
            self._tell_news(handle, handle.snapshot())
            self._say_hatched(handle, view, metrics.snapshot)
            if self._options.no_metrics:
                LOG.info("no metrics were tracked (--no-metrics)")
            else:
                self._output.write("\n" + final_tables(metrics, self._options.status_codes))
        if handle.exit_code is not None:
            return handle.exit_code
        hatching = handle.hatch_metrics
        failed = metrics.failed or (hatching is not None and hatching.failed)
        return 1 if failed or self._report_failed or self._output.lost else 0

    def _follow(self, handle: Handle, view: View) -> None:
        """Shows what goes on until the attack is over."""
        every = self._options.running_metrics
        tables_at = time.monotonic() + every if every else float("inf")
        while not handle.wait(TICK_S):
            self._last_words.beat(True)
            self._say_stop()
            if self._signals and self._last_words.heard() > 1:  # the handler ran once for two
                self._leave_at_once(self._signals[0])
            now = time.monotonic()
            if self._is_stuck(handle, now):
                self._leave("a lane is still held, leaving without it", LEFT_BEHIND)
            if view.due(now):
                snapshot = view.refresh(handle.snapshot)
                self._tell_news(handle, snapshot)
                self._say_hatched(handle, view, snapshot)
            if self._last_words.due(now):
                self._last_words.lay_ready(handle.metrics(), handle.hatch_metrics)
            if every and now >= tables_at:
                tables_at = max(tables_at + every, now)
                self._print(view, running_tables(handle.metrics(), self._options.status_codes))
        self._say_stop()

    def _tell_news(self, handle: Handle, snapshot: Snapshot) -> None:
        """Logs each warning and each kind of traceback once, as soon as it is there."""
        for warning in snapshot["warnings"]:
            if warning not in self._shown:
                self._shown.add(warning)
                LOG.warning("%s", warning)
        for text, _ in handle.tracebacks:
            if text not in self._shown:
                self._shown.add(text)
                LOG.warning("a task failed (shown once):\n%s", text.rstrip())

    def _say_hatched(self, handle: Handle, view: View, snapshot: Snapshot) -> None:
        """Once, when all users run: says so, with the metrics that were flushed, if any."""
        if self._hatched_said:
            return
        users = f"All {snapshot['users_wanted']:,} users hatched"
        before = handle.hatch_metrics
        if before is not None:
            self._hatched_said = True
            tables = running_tables(before, self._options.status_codes)
            said = f"{users}, resetting metrics (disable with --no-reset-metrics).\n"
            self._print(view, tables + "\n" + said)
        elif (self._options.no_reset_metrics or self._options.no_metrics) and snapshot[
            "hatched"
        ] >= snapshot["users_wanted"]:
            self._hatched_said = True
            self._print(view, f"{users}.\n")

    def _print(self, view: View, text: str) -> None:
        view.pause()
        self._output.write("\n" + text)
        view.resume()

    def _write_report(self, metrics: Metrics) -> None:
        """The report comes before the tables: a broken stdout must not cost it."""
        path, handle = self._options.report_file, self._handle
        if path is None or handle is None:
            return
        try:
            _report.write(path, metrics, handle.hatch_metrics)
            LOG.info("wrote the report to %s", path)
        except OSError as error:
            self._report_failed = True
            LOG.error("%s", error)

    # --- Signals. -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _signals_caught(self) -> Iterator[None]:
        """SIGINT and SIGTERM come here within this context (in the main thread)."""
        before = {}
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                before[number] = signal.signal(number, self._caught)
        except ValueError:  # not the main thread: whoever has it keeps the signals
            pass
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)
        if len(self._signals) == 1:
            self._stop_at = time.monotonic()
            if self._handle is not None:
                self._handle.stop(_reason(number))
        elif len(self._signals) == 2:
            self._leave_at_once(number)
        else:
            os._exit(LEFT_AT_ONCE)

    def _leave_at_once(self, number: int) -> None:
        self._leave(f"caught {_reason(number)} again, leaving at once", LEFT_AT_ONCE)

    def _say_stop(self) -> None:
        if self._signals and not self._stop_said:
            self._stop_said = True
            LOG.warning("caught %s, stopping...", _reason(self._signals[0]))

    def _is_stuck(self, handle: Handle, now: float) -> bool:
        """Whether the time to stop is over, and a lane does not answer: Python holds it."""
        if self._stop_at is None:
            if handle.phase == "stopping":
                self._stop_at = now
            return False
        if now < self._stop_at + self._options.stop_timeout + GRACE_S:
            return False
        return bool(handle.snapshot().get("lanes_silent", 0))

    def _leave(self, why: str, code: int) -> None:
        """Ends the process now, with what was counted, whatever holds the lanes."""
        try:
            if sys.stderr is not None and sys.stderr.isatty():
                write_raw(2, "\x1b[?25h\n")
            write_raw(2, why + "\n")
            if self._handle is not None:
                counted = self._handle.metrics(emergency=True)
                now = datetime.now(timezone.utc).astimezone()
                run = counted.run._replace(interrupted=True, stopped_at=now)
                metrics = Metrics(counted.snapshot, run)
                self._write_report(metrics)
                if not self._options.no_metrics:
                    write_raw(1, "\n" + final_tables(metrics, self._options.status_codes))
            if self._at_once is not None:
                self._at_once()
        finally:
            os._exit(code)


def _reason(number: int) -> str:
    return "ctrl-c" if number == signal.SIGINT else signal.Signals(number).name
