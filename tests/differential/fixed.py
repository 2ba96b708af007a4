"""What a run must not depend on, held fast: the clock, urandom, the start of ``random``.

The one place for it. A way of running that reads the clock or urandom below Python (in C) has to be
told here too, or its programs differ from Python in what they send.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import time
from collections.abc import Iterator
from typing import Any
from unittest import mock

NOW_S = 1_700_000_000.25
NOW_NS = int(NOW_S * 1e9)

_localtime, _gmtime, _strftime = time.localtime, time.gmtime, time.strftime


class FixedDatetime(datetime.datetime):
    """``datetime.datetime`` at a time that stands still."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> FixedDatetime:
        """The fixed time."""
        return cls.fromtimestamp(NOW_S, tz)

    @classmethod
    def utcnow(cls) -> FixedDatetime:
        """The fixed time, UTC."""
        return cls.fromtimestamp(NOW_S, datetime.timezone.utc).replace(tzinfo=None)

    @classmethod
    def today(cls) -> FixedDatetime:
        """The fixed time."""
        return cls.now()


class FixedDate(datetime.date):
    """``datetime.date`` at a time that stands still."""

    @classmethod
    def today(cls) -> FixedDate:
        """The fixed day."""
        return cls.fromtimestamp(NOW_S)


def _now() -> float:
    return NOW_S


def _now_ns() -> int:
    return NOW_NS


def _clock() -> list[tuple[Any, str, Any]]:
    """(owner, name, replacement) of whatever tells the time; ``monotonic`` runs goose's locks."""
    return [
        (time, "time", _now),
        (time, "perf_counter", _now),
        (time, "time_ns", _now_ns),
        (time, "perf_counter_ns", _now_ns),
        (time, "localtime", lambda seconds=NOW_S: _localtime(seconds)),
        (time, "gmtime", lambda seconds=NOW_S: _gmtime(seconds)),
        (time, "strftime", lambda form, t=None: _strftime(form, t or _localtime(NOW_S))),
        (datetime, "datetime", FixedDatetime),
        (datetime, "date", FixedDate),
    ]


@contextlib.contextmanager
def fixed(seed: int) -> Iterator[None]:
    """Clock, urandom and ``random`` are the same in every such context of this seed."""
    entropy, state = random.Random(seed), random.getstate()
    with contextlib.ExitStack() as stack:
        for owner, name, replacement in _clock():
            stack.enter_context(mock.patch.object(owner, name, replacement))
        for owner, name in ((os, "urandom"), (random, "_urandom")):
            stack.enter_context(mock.patch.object(owner, name, entropy.randbytes))
        stack.callback(random.setstate, state)
        random.seed(seed)
        yield
