"""The command line without the engine: errors, exit codes, and a session over a fake attack."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import MappingProxyType

import pytest
from fakes import FakeAttack, FakeHandle, busy_snapshot, environment, request, snapshot, task

from goose._demo import run_target
from goose._listing import list_tasks
from goose._log import level, to_stderr
from goose._metrics import Metrics
from goose._options import OptionError, validate
from goose._session import Session


def session(handle: FakeHandle, **options: object) -> int:
    """The exit code of a session over a fake attack."""
    return Session(FakeAttack(handle), validate(quiet=1, **options)).run()


# --- A session. ---------------------------------------------------------------------------------


def test_exit_code_0_without_failures_and_1_with_any(capsys: pytest.CaptureFixture[str]) -> None:
    good = snapshot(requests=[request(values_ms=[1.0])])
    assert session(FakeHandle(good)) == 0
    assert "PER REQUEST METRICS" in capsys.readouterr().out
    assert session(FakeHandle(busy_snapshot())) == 1
    hatching = Metrics(snapshot(tasks=[task("a", 0, values_ms=[1.0], failures=1)]))
    assert session(FakeHandle(good, hatching=hatching)) == 1


def test_hatch_metrics_are_printed_before_the_reset(capsys: pytest.CaptureFixture[str]) -> None:
    hatching = Metrics(snapshot(requests=[request("/early", values_ms=[1.0])]))
    handle = FakeHandle(snapshot(requests=[request("/late", values_ms=[1.0])]), hatching=hatching)
    assert session(handle) == 0
    out = capsys.readouterr().out
    said = "All 8 users hatched, resetting metrics (disable with --no-reset-metrics).\n"
    assert out.count(said) == 1
    assert out.index("GET /early") < out.index(said) < out.index("GET /late")


def test_without_reset_it_is_only_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert session(FakeHandle(snapshot()), no_reset_metrics=True) == 0
    assert capsys.readouterr().out.startswith("\nAll 8 users hatched.\n")


def test_running_tables_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    session(FakeHandle(snapshot(), waits=4), running_metrics=0.03)
    out = capsys.readouterr().out
    assert out.count("PER REQUEST METRICS") >= 2
    assert out.count("OVERVIEW") == 1


def test_no_metrics_no_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert session(FakeHandle(snapshot()), no_metrics=True) == 0
    assert "PER REQUEST" not in capsys.readouterr().out


def test_warnings_and_tracebacks_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    handle = FakeHandle(snapshot(warnings=["a lane is held"]), waits=20)
    handle.tracebacks = [("Traceback: boom\n", 3), ("Traceback: bang\n", 1)]
    with caplog.at_level(logging.WARNING, "goose"):
        session(handle)
    assert caplog.text.count("a lane is held") == 1
    assert caplog.text.count("boom") == 1
    assert caplog.text.count("bang") == 1


def test_the_report_is_written_with_the_hatching(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    handle = FakeHandle(busy_snapshot(), hatching=Metrics(snapshot()))
    assert session(handle, report_file=path) == 1
    body = json.loads(path.read_text())
    assert body["total"]["count"] == 2008
    assert body["hatching"]["total"]["count"] == 0


def test_a_report_that_fails_is_exit_code_1_and_the_tables_come(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert session(FakeHandle(snapshot()), report_file=tmp_path / "r.json") == 1
    assert "No space left on device" in caplog.text
    assert "OVERVIEW" in capsys.readouterr().out


def test_signal_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    session(FakeHandle(snapshot()))
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


# --- A session in its own process. --------------------------------------------------------------

PROGRAM = """
import os, sys, time
from fakes import FakeAttack, FakeHandle, busy_snapshot
from goose._log import to_stderr
from goose._options import validate
from goose._session import Session

class Stubborn(FakeHandle):
    "Goes on until it is killed, unless it may stop."
    may_stop = "stop" in sys.argv
    def wait(self, timeout_s):
        print("waiting", file=sys.stderr, flush=True)
        time.sleep(0.05)
        return bool(self.stopped) and self.may_stop

class Quick(FakeHandle):
    pass

made = busy_snapshot()
handle = (Quick if "quick" in sys.argv else Stubborn)(made)
with to_stderr(0, 0):
    options = validate(report_file="r.json", run_time=20)
    code = Session(FakeAttack(handle), options, lambda: print("at once", file=sys.stderr)).run()
sys.exit(code)
"""


def start(folder: Path, *words: str, stdout: int | None = None) -> subprocess.Popen[bytes]:
    """The program above in a process of its own, in ``folder``."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE if stdout is None else stdout,
        stderr=subprocess.PIPE,
    )


def until_waiting(process: subprocess.Popen[bytes]) -> None:
    assert process.stderr is not None
    while b"waiting" not in process.stderr.readline():
        assert process.poll() is None


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGINT, b"ctrl-c"), (signal.SIGTERM, b"SIGTERM")]
)
def test_one_signal_stops_in_order(tmp_path: Path, number: int, name: bytes) -> None:
    with start(tmp_path, "stop") as process:
        until_waiting(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert b"[ WARN] caught " + name + b", stopping..." in err
    assert b"OVERVIEW" in out
    assert json.loads((tmp_path / "r.json").read_text())["interrupted"] is False


def test_a_second_signal_leaves_at_once_with_report_and_tables(tmp_path: Path) -> None:
    with start(tmp_path) as process:
        until_waiting(process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"caught ctrl-c, stopping..." in err
    assert b"caught SIGTERM again, leaving at once" in err
    assert b"at once" in err
    assert b"Interrupted" in out
    assert json.loads((tmp_path / "r.json").read_text())["interrupted"] is True


def test_a_closed_pipe_does_not_cost_the_report(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with start(tmp_path, "quick", stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 1, "the failures of the run"
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    assert json.loads((tmp_path / "r.json").read_text())["total"]["count"] == 2008


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_on_stdout_does_not_cost_the_report(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full, start(tmp_path, "quick", stdout=full.fileno()) as process:
        _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert b"standard output failed" in err
    assert b"Traceback" not in err
    assert (tmp_path / "r.json").exists()


# --- The rest. ----------------------------------------------------------------------------------


def test_levels() -> None:
    assert [level(*pair) for pair in ((0, 0), (1, 0), (3, 0), (0, 1), (0, 2), (0, 9), (1, 1))] == [
        logging.INFO,
        logging.DEBUG,
        logging.DEBUG,
        logging.WARNING,
        logging.ERROR,
        logging.ERROR,
        logging.INFO,
    ]


def test_log_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with to_stderr(0, 0):
        logging.getLogger("a.script").info("hello %s", "you")
        logging.getLogger("a.script").debug("not shown")
        bad = logging.makeLogRecord({"msg": "bad %d", "args": ("text",), "levelname": "WARNING"})
        logging.getLogger().handlers[-1].emit(bad)
    logging.getLogger("a.script").warning("not ours any more")
    first, second = capsys.readouterr().err.splitlines()
    assert first[2] == first[5] == ":"
    assert first[8:] == " [ INFO] hello you"
    assert second[8:] == " [ WARN] 'bad %d' (its arguments do not fit)"


def test_listing() -> None:
    def index() -> None: ...
    def about() -> None: ...

    class Inner:
        tasks = MappingProxyType({about: 2})

    class WebsiteUser:
        weight = 3
        tasks = (index, about, index, Inner)

    assert list_tasks([WebsiteUser]).splitlines() == [
        "Available tasks:",
        " - WebsiteUser (weight: 3)",
        "    o index (weight: 2)",
        "    o about (weight: 1)",
        "    o Inner (weight: 1)",
        "        o about (weight: 2)",
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--port", "x"], "--port: 'x' is not a whole number of at least 0"),
        (["--port", "70000"], "--port: '70000' is not a whole number"),
        (["--prot", "1"], "'--prot' is not one of its options"),
        (["--port"], "--port: '' is not usable so"),
    ],
)
def test_bad_target_options(arguments: list[str], text: str) -> None:
    with pytest.raises(OptionError) as info:
        run_target(arguments)
    assert text in str(info.value)


def goose_py(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One command line of the real program."""
    return subprocess.run(
        [sys.executable, "-m", "goose", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["f.py", "-u", "x"], "--users: 'x' is not a whole number of at least 1"),
        (["f.py", "-t", "20x"], "--run-time: '20x' is not a time"),
        (["no-such-file.py"], "FILE: 'no-such-file.py' is not a file"),
        ([], "FILE: '' is not the name of a Python file"),
        (["demo", "--users", "0"], "--users: '0' is not a whole number"),
        (["target", "--port", "-1"], "--port: '-1' is not a whole number"),
    ],
)
def test_wrong_use_is_exit_code_2_with_one_line(arguments: list[str], text: str) -> None:
    pytest.importorskip("goose._engine")
    done = goose_py(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("goose-py: error: ")
    assert text in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_and_version() -> None:
    pytest.importorskip("goose._engine")
    assert goose_py("-h").returncode == 0
    assert "--hatch-rate" in goose_py("-h").stdout
    assert goose_py("-V").stdout.startswith("goose-py ")
