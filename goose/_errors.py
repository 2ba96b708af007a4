"""What went wrong in tasks: one traceback for each kind."""

from __future__ import annotations

import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

KINDS_MAX = 500
_HERE = str(Path(__file__).parent)


class Tracebacks:
    """Kept by task, exception type and line. Called by lanes under the GIL."""

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, type, int, str], list[object]] = {}
        self._guard = threading.Lock()

    def add(self, task: str, error: BaseException) -> None:
        """Counts the error; formats it when it is the first of its kind."""
        last = _last(error.__traceback__)
        line, file = (last.tb_lineno, last.tb_frame.f_code.co_filename) if last else (0, "")
        key = (task, type(error), line, file)
        known = self._kinds.get(key)
        if known is not None:
            known[1] += 1  # type: ignore[operator]
        elif len(self._kinds) < KINDS_MAX:
            text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            self._kinds[key] = [f"in {task}:\n{text}", 1]

    def rows(self) -> list[tuple[str, int]]:
        """(text, count) of each kind, in the order of their first time."""
        return [(str(text), int(count)) for text, count in list(self._kinds.values())]  # type: ignore[call-overload]


def _last(trace: TracebackType | None) -> TracebackType | None:
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace


def script_place(thread: int) -> tuple[str, int] | None:
    """File and line that a thread is at, skipping goose's own frames; None when it is in none."""
    frame = sys._current_frames().get(thread)
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else None
