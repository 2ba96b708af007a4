"""goose-py's log lines on stderr: ``HH:MM:SS [ INFO] text``."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator

LOG = logging.getLogger("goose")

_NAMES = {"WARNING": "WARN", "CRITICAL": "FATAL"}


class StderrHandler(logging.Handler):
    """Writes to whatever ``sys.stderr`` is at the moment, so that the live view stays whole."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes one line; what stderr does not take is lost, never an error of the run."""
        try:
            text = self.format(record)
        except Exception:
            text = f"{record.msg!r} (its arguments do not fit)"
        level = _NAMES.get(record.levelname, record.levelname)
        when = logging.Formatter().formatTime(record, "%H:%M:%S")
        with contextlib.suppress(OSError, ValueError):
            if sys.stderr is not None:
                sys.stderr.write(f"{when} [{level:>5}] {text}\n")
                sys.stderr.flush()


def level(verbose: int, quiet: int) -> int:
    """INFO without options, DEBUG with ``-v``, WARNING with ``-q``, ERROR with ``-qq``."""
    shift = verbose - quiet
    if shift > 0:
        return logging.DEBUG
    return {0: logging.INFO, -1: logging.WARNING}.get(shift, logging.ERROR)


@contextlib.contextmanager
def to_stderr(verbose: int, quiet: int) -> Iterator[None]:
    """Log lines of goose-py and of the script go to stderr within this context."""
    root = logging.getLogger()
    before = root.level
    handler = StderrHandler()
    root.addHandler(handler)
    root.setLevel(level(verbose, quiet))
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
