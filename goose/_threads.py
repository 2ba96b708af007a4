"""Blocking foreign code, run off the lane."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from goose import _engine

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

P = ParamSpec("P")
R = TypeVar("R")

THREADS_MAX = 64

_guard = threading.Lock()
_pool: ThreadPoolExecutor | None = None


def _executor() -> ThreadPoolExecutor:
    global _pool
    from concurrent.futures import ThreadPoolExecutor

    with _guard:
        if _pool is None:
            _pool = ThreadPoolExecutor(THREADS_MAX, "goose-foreign")
        return _pool


def run_in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs ``function(*args, **kwargs)`` in a thread of its own while other users go on, and
    gives what it returns or raises what it raises.

    For code that blocks without knowing users: a database driver, ``requests``, ``subprocess``.
    At most 64 run at once. Outside of a user it is a plain call. When the attack ends meanwhile,
    the user does not wait for it.
    """
    client = _engine.current_client()
    if client is None:
        return function(*args, **kwargs)
    future = _executor().submit(function, *args, **kwargs)
    future.add_done_callback(lambda _: client.wake())
    while not future.done():
        client.park()
    return future.result()


def shut_down() -> None:
    """After an attack: ends the threads; what is still queued is dropped."""
    global _pool
    with _guard:
        pool, _pool = _pool, None
    if pool is not None:
        pool.shutdown(wait=False, cancel_futures=True)
    _forget_ended()


def _forget_ended() -> None:
    """Before CPython 3.12 ``threading`` keeps its stand-ins for threads that it did not start (a
    lane in which somebody asked for current_thread()) for ever: those that have ended go."""
    active: dict[int, threading.Thread] = getattr(threading, "_active", {})
    alive = sys._current_frames()
    for ident, thread in list(active.items()):
        if isinstance(thread, threading._DummyThread) and ident not in alive:
            active.pop(ident, None)
