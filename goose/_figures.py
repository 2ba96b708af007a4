"""Figures as text: counts, rates, milliseconds, shares, and names that must fit a column."""

from __future__ import annotations

import unicodedata


def whole(count: int) -> str:
    """``2054`` gives ``2,054``."""
    return f"{count:,}"


def rate(per_second: float) -> str:
    """Two decimals below 1,000, none above; what is there but tiny is ``<0.01``, not ``0.00``."""
    if 0 < per_second < 0.005:
        return "<0.01"
    return f"{per_second:,.2f}" if round(per_second, 2) < 1000 else f"{per_second:,.0f}"


def milliseconds(value: float) -> str:
    """Three significant digits down to 1 us: ``0.052``, ``5.99``, ``20.7``, ``326``, ``1,254``."""
    for limit, decimals in ((1, 3), (10, 2), (100, 1)):
        if round(value, decimals) < limit:
            return f"{value:.{decimals}f}"
    return f"{value:,.0f}"


def failures(failed: int, count: int) -> str:
    """``0 (0%)``, ``3 (<0.1%)``, ``29,772 (50.9%)``, ``8 (100%)``: 0% and 100% are exact."""
    if failed == 0:
        share = "0%"
    elif failed >= count:
        share = "100%"
    else:
        percent = 100.0 * failed / count
        if percent < 0.1:
            share = "<0.1%"
        elif percent > 99.9:
            share = ">99.9%"
        else:
            share = f"{percent:.1f}%"
    return f"{failed:,} ({share})"


def size(octets: int) -> str:
    """Bytes in the unit that fits: ``512 B``, ``1.5 kB``, ``20.0 MB``."""
    if octets < 1000:
        return f"{octets} B"
    value, units = octets / 1000.0, ["kB", "MB", "GB", "TB"]
    while round(value, 1) >= 1000 and len(units) > 1:
        value /= 1000.0
        del units[0]
    return f"{value:,.1f} {units[0]}"


def clean(text: str) -> str:
    """``text`` without anything that moves a terminal's cursor or cannot be encoded."""
    if text.isprintable():
        return text
    return "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode("ascii")
        for mark in text
    )


def width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(mark) for mark in text)


def cut(text: str, columns: int) -> str:
    """``text`` cleaned and, where it is too wide, cut so that it ends in ``..`` and fits."""
    text = clean(text)
    if width(text) <= columns:
        return text
    taken, used = "", 0
    for mark in text:
        used += _columns(mark)
        if used > columns - 2:
            break
        taken += mark
    return taken + ".."


def left(text: str, columns: int) -> str:
    """``text`` cut to ``columns`` and filled up with blanks."""
    text = cut(text, columns)
    return text + " " * (columns - width(text))


def _columns(mark: str) -> int:
    if unicodedata.combining(mark):
        return 0
    return 2 if unicodedata.east_asian_width(mark) in ("W", "F") else 1
