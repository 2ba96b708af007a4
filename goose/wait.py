"""How long users rest between tasks: values for the class attribute ``wait_time``."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

WaitFunction = Callable[[Any], float]


class WaitKind(IntEnum):
    """As ``enum gs_wait_kind`` in csrc/plan/wait.h."""

    CONSTANT = 0
    BETWEEN = 1
    PACING = 2
    CALL = 3


def _check(name: str, value: float, more_than_zero: bool = False) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")) or number < 0:
        raise ValueError(f"{name}: {value!r} is not a number of seconds from 0")
    if more_than_zero and number == 0:
        raise ValueError(f"{name}: must be more than 0")
    return number


def _marked(function: WaitFunction, kind: WaitKind, a: float, b: float = 0.0) -> WaitFunction:
    """Tells the engine what it can do by itself; the function is for whoever calls it by hand."""
    function.goose_wait = (int(kind), a, b)  # type: ignore[attr-defined]
    return function


def between(min_wait: float, max_wait: float) -> WaitFunction:
    """A uniform random wait between two numbers of seconds."""
    low, high = _check("between", min_wait), _check("between", max_wait)
    if high < low:
        low, high = high, low

    def wait(self: Any) -> float:
        from goose import _engine

        if _engine.current_client() is not None:  # users draw from their own generators
            return low + (high - low) * _engine.random_unit()
        import random

        return random.uniform(low, high)

    return _marked(wait, WaitKind.BETWEEN, low, high)


def constant(wait_time: float) -> WaitFunction:
    """Always the same number of seconds."""
    seconds = _check("constant", wait_time)
    return _marked(lambda self: seconds, WaitKind.CONSTANT, seconds)


def constant_pacing(wait_time: float) -> WaitFunction:
    """Tasks start this many seconds apart; one that takes longer is followed at once."""
    seconds = _check("constant_pacing", wait_time)

    def wait(self: Any) -> float:
        import time

        now = time.monotonic()
        last = getattr(self, "_goose_paced_at", now)
        due = max(now, last + seconds) if hasattr(self, "_goose_paced_at") else now + seconds
        self._goose_paced_at = due
        return due - now

    return _marked(wait, WaitKind.PACING, seconds)


def constant_throughput(task_runs_per_second: float) -> WaitFunction:
    """At most so many task runs a second for each user: pacing of 1 / that."""
    rate = _check("constant_throughput", task_runs_per_second, more_than_zero=True)
    return constant_pacing(1 / rate)
