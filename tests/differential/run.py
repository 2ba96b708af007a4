"""Runs a script both ways and says where they differ.

    python -m tests.differential.run FILE [--seed N] [--requests N] [--packaged]

prints both sides and their first difference; exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import linecache
import logging
import re
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from goose import _errors, _script, events
from goose._attack import Attack, Handle
from goose._demo import running_target
from goose._metrics import Metrics
from goose.user import User

from .fixed import fixed
from .server import Seen, Server

TESTS = str(Path(__file__).resolve().parent.parent)
TIMEOUT_S = 10.0
LOOK_S = 0.005
ENDLESS = "did not end in time"

Row = tuple[Any, ...]


@dataclass
class Outcome:
    """What one way came to. Everything but ``compiled_requests`` must be the same in both."""

    ended: str = ""
    requests: list[Seen] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    errors: list[Row] = field(default_factory=list)
    raised: list[Row] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    logged: list[Row] = field(default_factory=list)
    compiled_requests: int = 0


def compiled_requests(metrics: Metrics) -> int:
    """How many requests came from compiled tasks: the proof that the VM ran."""
    return int(getattr(getattr(metrics, "programs", None), "requests", 0))


# ---- one run


class _Records(logging.Handler):
    """What the script logs; goose's own lines may differ."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.rows: list[Row] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the text, or why it has none."""
        if record.name.partition(".")[0] == "goose":
            return
        try:
            text = record.getMessage()
        except Exception as error:
            text = f"{record.msg!r}: {error!r}"
        self.rows.append((record.name, record.levelname, text))


@contextlib.contextmanager
def _logging_to(records: _Records) -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    root.addHandler(records)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(records)
        root.setLevel(level)


@contextlib.contextmanager
def _errors_to(raised: list[Row]) -> Iterator[None]:
    """Each error of a task, with its digits."""

    def add(self: _errors.Tracebacks, task: str, error: BaseException) -> None:
        raised.append((task, type(error).__name__, _text_of(error)))
        original(self, task, error)

    original = _errors.Tracebacks.add
    with mock.patch.object(_errors.Tracebacks, "add", add):
        yield


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as inner:
        return f"no text: {inner!r}"


@contextlib.contextmanager
def _listeners_kept() -> Iterator[None]:
    """What a script listens to ends with its run."""
    hooks = list(vars(events).values())
    before = [list(hook._listeners) for hook in hooks]
    try:
        yield
    finally:
        for hook, listeners in zip(hooks, before, strict=True):
            hook._listeners[:] = listeners


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """The compiler takes every module that is no library for a part of the script, so this test's
    own modules are out of its sight meanwhile: one of them seeds ``random``, and then it would
    leave all of ``random`` to Python."""
    hidden = {
        name: module
        for name, module in list(sys.modules.items())
        if str(getattr(module, "__file__", None)).startswith(TESTS)
    }
    for name in hidden:
        del sys.modules[name]
    try:
        yield
    finally:
        sys.modules.update(hidden)


@contextlib.contextmanager
def _imported(path: Path) -> Iterator[list[type[User]]]:
    """The user classes of the script, imported anew; forgotten afterwards."""
    search = list(sys.path)
    linecache.cache.pop(str(path.resolve()), None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "is" with a literal
        script = _script.load(path)
    try:
        yield script.user_classes
    finally:
        sys.modules.pop(script.module.__name__, None)
        linecache.cache.pop(str(path.resolve()), None)
        sys.path[:] = search


def _attack(user_class: type[User], server: Server, seed: int, python: bool, limited: bool) -> Any:
    options: dict[str, Any] = {"no_compile": python}
    if limited:
        options["stop_timeout"] = 0
    return Attack(
        user_class,
        host=server.url,
        users=1,
        lanes=1,
        seed=seed,
        hatch_rate=1000,
        no_reset_metrics=True,
        **options,
    )


def _await_end(handle: Handle, server: Server, limited: bool) -> str:
    end = time.monotonic() + TIMEOUT_S
    while time.monotonic() < end:
        if handle.wait(LOOK_S if limited else TIMEOUT_S):
            return f"exit code {handle.exit_code}"
        if server.is_full:
            handle.stop("enough")
    handle.stop("it takes too long")
    if not handle.wait(TIMEOUT_S):
        raise RuntimeError("the attack cannot be stopped")
    return ENDLESS


def run(
    path: Path,
    server: Server,
    *,
    python: bool,
    seed: int = 1,
    limit: int | None = None,
    number: int = 0,
) -> Outcome:
    """One user of the script's ``number``-th class, until it stops of itself, or until it wants to
    send more than ``limit`` requests."""
    outcome, records, out = Outcome(), _Records(), io.StringIO()
    with (
        fixed(seed),
        _alone(),
        _listeners_kept(),
        _logging_to(records),
        _errors_to(outcome.raised),
        contextlib.redirect_stdout(out),
        _imported(path) as classes,
    ):
        attack = _attack(classes[number], server, seed, python, limit is not None)
        server.begin(limit)
        handle = attack.start()
        outcome.ended = _await_end(handle, server, limit is not None)
        metrics = handle.metrics()
    outcome.requests = server.seen()
    outcome.printed = out.getvalue().splitlines(keepends=True)
    outcome.logged = records.rows
    outcome.compiled_requests = compiled_requests(metrics)
    _take_figures(outcome, metrics, limit is not None)
    return outcome


def _take_figures(outcome: Outcome, metrics: Metrics, limited: bool) -> None:
    """All that is no time. What is cut off by a limit depends on when the order to stop comes."""
    outcome.rows = [
        (
            row.method,
            row.name,
            row.count,
            row.failures,
            row.redirects,
            row.resent,
            row.bytes_sent,
            row.bytes_received,
            tuple(row.status_codes.items()),
        )
        for row in [*metrics.test_start, *metrics.requests, *metrics.test_stop]
        if row.count or not limited
    ]
    outcome.tasks = [
        (row.user_class, row.index, row.name, row.count, row.failures)
        for row in metrics.tasks
        if row.count or not limited
    ]
    outcome.errors = [(row.method, row.name, row.text, row.count) for row in metrics.errors]


def class_count(path: Path) -> int:
    """How many user classes of a script can be run."""
    with _listeners_kept(), _imported(path) as classes:
        return len(classes)


# ---- both ways


def both(path: Path, server: Server, **options: Any) -> tuple[Outcome, Outcome]:
    """The script run by Python, then compiled."""
    return run(path, server, python=True, **options), run(path, server, python=False, **options)


def difference(python: Outcome, compiled: Outcome) -> str | None:
    """The first difference that one should look at, in words; None when both mean the same."""
    for name in ("requests", "raised", "errors", "printed", "logged", "tasks", "rows", "ended"):
        one, other = getattr(python, name), getattr(compiled, name)
        if one != other:
            return _first_of(name, one, other)
    return None


def _first_of(name: str, one: Any, other: Any) -> str:
    if not isinstance(one, list):
        return f"{name}:\n  python    {one}\n  compiled  {other}"
    at = next(
        (i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )
    head = f"{name}, number {at + 1} of {len(one)} and {len(other)}:"
    return f"{head}\n  python    {_shown(one, at)}\n  compiled  {_shown(other, at)}"


def _shown(items: list[Any], at: int) -> str:
    if at >= len(items):
        return "nothing"
    found = items[at]
    if isinstance(found, Seen):
        return f"connection {found.connection}, {found.data!r}"
    return repr(found)


def summary(outcome: Outcome) -> str:
    """One side, for people."""
    lines = [f"{outcome.ended}, {len(outcome.requests)} requests"]
    lines += [f"  {seen.connection:3} {_request_text(seen.data)}" for seen in outcome.requests]
    for name in ("raised", "errors", "printed", "logged", "tasks", "rows"):
        found = getattr(outcome, name)
        lines += [f"{name}:", *(f"  {entry!r}" for entry in found)] if found else []
    return "\n".join(lines)


_USUAL = re.compile(rb"^(Host|User-Agent|Accept-Encoding|Accept|Connection): ", re.IGNORECASE)


def _request_text(data: bytes) -> str:
    """Request line, unusual fields and body in one line."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    own = [one.decode("latin-1") for one in fields if not _USUAL.match(one)]
    line = first.decode("latin-1").rpartition(" ")[0]
    return " | ".join([line, *own, *([repr(body)[1:]] if body else [])])


def report(path: Path, python: Outcome, compiled: Outcome) -> str:
    """What a failing test prints: the script, the first difference, both sides' errors."""
    parts = [
        path.read_text(encoding="utf-8").rstrip(),
        f"FIRST DIFFERENCE: {difference(python, compiled)}",
        f"PYTHON: {_errors_text(python)}",
        f"COMPILED: {_errors_text(compiled)}",
    ]
    return "\n\n".join(parts)


def _errors_text(outcome: Outcome) -> str:
    lines = [f"{outcome.ended}, {len(outcome.requests)} requests"]
    lines += [f"  in {task}: {kind}: {text}" for task, kind, text in outcome.raised]
    lines += [f"  {count} times {m} {name}: {text}" for m, name, text, count in outcome.errors]
    return "\n".join(lines)


@contextlib.contextmanager
def recording(packaged: bool = False) -> Iterator[Server]:
    """A recording server; ``packaged``: in front of the packaged target."""
    with contextlib.ExitStack() as stack:
        upstream = None
        if packaged:
            address, _ = stack.enter_context(running_target())
            parts = urlsplit(address)
            upstream = (str(parts.hostname), int(parts.port or 80))
        server = Server(upstream)
        stack.callback(server.close)
        yield server


def main() -> int:
    """For a shell."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential.run")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, help="stop there (for scripts without an end)")
    parser.add_argument("--class", type=int, default=0, dest="number", help="user class, from 0")
    parser.add_argument("--packaged", action="store_true", help="the packaged target answers")
    given = parser.parse_args()
    with recording(given.packaged) as server:
        options = {"seed": given.seed, "limit": given.requests, "number": given.number}
        python, compiled = both(given.file, server, **options)
    print(f"PYTHON: {summary(python)}\n\nCOMPILED: {summary(compiled)}\n")
    found = difference(python, compiled)
    share = f"{compiled.compiled_requests} of {len(compiled.requests)} requests were compiled"
    print(f"FIRST DIFFERENCE: {found}" if found else f"the same; {share}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
