"""Locks that let other users run while a user waits for one; elsewhere they are plain locks."""

from __future__ import annotations

import _thread
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from goose import _engine

if TYPE_CHECKING:
    from goose._engine import Client

_allocate = _thread.allocate_lock
_new_rlock = _thread.RLock


class _Waiters:
    """Users that wait for a lock, in the order they came. Threads that are no users may give a
    lock back at any moment, so each step here must stand for itself."""

    __slots__ = ("_queue",)

    def __init__(self) -> None:
        self._queue: deque[Client] = deque()

    def wait(self, client: Client, lock: Any, deadline: float | None) -> bool:
        """Parks the user until woken or until ``lock`` is its own; tells whether it is."""
        self._queue.append(client)
        try:
            if lock.acquire(False):  # given back before the user stood in the queue
                return True
            if deadline is None:
                client.park()
            else:
                client.park(max(0.0, deadline - time.monotonic()))
        except BaseException:
            if client not in self._queue:
                self.wake()  # it was this user's turn: the next one takes it
            raise
        finally:
            if client in self._queue:
                self._queue.remove(client)
        return False

    def wake(self) -> None:
        """Wakes the first."""
        try:
            first = self._queue.popleft()
        except IndexError:
            return
        first.wake()


def _deadline(blocking: bool, timeout: float) -> float | None:
    if not blocking and timeout != -1:
        raise ValueError("can't specify a timeout for a non-blocking call")
    if blocking and timeout < 0 and timeout != -1:
        raise ValueError("timeout value must be a non-negative number")
    return None if timeout == -1 else time.monotonic() + timeout


class Lock:
    """As threading.Lock."""

    __slots__ = ("__weakref__", "_lock", "_waiters")

    def __init__(self) -> None:
        self._lock = _allocate()
        self._waiters = _Waiters()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Takes the lock; a user that must wait lets others run."""
        client = _engine.current_client()
        if client is None:
            return self._lock.acquire(blocking, timeout)
        deadline = _deadline(blocking, timeout)
        while not self._lock.acquire(False):
            if not blocking or (deadline is not None and time.monotonic() >= deadline):
                return False
            if self._waiters.wait(client, self._lock, deadline):
                return True
        return True

    def release(self) -> None:
        """Gives it back; RuntimeError when it is not taken."""
        self._lock.release()
        self._waiters.wake()

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._lock.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        self._lock = _allocate()
        self._waiters = _Waiters()

    def __repr__(self) -> str:
        return f"<goose {'locked' if self.locked() else 'unlocked'} Lock at {id(self):#x}>"


class RLock:
    """As threading.RLock; inside an attack its owner is the user, not the thread."""

    __slots__ = ("__weakref__", "_count", "_lock", "_owner")

    def __init__(self) -> None:
        self._lock = Lock()
        self._owner: Any = None
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Takes it, again if need be."""
        me = _me()
        if self._owner == me:
            self._count += 1
            return True
        if not self._lock.acquire(blocking, timeout):
            return False
        self._owner = me
        self._count = 1
        return True

    def release(self) -> None:
        """Gives it back once; RuntimeError for who does not own it."""
        if self._owner != _me():
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if self._count == 0:
            self._owner = None
            self._lock.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exc: object) -> None:
        self.release()

    # what threading.Condition asks for
    def _is_owned(self) -> bool:
        return bool(self._owner == _me())

    def _release_save(self) -> tuple[int, Any]:
        if self._count == 0:
            raise RuntimeError("cannot release un-acquired lock")
        state = (self._count, self._owner)
        self._count, self._owner = 0, None
        self._lock.release()
        return state

    def _acquire_restore(self, state: tuple[int, Any]) -> None:
        self._lock.acquire()
        self._count, self._owner = state

    def _recursion_count(self) -> int:
        return self._count if self._owner == _me() else 0

    def _at_fork_reinit(self) -> None:
        self._lock = Lock()
        self._owner, self._count = None, 0

    def __repr__(self) -> str:
        return f"<goose RLock owner={self._owner!r} count={self._count} at {id(self):#x}>"


def _me() -> object:
    client = _engine.current_client()
    return _thread.get_ident() if client is None else client
