"""The printed tables."""

from __future__ import annotations

from datetime import datetime

import pytest
from fakes import busy_snapshot, request, snapshot, task, times

from goose import _figures
from goose._metrics import Metrics, Run
from goose._options import validate
from goose._tables import final_tables, running_tables


def final(**changes: object) -> str:
    """All tables of a snapshot with these changes."""
    return final_tables(Metrics(snapshot(**changes)), status_codes=True)


def line(text: str, start: str) -> list[str]:
    """The lines that begin with ``start``, blanks and bars squeezed."""
    squeezed = (" ".join(one.replace("|", " ").split()) for one in text.splitlines())
    return [one for one in squeezed if one.startswith(start)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.000"),
        (0.001, "0.001"),
        (0.05, "0.050"),
        (0.9996, "1.00"),
        (5.994, "5.99"),
        (9.996, "10.0"),
        (20.68, "20.7"),
        (99.96, "100"),
        (254.4, "254"),
        (1254.0, "1,254"),
        (3_600_000.0, "3,600,000"),
    ],
)
def test_milliseconds(value: float, text: str) -> None:
    assert _figures.milliseconds(value) == text


@pytest.mark.parametrize(
    ("failed", "count", "text"),
    [
        (0, 0, "0 (0%)"),
        (0, 9, "0 (0%)"),
        (1, 2008, "1 (<0.1%)"),
        (29_772, 58_518, "29,772 (50.9%)"),
        (99_999, 100_000, "99,999 (>99.9%)"),
        (8, 8, "8 (100%)"),
    ],
)
def test_failures(failed: int, count: int, text: str) -> None:
    assert _figures.failures(failed, count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (0.001, "<0.01"),
        (1.707, "1.71"),
        (999.994, "999.99"),
        (999.999, "1,000"),
        (107_823.4, "107,823"),
    ],
)
def test_rate(value: float, text: str) -> None:
    assert _figures.rate(value) == text


def test_size() -> None:
    assert [_figures.size(n) for n in (0, 999, 1500, 999_999, 20_000_000, 10**16)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "1.0 MB",
        "20.0 MB",
        "10,000.0 TB",
    ]


def test_names_are_cut_by_columns_and_cleaned() -> None:
    assert _figures.cut("abcdefgh", 6) == "abcd.."
    assert _figures.cut("abcdef", 6) == "abcdef"
    assert _figures.left("\u4e2d\u6587", 6) == "\u4e2d\u6587  "
    assert _figures.cut("\u4e2d\u6587\u4e2d\u6587", 6) == "\u4e2d\u6587.."
    assert _figures.clean("a\x1b[2J\n\ud800") == "a\\x1b[2J\\n\\ud800"


def test_the_tables_of_the_seed() -> None:
    text = final(
        tasks=[task("loadtest_index", 0, "LoadtestTasks", values_ms=[20.86] * 2054)],
        requests=[request(values_ms=[20.68] * 2053 + [254.0])],
        elapsed_s=5.0,
    )
    assert line(text, "1: Load") == ["1: LoadtestTasks", "1: LoadtestTasks"]
    assert line(text, "1: load")[0] == "1: loadtest_index 2,054 0 (0%) 410.80 0.00"
    counts, spread, percentiles, codes = line(text, "GET /")
    assert counts == "GET / 2,054 0 (0%) 410.80 0.00"
    assert spread == "GET / 20.8 20.7 254 20.7"
    assert percentiles == "GET / 20.7 20.7 20.7 20.7 20.7 20.7 20.7 254"
    assert codes == "GET / 2,054 [200]"
    assert line(text, "Aggregated") == ["Aggregated 2,054 [200]"]


def test_everything_is_there_and_80_columns_wide() -> None:
    when = datetime(2026, 5, 17, 7, 9, 5)
    run = Run(validate(seed=5, lanes=1), ("http://localhost:8080",), when, when)
    text = final_tables(Metrics(busy_snapshot(), run), status_codes=True)
    assert max(len(one) for one in text.splitlines()) <= 79
    for title in ("TASK METRICS", "REQUEST METRICS", "STATUS CODES", "ERRORS", "OVERVIEW"):
        assert title in text
    assert "  3: never               |             0 |         0 (0%)" in text
    assert "Aggregated               |         2,008 |      1 (<0.1%)" in text
    assert "Redirects followed: 3, Resent: 1, Cut off at the end: 2" in text
    assert len(line(text, "TCP connect (2)")) == 2
    assert len(line(text, "TLS shake (1)")) == 2
    assert "3 [200], 1 [404]" in text
    assert "PUT /prepare" in text
    assert "DELETE /clean" in text
    assert "Started      2026-05-17 07:09:05" in text
    assert "1 lane, seed 5" in text
    assert "held its lane for 0.25s at most, 2 times, at site.py:12" in text
    assert "3 passes" in text
    assert "1 users ended before" in text
    assert "proxy variables" in text
    assert "-\n --" not in text, "two rules after one another"


def test_running_tables_have_no_overview_and_codes_only_when_asked() -> None:
    text = running_tables(Metrics(busy_snapshot()))
    assert "OVERVIEW" not in text
    assert "[200]" not in text


def test_nothing_counted() -> None:
    text = final()
    assert line(text, "Aggregated")[0] == "Aggregated 0 0 (0%) 0.00 0.00"
    assert "Aggregated - - - -" in line(text, "Aggregated")
    assert "ERRORS" not in text
    assert "TCP connect" not in text


def test_many_errors_are_cut_with_a_word_about_it() -> None:
    errors = [{"method": "GET", "name": "/", "text": f"e{n}", "count": 1} for n in range(60)]
    text = final(errors=errors)
    assert "... and 10 more texts" in text


def test_many_status_codes_wrap() -> None:
    codes = dict.fromkeys(range(200, 220), 1000)
    text = final(requests=[request(values_ms=[1.0], status_codes=codes)])
    assert max(len(one) for one in text.splitlines()) <= 79
    assert "1,000 [219]" in text


def test_connect_times_stand_apart_from_the_aggregate() -> None:
    text = final(requests=[request(values_ms=[1.0])], connect_times=times(50.0))
    assert line(text, "TCP connect (1)")[0] == "TCP connect (1) 50.0 50.0 50.0 50.0"
    assert line(text, "GET /")[1] == "GET / 1.00 1.00 1.00 1.00"
