"""SIGTERM, one and two Ctrl-C, whatever the attack is at: report written, exit code right, soon."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from helpers import Cli, CliRun, Target, running_cli, until

END_S = 10.0
SIGNALS = {
    "term": [signal.SIGTERM],
    "ctrl-c": [signal.SIGINT],
    "two ctrl-c": [signal.SIGINT, signal.SIGINT],
}
ALL = pytest.mark.parametrize("signals", SIGNALS.values(), ids=SIGNALS)

SIMPLE = """
from goose import HttpUser, constant, task
class Simple(HttpUser):
    wait_time = constant(WAIT)
    @task
    def go(self):
        self.client.get("/")
"""

BLOCKER = """
import os, sys
HELD
from goose import HttpUser, constant, task

class Simple(HttpUser):
    wait_time = constant(0.01)
    weight = 3
    @task
    def go(self):
        self.client.get("/")

class Blocker(HttpUser):
    fixed_count = 1
    @task
    def block(self):
        self.client.get("/bytes/1")
        os.write(2, b"HOLDING\\n")
        hold()
"""

HOLDS = {
    "python": "def hold():\n    while True:\n        pass",
    "select": "import select\ndef hold():\n    select.select([], [], [], 60)",
    "sleep bound earlier": "import ctypes\ndef hold():\n    ctypes.CDLL(None).usleep(60_000_000)",
    "the GIL in C": "import ctypes\ndef hold():\n    ctypes.PyDLL(None).usleep(60_000_000)",
}


def send(cli: Cli, signals: list[signal.Signals]) -> CliRun:
    """Sends the signals, the second once the first was heard, and waits for the end."""
    began = time.monotonic()
    for place, number in enumerate(signals):
        if place:
            time.sleep(0.2)  # two in one moment are one for the kernel; it may have ended by now
        if cli.process.poll() is None:
            cli.signal(number)
    found = cli.end(END_S + 5)
    assert time.monotonic() - began < END_S
    assert "Traceback" not in found.err
    assert found.report_file is not None
    assert not list(found.report_file.parent.glob(".*.tmp"))
    return found


def assert_ended(found: CliRun, signals: list[signal.Signals], at_once: bool = True) -> None:
    """``at_once``: one signal does not end it within a moment, so that a second counts."""
    report = found.report
    reason = "SIGTERM" if signals[0] == signal.SIGTERM else "ctrl-c"
    if len(signals) == 2 and at_once:
        assert found.code == 130
        assert report["interrupted"] is True
        assert "again, leaving at once" in found.err
    elif found.code != 130:
        failed = report["total"]["failures"] + report["tasks_total"]["failures"]
        assert found.code == (1 if failed or report["errors"] else 0)
        assert f"caught {reason}, stopping" in found.err
    assert found.printed()[0] == report["total"]["count"]


@contextmanager
def silent(full: bool) -> Iterator[int]:
    """A port that accepts nothing: with a full queue (SYNs stay unanswered) or without."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0 if full else 100)
        fillers = []
        for _ in range(FILLERS if full else 0):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        try:
            yield server.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


FILLERS = 4


def connecting(port: int, others: int) -> Callable[[], bool]:
    """Whether more sockets than ``others`` have that port on their other side."""
    pattern = re.compile(rf"^\s*\d+: [0-9A-F:]+ 0100007F:{port:04X} (01|02) ", re.MULTILINE)
    return lambda: len(pattern.findall(Path("/proc/net/tcp").read_text())) > others


@ALL
def test_while_hatching(target: Target, tmp_path: Path, signals: list[signal.Signals]) -> None:
    options = ["-H", target.url, "-u", "1000", "-r", "20", "--stop-timeout", "2"]
    with running_cli(tmp_path, *options, script=SIMPLE.replace("WAIT", "0.01")) as cli:
        until(lambda: target.requests() > 20, "load")
        found = send(cli, signals)
    assert found.report["users"] < 1000
    assert_ended(found, signals, at_once=False)


@ALL
def test_under_full_load(target: Target, tmp_path: Path, signals: list[signal.Signals]) -> None:
    options = ["-H", target.url, "-u", "100", "-r", "10000", "--no-reset-metrics"]
    with running_cli(tmp_path, *options, script=SIMPLE.replace("WAIT", "0")) as cli:
        until(lambda: target.requests() > 1000, "load")
        found = send(cli, signals)
    assert_ended(found, signals, at_once=False)
    if found.code != 130:
        assert found.report["total"]["count"] == target.requests()


def held() -> list[tuple[str, str]]:
    """Nothing of ours runs while C code holds the GIL, but the second signal is heard."""
    pairs = [(hold, kind) for hold in HOLDS for kind in SIGNALS]
    return [pair for pair in pairs if pair[0] != "the GIL in C" or pair[1] == "two ctrl-c"]


@pytest.mark.parametrize(("hold", "kind"), held())
def test_a_held_lane(target: Target, tmp_path: Path, hold: str, kind: str) -> None:
    signals = SIGNALS[kind]
    script = BLOCKER.replace("HELD", HOLDS[hold])
    options = ["-H", target.url, "-u", "4", "-r", "10000", "--lanes", "2", "--no-reset-metrics"]
    options.append("--no-compile")  # a program does not hold its lane
    with running_cli(tmp_path, *options, "--stop-timeout", "1", script=script) as cli:
        cli.until_said("HOLDING")
        found = send(cli, signals)
    assert found.code == (130 if len(signals) == 2 else 1)
    assert found.report["interrupted"] is True
    if hold != "the GIL in C":  # then the report is what was looked at last
        assert found.counts()["GET /bytes/1"] == 1


@ALL
@pytest.mark.parametrize("tls", [False, True], ids=["connecting", "handshake"])
def test_while_connecting(tmp_path: Path, tls: bool, signals: list[signal.Signals]) -> None:
    with silent(full=not tls) as port:
        scheme = "https" if tls else "http"
        options = ["-H", f"{scheme}://127.0.0.1:{port}", "-u", "3", "-r", "1000"]
        script = SIMPLE.replace("WAIT", "0")
        with running_cli(tmp_path, *options, "--stop-timeout", "1", script=script) as cli:
            cli.until_said("run time: until stopped")
            until(connecting(port, 0 if tls else FILLERS), "a connection under way")
            found = send(cli, signals)
    assert found.report["total"]["count"] == 0
    assert found.report["total"]["cut_off"] <= 3
    if found.code != 130:
        assert found.code == 0
        assert found.report["total"]["cut_off"] >= 1
    assert_ended(found, signals, at_once=False)


@ALL
def test_while_resolving(tmp_path: Path, signals: list[signal.Signals]) -> None:
    options = ["-H", "http://no-such-host.invalid", "-u", "3", "-r", "1000", "--no-reset-metrics"]
    with running_cli(tmp_path, *options, script=SIMPLE.replace("WAIT", "0.5")) as cli:
        cli.until_said("run time: until stopped")
        time.sleep(0.3)  # a resolver here answers at once; elsewhere it may take long
        found = send(cli, signals)
    assert_ended(found, signals, at_once=False)


@ALL
def test_in_on_stop(target: Target, tmp_path: Path, signals: list[signal.Signals]) -> None:
    script = """
import os, time
from goose import HttpUser, constant, task
class Leaver(HttpUser):
    @task
    def go(self):
        self.client.get("/")
        time.sleep(100)
    def on_stop(self):
        os.write(2, b"LEAVING\\n")
        self.client.get("/fault/hang", name="hang")
"""
    options = ["-H", target.url, "-u", "3", "-r", "1000", "--stop-timeout", "2"]
    with running_cli(tmp_path, *options, "--no-reset-metrics", script=script) as cli:
        until(lambda: target.count("/") == 3, "all at rest")
        cli.signal(signals[0])
        cli.until_said("LEAVING")
        if len(signals) == 2:
            cli.signal(signals[1])
        found = cli.end(END_S)
    assert_ended(found, signals)
    assert found.counts()["GET /"] == 3
    if len(signals) == 1:
        assert found.code == 0
        assert found.rows()["GET hang"]["cut_off"] == 3
        assert 1.5 < found.seconds < END_S


@ALL
def test_in_test_start(target: Target, tmp_path: Path, signals: list[signal.Signals]) -> None:
    script = """
import os
import goose
from goose import HttpUser, task
@goose.test_start
def prepare(user):
    os.write(2, b"ASKING\\n")
    user.client.get("/fault/hang")
class Never(HttpUser):
    @task
    def go(self):
        self.client.get("/")
"""
    options = ["-H", target.url, "-u", "3", "-r", "1000", "--stop-timeout", "1"]
    with running_cli(tmp_path, *options, script=script) as cli:
        cli.until_said("ASKING")
        found = send(cli, signals)
    assert target.count("/") == 0
    assert found.code in ((130,) if len(signals) == 2 else (0, 1))
    assert found.report["total"]["count"] == 0


def test_a_script_that_swallows_everything(target: Target, tmp_path: Path) -> None:
    script = """
from goose import HttpUser, task
class Deaf(HttpUser):
    @task
    def go(self):
        while True:
            try:
                self.client.get("/")
            except BaseException:
                pass
"""
    options = ["-H", target.url, "-u", "5", "-r", "100000", "--stop-timeout", "1"]
    with running_cli(tmp_path, *options, "--no-reset-metrics", script=script) as cli:
        until(lambda: target.requests() > 2000, "load by all users")
        found = send(cli, [signal.SIGINT])
    assert found.report["client"]["dropped_users"] == 5
    assert "did not stop when told" in found.err
    assert found.report["total"]["count"] <= target.requests()


def test_a_closed_stdout_does_not_cost_the_report(target: Target, tmp_path: Path) -> None:
    import subprocess
    import sys

    from helpers import environment

    script, report = tmp_path / "simple.py", tmp_path / "r.json"
    script.write_text(SIMPLE.replace("WAIT", "0.01"))
    options = ["-H", target.url, "-u", "2", "-r", "1000", "-t", "1", "--report-file", str(report)]
    process = subprocess.Popen(
        [sys.executable, "-m", "goose", str(script), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(10) in (0, 1)
    assert process.stderr is not None
    said = process.stderr.read().decode()
    process.stderr.close()
    assert report.exists(), said
    assert "Traceback" not in said
