"""What the process says if a second signal comes while no Python can run (csrc/py/last_words.h)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

from goose import _report
from goose._metrics import Metrics, Run
from goose._snapshot import empty
from goose._tables import final_tables

if TYPE_CHECKING:
    from goose._options import Options

EVERY_S = 1.0
MOST_SHARE = 0.005  # of the time goes into laying words ready


class LastWords:
    """A context around an attack of the command line, in the main thread."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._before = -1
        self._open = False
        self._due = 0.0

    def __enter__(self) -> LastWords:
        from goose import _engine

        with contextlib.suppress(ValueError, OSError):  # ValueError: not the main thread
            descriptor = _engine.last_words_open()
            self._open = True
            self._before = signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
            # a task may hold Python from the very first moment on
            self.lay_ready(Metrics(empty(self._options.users), Run(self._options)), None)
        return self

    def __exit__(self, *exc: object) -> None:
        from goose import _engine

        if self._open:
            with contextlib.suppress(ValueError):
                signal.set_wakeup_fd(self._before)
            _engine.last_words_close()

    def beat(self, on: bool) -> None:
        """Tells that Python runs; after a first signal it must, every 5 s, until ``on`` is
        False."""
        from goose import _engine

        if self._open:
            _engine.last_words_beat(on)

    def heard(self) -> int:
        """How many signals came, also where the handler ran once for two."""
        from goose import _engine

        return _engine.last_words_heard() if self._open else 0

    def due(self, now: float) -> bool:
        """Whether it is time to lay them ready again."""
        return self._open and now >= self._due

    def lay_ready(self, metrics: Metrics, hatching: Metrics | None) -> None:
        """Renders report and tables of the figures so far."""
        from goose import _engine

        began = time.monotonic()
        metrics.run = metrics.run._replace(interrupted=True)
        options = self._options
        path = os.path.abspath(options.report_file) if options.report_file else None
        report = _report.render(metrics, hatching).encode("ascii") if path else b""
        tables = "" if options.no_metrics else "\n" + final_tables(metrics, options.status_codes)
        _engine.last_words_set(path, report, tables.encode("utf-8", "replace"))
        now = time.monotonic()
        self._due = now + max(EVERY_S, (now - began) / MOST_SHARE)
