"""Times as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from goose._duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30.0),
        ("30s", 30.0),
        ("20m", 1200.0),
        ("90m", 5400.0),
        ("3h", 10800.0),
        ("1h30m", 5400.0),
        ("1h30m15s", 5415.0),
        ("1h15s", 3615.0),
        ("0", 0.0),
        ("007", 7.0),
        (30, 30.0),
        (0.25, 0.25),
        (timedelta(minutes=2, milliseconds=500), 120.5),
    ],
)
def test_parses(value: object, seconds: float) -> None:
    assert parse_duration(value) == seconds


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "20x", "1.5h", "1h30", "30s20m", "m", "h", "-1", "+1", "1e3", "0.5", "1 h"),
        *("1H", "foo", "1h1h", "30s ", "\u0663", "9" * 5000, "nan", "inf"),
        *(-1, -0.1, float("nan"), float("inf"), 10**400, True, None, [], timedelta(seconds=-1)),
    ],
)
def test_refuses_and_names_the_value(value: object) -> None:
    with pytest.raises(ValueError, match="is not a time such as 30, 30s, 20m, 3h or 1h30m") as info:
        parse_duration(value)
    assert repr(value) in str(info.value)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.25, "0.25s"),
        (0.1 + 0.2, "0.3s"),
        (30, "30s"),
        (59.99, "59.99s"),
        (59.996, "1m"),
        (60, "1m"),
        (61.4, "1m1s"),
        (5400, "1h30m"),
        (3599.9, "1h"),
        (90061, "25h1m1s"),
    ],
)
def test_formats(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 3600, 3661, 5400, 86400 * 3 + 7])
def test_what_is_formatted_parses_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds
