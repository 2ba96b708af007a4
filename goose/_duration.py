"""Times as people write them: ``30``, ``30s``, ``20m``, ``3h``, ``1h30m``, ``1h30m15s``."""

from __future__ import annotations

import math
import re

ALLOWED = "a time such as 30, 30s, 20m, 3h or 1h30m"
"""What :func:`parse_duration` takes, in words that fit after "is not"."""

_BARE = re.compile(r"[0-9]{1,12}")
_UNITS = re.compile(r"(?:([0-9]{1,12})h)?(?:([0-9]{1,12})m)?(?:([0-9]{1,12})s)?")


def parse_duration(value: object) -> float:
    """The seconds that ``value`` stands for: a float, finite, at least 0.

    Text is a whole number of seconds, or hours, minutes and seconds in this order, each with its
    unit and each at most once. Numbers are seconds, fractions allowed; ``datetime.timedelta`` is
    taken too. Everything else (``1.5h``, ``1h30``, ``30s20m``, ``20x``, ``-1``, NaN, True) raises
    ``ValueError``, whose text names the value and what is allowed.
    """
    seconds = math.nan
    if isinstance(value, str):
        if _BARE.fullmatch(value):
            seconds = float(value)
        elif value and (match := _UNITS.fullmatch(value)):
            hours, minutes, rest = (int(part or 0) for part in match.groups())
            seconds = float(hours * 3600 + minutes * 60 + rest)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:
            seconds = math.inf
    else:
        from datetime import timedelta  # not at import: memory

        if isinstance(value, timedelta):
            seconds = value.total_seconds()
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError(f"{value!r} is not {ALLOWED}")
    return seconds


def format_duration(seconds: float) -> str:
    """``seconds`` in the same notation: 5400 gives ``1h30m``, 0.25 gives ``0.25s``, 0 ``0s``.

    Below a minute two decimals are kept, above it the nearest second.
    """
    if seconds < 59.995:
        return f"{seconds:.2f}".rstrip("0").rstrip(".") + "s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "m"), (rest, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number)
