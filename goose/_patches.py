"""``time.sleep``, ``threading.Lock`` and ``RLock`` that know users: in place while the command
line imports a script and while an attack runs, then put back."""

from __future__ import annotations

import threading
import time
from typing import Any

from goose import _engine
from goose._locks import Lock, RLock

_original_sleep = time.sleep


def sleep(seconds: float, /) -> None:
    """As time.sleep; a user that sleeps lets others run."""
    if not _engine.sleep(seconds):
        _original_sleep(seconds)


_REPLACEMENTS: list[tuple[Any, str, Any]] = [
    (time, "sleep", sleep),
    (threading, "Lock", Lock),
    (threading, "RLock", RLock),
    (threading, "_allocate_lock", Lock),  # what Condition waits with: Event, Semaphore, Queue
]

_guard = threading.Lock()
_depth = 0
_saved: list[Any] = []


class Patches:
    """A context in which the replacements are in place; contexts may overlap."""

    def __enter__(self) -> None:
        global _depth
        with _guard:
            if _depth == 0:
                _saved[:] = [getattr(owner, name) for owner, name, _ in _REPLACEMENTS]
                for owner, name, replacement in _REPLACEMENTS:
                    setattr(owner, name, replacement)
            _depth += 1

    def __exit__(self, *exc: object) -> None:
        global _depth
        with _guard:
            _depth -= 1
            if _depth:
                return
            for (owner, name, replacement), before in zip(_REPLACEMENTS, _saved, strict=True):
                if getattr(owner, name) is replacement:
                    setattr(owner, name, before)
