"""What the values of options may be: one parser a kind, any object in, the value out."""

from __future__ import annotations

import math
import operator
import os
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from goose import _duration, _report

if TYPE_CHECKING:
    from pathlib import Path

MAXIMUM_USERS = 10_000_000
MAXIMUM_RATE = 1_000_000.0
MAXIMUM_LANES = 1_024
MAXIMUM_SECONDS = 100_000 * 3600.0
MAXIMUM_SEED = 2**64 - 1


class Refused(Exception):
    """A value is not allowed; the text says what is, in words that follow "is not"."""


def whole(least: int, most: int) -> Callable[[object], int]:
    """A parser of whole numbers from ``least`` to ``most``, as text or as ``int``."""
    allowed = f"a whole number of at least {least}"

    def parse(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"\+?[0-9]{1,30}", value):
            number = int(value)
        elif isinstance(value, (str, bool)):
            raise Refused(allowed)
        else:
            try:
                number = operator.index(value)  # type: ignore[arg-type]
            except TypeError:
                raise Refused(allowed) from None
        if number < least:
            raise Refused(allowed)
        if number > most:
            raise Refused(f"{allowed} and at most {most:,}")
        return number

    return parse


def rate(value: object) -> float:
    """A finite number above 0 and at most ``MAXIMUM_RATE``, per second."""
    allowed = "a number above 0 (fractions such as 0.5 are allowed)"
    if isinstance(value, bool) or (
        isinstance(value, str) and not re.fullmatch(r"[A-Za-z0-9.+-]+", value)
    ):
        raise Refused(allowed)
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise Refused(allowed) from None
    if not math.isfinite(number) or number <= 0:
        raise Refused(allowed)
    if number > MAXIMUM_RATE:
        raise Refused(f"{allowed} of at most {MAXIMUM_RATE:,.0f}")
    return number


def duration(zero: bool) -> Callable[[object], float]:
    """A parser of times (:mod:`goose._duration`), in seconds; ``zero`` allows 0."""
    allowed = _duration.ALLOWED + (", or 0" if zero else ", above 0")

    def parse(value: object) -> float:
        try:
            seconds = _duration.parse_duration(value)
        except ValueError:
            raise Refused(allowed) from None
        if seconds == 0 and not zero:
            raise Refused(allowed)
        if seconds > MAXIMUM_SECONDS:
            raise Refused(f"{allowed} and at most {_duration.format_duration(MAXIMUM_SECONDS)}")
        return seconds

    return parse


def host(value: object) -> str:
    """An http(s) address without query and fragment; slashes at its end are dropped."""
    allowed = "an address that starts with http:// or https://"
    if not isinstance(value, str) or not value:
        raise Refused(allowed)
    if not value.isprintable() or " " in value:
        raise Refused(f"{allowed} and has no blanks in it")
    head, separator, rest = value.partition("://")
    if not separator or head.lower() not in ("http", "https"):
        rest = (rest if separator else re.sub(r"^(https?:)?/*", "", value, flags=re.I)).lstrip("/")
        rest = "localhost" + rest if re.match(r":[0-9]", rest) else rest
        proposal = f"http://{rest}"
        if rest and _is_address(proposal):
            raise Refused(f"{allowed} (did you mean {proposal!r}?)")
        raise Refused(allowed)
    if not _is_address(value):
        raise Refused("an address with a host name and, if any, a port from 1 to 65535")
    if "?" in value or "#" in value:
        raise Refused("an address without a query (?) and a fragment (#)")
    return value.rstrip("/")


def _is_address(url: str) -> bool:
    from urllib.parse import urlsplit  # not at import: memory

    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def names(value: object) -> tuple[str, ...]:
    """Names, from text (apart by commas or blanks) or an iterable of texts; each once."""
    allowed = "one or more names"
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, Iterable):
        raise Refused(allowed)
    names: list[str] = []
    for item in given:
        if not isinstance(item, str):
            raise Refused(allowed)
        names += [name for name in re.split(r"[,\s]+", item) if name]
    return tuple(dict.fromkeys(names))


def switch(value: object) -> bool:
    """A ``bool``, or one of the words for it that an environment variable may hold."""
    if isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else value
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off"):
        return False
    raise Refused("true or false")


def report_file(value: object) -> Path:
    """The path of a JSON file that could be written now."""
    if not isinstance(value, (str, os.PathLike)) or not str(value):
        raise Refused("the name of a file that ends in .json")
    from pathlib import Path  # not at import: memory

    path = Path(value)
    if path.suffix.lower() != ".json":
        raise Refused("the name of a file that ends in .json")
    try:
        _report.check_writable(path)
    except (OSError, ValueError) as error:
        raise Refused(f"a file that can be written ({error})") from None
    return path
