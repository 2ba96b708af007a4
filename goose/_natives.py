"""What Python does where a compiled task asks for it (csrc/py/slow.h): the native functions under
their names there, exceptions, tracebacks."""

from __future__ import annotations

import base64
import builtins
import contextlib
import json
import logging
import math
import random
import re
import sys
import time
import urllib.parse
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from itertools import islice
from types import CodeType, TracebackType
from typing import Any

from goose import _engine


class UserRandom(random.Random):
    """Draws from the running user's own generator; ``random``'s algorithms above it."""

    def random(self) -> float:
        """A number in [0, 1), 53 bits."""
        return _engine.random_unit()

    def getrandbits(self, k: int, /) -> int:
        """``k`` random bits."""
        bits = 0
        while k > 64:
            bits = bits << 64 | _engine.random_bits(64)
            k -= 64
        return bits << k | _engine.random_bits(k) if k > 0 else bits

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        """Without the spare number of the last call, which was another user's."""
        self.gauss_next = None
        return super().gauss(mu, sigma)

    def seed(self, *args: object, **keywords: object) -> None:
        """Nothing: user k's generator is seeded by the attack's seed and k."""


RANDOM = UserRandom()


class _Unbound:
    def __repr__(self) -> str:
        return "<no value>"


UNBOUND = _Unbound()
"""What an island is given for a local or attribute without a value, and gives for one."""

_TYPES: dict[str, type] = {
    t.__name__: t for t in (str, int, float, bool, list, tuple, dict, bytes, type(None))
}


def _is_type(value: object, names: str) -> bool:
    return isinstance(value, tuple(_TYPES[name] for name in names.split("|")))


def _choices(population: Any, weights: Any = None, cum_weights: Any = None, k: int = 1) -> Any:
    return RANDOM.choices(population, weights, cum_weights=cum_weights, k=k)


def _now_text(zone: int, shape: str) -> str:
    now = datetime.now(timezone.utc if zone else None)
    if zone == 1:
        now = now.replace(tzinfo=None)
    if shape in ("", "seconds"):
        return now.isoformat(timespec="auto" if shape == "" else "seconds")
    return now.strftime(shape)


def _log(level: int, name: str | None, message: Any, *values: Any) -> None:
    if name is None:
        logging.log(level, message, *values)
    else:
        logging.getLogger(name).log(level, message, *values)


_RECORD = re.compile("\x01([^\x03]*)\x03")


def write_lines(text: str) -> None:
    """What compiled tasks printed and logged: prints to stdout, records to their loggers."""
    at = 0
    for found in _RECORD.finditer(text):
        _write(text[at : found.start()])
        at = found.end()
        _handle(found[1])
    _write(text[at:])


def _write(text: str) -> None:
    if text and sys.stdout is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(text)
            sys.stdout.flush()


def _handle(record: str) -> None:
    level, name, file, line, function, created, text = record.split("\x02", 6)
    logger = logging.getLogger(name or None)
    if not name and not logger.handlers:
        logging.basicConfig()  # as logging.info and its like do
    if not logger.isEnabledFor(int(level)):
        return
    where = function.rpartition(".")[2]
    made = logger.makeRecord(logger.name, int(level), file, int(line), text, (), None, where)
    made.created = float(created)
    made.msecs = int((made.created - int(made.created)) * 1000) + 0.0
    logger.handle(made)


def _client() -> Any:
    return _engine.current_client()


_SESSION: dict[str, Callable[..., Any]] = {
    "header_set": lambda name, value: _client().headers.__setitem__(name, value),
    "header_item": lambda name: _client().headers[name],
    "header_get": lambda *args: _client().headers.get(*args),
    "header_pop": lambda *args: _client().headers.pop(*args),
    "headers_update": lambda fields: _client().headers.update(fields),
    "cookie_set": lambda name, value: _client().cookies.set(name, value),
    "cookie_item": lambda name: _client().cookies[name],
    "cookie_get": lambda *args: _client().cookies.get(*args),
    "cookies_update": lambda cookies: _client().cookies.update(cookies),
    "cookies_clear": lambda: _client().cookies.clear(),
}
"""What scripts do to their client's headers and cookies (csrc/engine/custom.h)."""


def natives(names: list[str]) -> dict[str, Callable[..., Any]]:
    """By the name of each native function, what it stands for."""
    own: dict[str, Callable[..., Any]] = {
        "is_type": _is_type,
        "choices": _choices,
        "uuid4_text": lambda: str(uuid.uuid4()),
        "uuid4_hex": lambda: uuid.uuid4().hex,
        "now_iso": _now_text,
        "json_loads": json.loads,
        "json_dumps": json.dumps,
        "log": _log,
        "is_in": lambda value, items: value in set(items),
        **_SESSION,
    }
    found: dict[str, Callable[..., Any]] = {}
    for name in names:
        for place in (RANDOM, time, math, base64, urllib.parse, builtins):
            if name not in own and name != "choices" and hasattr(place, name):
                own[name] = getattr(place, name)
        found[name] = own[name]
    return found


def unpack(values: Any, count: int) -> tuple[Any, ...]:
    """Exactly ``count`` values, as an assignment to several names takes them."""
    found = tuple(islice(iter(values), count + 1))
    if len(found) > count:
        raise ValueError(f"too many values to unpack (expected {count})")
    if len(found) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(found)})")
    return found


def enter(manager: Any, _: None) -> Any:
    """What ``with manager as`` gives. Raises ``TypeError`` or, before Python 3.11,
    ``AttributeError`` as the statement does."""
    kind = type(manager)
    for name in ("__enter__", "__exit__"):
        if not hasattr(kind, name):
            if sys.version_info < (3, 11):
                raise AttributeError(name)
            text = f"{kind.__name__!r} object does not support the context manager protocol"
            missed = " (missed __exit__ method)" if name == "__exit__" else ""
            raise TypeError(text + missed)
    return kind.__enter__(manager)


def leave(manager: Any, error: BaseException | None) -> Any:
    """What the manager's ``__exit__`` gives for the end of the block, or an exception in it."""
    if error is None:
        return type(manager).__exit__(manager, None, None, None)
    return type(manager).__exit__(manager, type(error), error, error.__traceback__)


def make_error(what: Any, *cause: Any) -> BaseException:
    """The exception that ``raise what`` or ``raise what from cause`` raises."""
    error = what() if isinstance(what, type) and issubclass(what, BaseException) else what
    if not isinstance(error, BaseException):
        return TypeError("exceptions must derive from BaseException")
    if cause:
        behind = cause[0]
        error.__cause__ = behind() if isinstance(behind, type) else behind
    return error


def is_error(error: BaseException, kinds: Any) -> bool:
    """Whether ``except kinds`` takes the error."""
    if isinstance(kinds, tuple):
        return any(is_error(error, kind) for kind in kinds)
    if not (isinstance(kinds, type) and issubclass(kinds, BaseException)):
        raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    return isinstance(error, kinds)


_raisers: dict[tuple[str, str, int], CodeType] = {}


def _raiser(file: str, name: str, line: int) -> CodeType:
    """Code that raises ``_error`` at that place."""
    key = (file, name, line)
    if key not in _raisers:
        code = compile("\n" * (line - 1) + "raise _error", file, "exec")
        _raisers[key] = code.replace(co_name=name.rpartition(".")[2])
    return _raisers[key]


def add_trace(error: BaseException, places: list[tuple[str, str, int]]) -> None:
    """Puts the frames of a program into the traceback: (file, function, line), innermost first."""
    trace = _script_trace(error.__traceback__)
    for file, name, line in places:
        try:
            exec(_raiser(file, name, line), {"_error": ValueError()})
        except ValueError as raised:
            here = raised.__traceback__
            assert here is not None
            assert here.tb_next is not None
            inner = here.tb_next
            trace = TracebackType(trace, inner.tb_frame, inner.tb_lasti, inner.tb_lineno)
    error.__traceback__ = trace


def _script_trace(trace: TracebackType | None) -> TracebackType | None:
    """Without the frames of this package at its start."""
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace
