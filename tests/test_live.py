"""Progress: the glance, the lines, the live view."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import busy_snapshot, environment, request, snapshot

from goose._glance import Glances
from goose._live import LineView, LiveView, View, draw, open_view
from goose._options import validate


def test_the_glance_says_what_goes_on() -> None:
    glances = Glances(validate(run_time=20))
    glance = glances.look(snapshot(phase="hatching", hatched=2))
    assert (glance.state, glance.share) == ("hatching 2 of 8 users", 0.25)
    glance = glances.look(snapshot(elapsed_s=5.2))
    assert (glance.state, glance.share) == ("running 5s of 20s", 0.26)
    assert glances.look(snapshot(elapsed_s=25.0)).share == 1.0
    glance = glances.look(snapshot(phase="stopping", users=3))
    assert (glance.state, glance.share) == ("stopping, 3 users left", None)
    assert Glances(validate()).look(snapshot(elapsed_s=61.0)).state == "running 1m1s"


def test_the_rate_is_that_of_the_last_seconds_and_starts_anew_at_the_reset() -> None:
    glances = Glances(validate())
    for second in range(11):
        count = second * 10 if second <= 5 else 50 + (second - 5) * 1000
        seen = glances.look(snapshot(elapsed_s=float(second), requests=[request(count=count)]))
    assert seen.per_second == pytest.approx(1000.0)
    seen = glances.look(snapshot(elapsed_s=0.5, resets=2, requests=[request(count=100)]))
    assert seen.per_second == pytest.approx(200.0)


def test_only_main_requests_count() -> None:
    seen = Glances(validate()).look(busy_snapshot(), top=2)
    assert (seen.count, seen.failures) == (2008, 1)
    assert [row["name"] for row in seen.top] == ["/", "/about/"]
    assert seen.line().startswith("2,008 requests, 200.80/s, 1 (<0.1%) failed, 50% 0.052 ms")
    assert Glances(validate()).look(snapshot()).line() == "0 requests, 0.00/s, 0 (0%) failed"


def test_drawing_fits_and_takes_names_as_they_are() -> None:
    made = busy_snapshot()
    made["requests"][0]["name"] = "/[red]x[/red]\x1b[2J" + "y" * 200
    text = draw(Glances(validate(run_time=20)).look(made, top=5), columns=80).plain
    lines = text.split("\n")
    assert max(len(line) for line in lines) <= 79
    assert lines[0].endswith("running 10s of 20s")
    assert "━" in lines[0]
    assert "GET /[red]" in text
    assert "\x1b" not in text
    assert "━" not in draw(Glances(validate(run_time=20)).look(made), 80, unicode=False).plain


def test_the_lines_come_every_few_seconds(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("goose._live.time.monotonic", lambda: now)
    monkeypatch.setattr("goose._live.time.thread_time", lambda: 0.0)
    view = LineView(validate())
    with caplog.at_level(logging.INFO, "goose"):
        for _ in range(11):
            assert view.due(now)
            view.refresh(busy_snapshot)
            assert not view.due(now)
            now += 1.0
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("running 10s: 2,008 requests")


def test_a_dear_view_is_refreshed_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = 0.0
    monkeypatch.setattr("goose._live.time.thread_time", lambda: spent)

    class Dear(View):
        period_s = 0.25

        def show(self, snapshot: object) -> None:
            nonlocal spent
            spent += 0.02

    view = Dear(validate())
    view.refresh(busy_snapshot)
    now = time.monotonic()
    assert not view.due(now + 1.9)
    assert view.due(now + 2.1)


def test_which_view_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert type(open_view(validate())) is LineView
    assert type(open_view(validate(quiet=1))) is View
    assert type(open_view(validate(quiet=1, verbose=1))) is LineView


def test_live_view_draws_pauses_and_wipes(monkeypatch: pytest.MonkeyPatch) -> None:
    console = pytest.importorskip("rich.console")
    written = io.StringIO()
    view = LiveView(
        validate(run_time=20),
        console.Console(file=written, force_terminal=True, width=80, height=24, color_system=None),
    )
    before = sys.stderr
    assert view.refresh(busy_snapshot)["hatched"] == 8
    view.pause()
    assert "running 10s of 20s" in written.getvalue()
    view.resume()
    view.refresh(busy_snapshot)
    view.close()
    view.close()
    assert sys.stderr is not None
    assert "rich" not in type(sys.stderr).__module__ or sys.stderr is before


PROGRAM = """
import logging, sys, threading, time
from fakes import busy_snapshot
from goose._live import open_view
from goose._log import to_stderr
from goose._options import validate

with to_stderr(0, 0):
    view = open_view(validate(run_time=20))
    view.refresh(busy_snapshot)
    def task():
        for n in range(5):
            print(f"printed {n}")
            logging.warning("logged %d", n)
    thread = threading.Thread(target=task)
    thread.start()
    thread.join()
    view.refresh(busy_snapshot)
    view.pause()
    print("a table")
    view.resume()
    view.refresh(busy_snapshot)
    view.close()
print(type(view).__name__, "rich" in sys.modules)
"""


def run_in_terminal(tmp_path: Path, stdout_too: bool) -> tuple[str, str]:
    """What the program above writes to the terminal (stderr), and to a pipe on stdout."""
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stdout=slave if stdout_too else subprocess.PIPE,
        stderr=slave,
        env=environment(TERM="xterm", COLUMNS="80", LINES="24"),
        cwd=tmp_path,
    ) as process:
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        piped = process.stdout.read() if process.stdout else b""
    os.close(master)
    assert process.returncode == 0, seen
    return seen.decode(), piped.decode()


def test_print_and_logging_do_not_tear_the_view(tmp_path: Path) -> None:
    pytest.importorskip("rich")
    seen, _ = run_in_terminal(tmp_path, stdout_too=True)
    assert "LiveView True" in seen
    assert "running 10s of 20s" in seen
    for n in range(5):
        assert seen.count(f"printed {n}\r\n") == 1
        assert seen.count(f"[ WARN] logged {n}\r\n") == 1


def test_what_tasks_print_stays_on_a_piped_stdout(tmp_path: Path) -> None:
    pytest.importorskip("rich")
    seen, piped = run_in_terminal(tmp_path, stdout_too=False)
    assert piped.splitlines() == [f"printed {n}" for n in range(5)] + ["a table", "LiveView True"]
    assert "printed" not in seen
    assert "logged 4" in seen
