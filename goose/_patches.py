"""``time.sleep``, ``threading.Lock`` and ``RLock`` that know users: in place while the command
line imports a script and while an attack runs, then put back. With a chosen seed also the functions
of ``random``: a user's tasks then draw from the user's own generator, compiled or not."""

from __future__ import annotations

import functools
import random
import sys
import threading
import time
from collections.abc import Callable
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


def _replacements() -> list[tuple[Any, str, Any]]:
    """What is there to be replaced now: gevent's sleep too, if somebody has imported it."""
    gevent = sys.modules.get("gevent")
    return [*_REPLACEMENTS, (gevent, "sleep", sleep)] if hasattr(gevent, "sleep") else _REPLACEMENTS


_DRAWS = str.split(
    "random uniform triangular randint choice randrange sample shuffle choices normalvariate "
    "lognormvariate expovariate vonmisesvariate gammavariate gauss betavariate paretovariate "
    "weibullvariate getrandbits randbytes"
)


def _draw(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """The function of random of that name: inside a user from its own generator."""
    from goose._natives import RANDOM

    own = getattr(RANDOM, name)

    @functools.wraps(original)
    def draw(*args: Any, **keywords: Any) -> Any:
        return (own if _engine.in_user() else original)(*args, **keywords)

    draw.goose_draws = True  # type: ignore[attr-defined]
    return draw


class Draws:
    """A context in which ``random.choice`` and its like draw from the running user's generator."""

    def __enter__(self) -> None:
        self._saved = {name: getattr(random, name) for name in _DRAWS}
        for name, original in self._saved.items():
            setattr(random, name, _draw(name, original))

    def __exit__(self, *exc: object) -> None:
        for name, original in self._saved.items():
            setattr(random, name, original)


_guard = threading.Lock()
_depth = 0
_saved: list[tuple[Any, str, Any, Any]] = []  # owner, name, replacement, what was there


class Patches:
    """A context in which the replacements are in place; contexts may overlap."""

    def __enter__(self) -> None:
        global _depth
        with _guard:
            # an inner context may find more: what the script has imported since
            known = {(id(owner), name) for owner, name, _, _ in _saved}
            for owner, name, replacement in _replacements():
                if (id(owner), name) not in known:
                    _saved.append((owner, name, replacement, getattr(owner, name)))
                    setattr(owner, name, replacement)
            _depth += 1

    def __exit__(self, *exc: object) -> None:
        global _depth
        with _guard:
            _depth -= 1
            if _depth:
                return
            for owner, name, replacement, before in _saved:
                if getattr(owner, name) is replacement:
                    setattr(owner, name, before)
            _saved.clear()
