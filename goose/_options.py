"""The option table: one row an option, and everything that is derived from it.

The command line (``goose-py --hatch-rate 2``), the environment (``GOOSE_HATCH_RATE=2``) and
Python (``goose.Attack(..., hatch_rate=2)``) take the same options, checked by the same code.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from goose import _values
from goose._cores import usable_cores

if TYPE_CHECKING:
    from pathlib import Path


class OptionError(ValueError):
    """A value that an option does not take.

    Attributes: ``option`` (as the user wrote it: ``--users``, ``GOOSE_USERS`` or ``users``),
    ``value`` (what was given) and ``allowed`` (words that follow "is not").
    """

    def __init__(self, option: str, value: object, allowed: str) -> None:
        super().__init__(option, value, allowed)
        self.option = option
        self.value = value
        self.allowed = allowed

    def __str__(self) -> str:
        shown = repr(str(self.value) if isinstance(self.value, os.PathLike) else self.value)
        if len(shown) > 120:
            shown = shown[:118] + ".."
        return f"{self.option}: {shown} is not {self.allowed}"


class DrawnSeed(int):
    """A seed that nobody asked for."""


def _seed(value: object) -> int:
    if isinstance(value, DrawnSeed):
        return value
    return _values.whole(0, _values.MAXIMUM_SEED)(value)


class Options(NamedTuple):
    """All options of one attack, checked. Times are seconds, rates are per second.

    A named tuple, for dataclasses cost memory: importing goose must be cheap.
    """

    host: str | None
    users: int
    hatch_rate: float
    run_time: float | None
    stop_timeout: float
    lanes: int
    seed: int
    tags: tuple[str, ...]
    exclude_tags: tuple[str, ...]
    no_compile: bool
    verbose: int
    quiet: int
    no_reset_metrics: bool
    no_metrics: bool
    status_codes: bool
    running_metrics: float | None
    report_file: Path | None


class Option(NamedTuple):
    """One row of the table. ``default`` is a value or a function that gives one.

    ``kind`` says how the command line takes it: ``value`` (one argument), ``names`` (one or more),
    ``switch`` (none) or ``count`` (none, may be repeated).
    """

    name: str
    flags: tuple[str, ...]
    group: str
    help: str
    parse: Callable[[object], Any]
    default: Any = None
    metavar: str | None = None
    kind: str = "value"

    @property
    def flag(self) -> str:
        """The long flag: ``--hatch-rate``."""
        return self.flags[-1]

    @property
    def environment(self) -> str:
        """The name in the environment: ``GOOSE_HATCH_RATE``."""
        return "GOOSE_" + self.name.upper()


_RUN = "Attack"
_METRICS = "Metrics"
_OUTPUT = "Output"

OPTIONS: tuple[Option, ...] = (
    Option(
        "host",
        ("-H", "--host"),
        _RUN,
        "host to load test (http://example.com)",
        _values.host,
        metavar="HOST",
    ),
    Option(
        "users",
        ("-u", "--users"),
        _RUN,
        "concurrent users (default: number of cores)",
        _values.whole(1, _values.MAXIMUM_USERS),
        usable_cores,
        "USERS",
    ),
    Option(
        "hatch_rate",
        ("-r", "--hatch-rate"),
        _RUN,
        "users hatched per second (default: 1)",
        _values.rate,
        1.0,
        "RATE",
    ),
    Option(
        "run_time",
        ("-t", "--run-time"),
        _RUN,
        "stop after this time (30s, 20m, 3h, 1h30m; default: run until stopped)",
        _values.duration(zero=False),
        metavar="TIME",
    ),
    Option(
        "stop_timeout",
        ("--stop-timeout",),
        _RUN,
        "time that requests in flight have at the end (default: 5s)",
        _values.duration(zero=True),
        5.0,
        "TIME",
    ),
    Option(
        "lanes",
        ("--lanes",),
        _RUN,
        "threads that run users (default: number of cores)",
        _values.whole(1, _values.MAXIMUM_LANES),
        usable_cores,
        "N",
    ),
    Option(
        "seed",
        ("--seed",),
        _RUN,
        "seed of the users' choices: tasks, waits, random (default: a new one, which is printed)",
        _seed,
        lambda: DrawnSeed.from_bytes(os.urandom(4), "big"),
        "N",
    ),
    Option(
        "tags",
        ("-T", "--tags"),
        _RUN,
        "run only the tasks with one of these tags",
        _values.names,
        (),
        "TAG",
        "names",
    ),
    Option(
        "exclude_tags",
        ("-E", "--exclude-tags"),
        _RUN,
        "do not run the tasks with one of these tags",
        _values.names,
        (),
        "TAG",
        "names",
    ),
    Option(
        "no_compile",
        ("--no-compile",),
        _RUN,
        "run every task as Python (see goose-py explain)",
        _values.switch,
        False,
        kind="switch",
    ),
    Option(
        "no_reset_metrics",
        ("--no-reset-metrics",),
        _METRICS,
        "keep the metrics from before all users were hatched",
        _values.switch,
        False,
        kind="switch",
    ),
    Option(
        "no_metrics",
        ("--no-metrics",),
        _METRICS,
        "do not track metrics",
        _values.switch,
        False,
        kind="switch",
    ),
    Option(
        "status_codes",
        ("--status-codes",),
        _METRICS,
        "print the table of status codes",
        _values.switch,
        False,
        kind="switch",
    ),
    Option(
        "running_metrics",
        ("--running-metrics",),
        _METRICS,
        "how often to print the tables while running (default: never)",
        _values.duration(zero=False),
        metavar="TIME",
    ),
    Option(
        "report_file",
        ("--report-file",),
        _METRICS,
        "write all figures to this file",
        _values.report_file,
        metavar="NAME.json",
    ),
    Option(
        "verbose",
        ("-v", "--verbose"),
        _OUTPUT,
        "log more (-v: debug)",
        _values.whole(0, 1000),
        0,
        kind="count",
    ),
    Option(
        "quiet",
        ("-q", "--quiet"),
        _OUTPUT,
        "log less and show no progress (-q: warnings, -qq: errors)",
        _values.whole(0, 1000),
        0,
        kind="count",
    ),
)
"""Every option that an attack takes. ``-h``, ``-V`` and ``-l`` belong to the command line."""

BY_NAME: Mapping[str, Option] = {option.name: option for option in OPTIONS}


def validate(**keywords: object) -> Options:
    """The options given as keywords, checked, the rest at their defaults.

    None stands for the default. Raises ``OptionError`` for a value that is not allowed and
    ``TypeError`` for a name that is no option.
    """
    for name in keywords:
        if name not in BY_NAME:
            raise TypeError(f"{name!r} is not an option{did_you_mean(name, BY_NAME)}")
    return checked({name: (name, value) for name, value in keywords.items()})


def checked(given: Mapping[str, tuple[str, object]]) -> Options:
    """Options from name -> (how the user spelled the option, the value)."""
    values: dict[str, Any] = {}
    for option in OPTIONS:
        spelling, value = given.get(option.name, (option.flag, None))
        if value is None:
            values[option.name] = option.default() if callable(option.default) else option.default
            continue
        try:
            values[option.name] = option.parse(value)
        except _values.Refused as refused:
            raise OptionError(spelling, value, str(refused)) from None
    for name in ("running_metrics", "report_file"):
        if values["no_metrics"] and values[name] is not None:
            switch = given["no_metrics"][0]
            raise OptionError(*given[name], f"possible together with {switch}")
    return Options(**values)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'users'?`` for the nearest of ``known``, or nothing where none is near."""
    import difflib

    lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {lower[near[0]]!r}?" if near else ""
