"""What the tests that run attacks share: the packaged target, the command line, in-process runs."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import goose
from goose import Attack, Metrics

HERE = Path(__file__).resolve().parent
SCRIPTS = HERE / "scripts"
PACKAGE_PARENT = Path(goose.__file__).resolve().parent.parent
START_S = 20.0


def environment(**extra: str) -> dict[str, str]:
    """The environment of child processes: they import the same goose as this process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GOOSE_USERS")}
    path = os.pathsep.join(filter(None, [str(PACKAGE_PARENT), os.environ.get("PYTHONPATH", "")]))
    return {**kept, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", **extra}


def until(condition: Callable[[], Any], what: str, timeout: float = 10.0) -> Any:
    """The first true value of ``condition``, looked at every few milliseconds; fails after
    ``timeout`` seconds."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {timeout:g} s: {what}")
        time.sleep(0.005)


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """TimeoutError in the main thread when the block takes longer."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def end_process(process: subprocess.Popen[Any], timeout: float = 5.0) -> None:
    """Ends a process that a test started, by its own pid."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


# ---- the target


@dataclass
class Target:
    """A running packaged target; its counter page is the truth."""

    url: str
    process: subprocess.Popen[bytes]
    cert_file: str | None = None

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    def _ask(self, method: str, path: str) -> bytes:
        connection: http.client.HTTPConnection
        if self.cert_file is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        else:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            connection = http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=10, context=context
            )
        with contextlib.closing(connection):
            connection.request(method, path, headers={"Connection": "close"})
            response = connection.getresponse()
            body = response.read()
            assert response.status == 200, body
            return body

    def counters(self) -> dict[str, Any]:
        """The counter page."""
        page: dict[str, Any] = json.loads(self._ask("GET", "/_counters"))
        return page

    def reset(self) -> None:
        """All counters at zero."""
        self._ask("POST", "/_reset")

    def requests(self) -> int:
        """How many requests have come."""
        return int(self.counters()["requests"])

    def counts(self) -> dict[tuple[str, str], int]:
        """How many requests of each (method, path)."""
        return {(row["method"], row["path"]): row["count"] for row in self.counters()["by"]}

    def statuses(self) -> dict[tuple[str, str], dict[str, int]]:
        """The statuses answered for each (method, path)."""
        return {(row["method"], row["path"]): row["status"] for row in self.counters()["by"]}

    def count(self, path: str, method: str = "GET") -> int:
        """How many requests of one method and path."""
        return self.counts().get((method, path), 0)


@contextlib.contextmanager
def running_target(*options: str, port: int = 0, cert_file: str | None = None) -> Iterator[Target]:
    """``python -m goose target`` for as long as the context lasts."""
    command = [sys.executable, "-m", "goose", "target", "--port", str(port), *options]
    if cert_file is not None:
        command += ["--tls", "--cert-file", cert_file]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment())
    try:
        yield Target(_address(process), process, cert_file)
    finally:
        end_process(process)


def _address(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    said, end = b"", time.monotonic() + START_S
    while b"\n" not in said:
        left = end - time.monotonic()
        assert left > 0, f"the target did not start: {said!r}"
        if select.select([process.stdout], [], [], left)[0]:
            piece = os.read(process.stdout.fileno(), 4096)
            assert piece, f"the target ended at once: {said!r}"
            said += piece
    return said.decode().split()[-1]


# ---- the command line


@dataclass
class CliRun:
    """One finished run of the command line."""

    code: int
    out: str
    err: str
    report_file: Path | None
    seconds: float

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        assert self.report_file is not None
        assert self.report_file.exists(), f"no report; stderr:\n{self.err}"
        report: dict[str, Any] = json.loads(self.report_file.read_text())
        return report

    def rows(self) -> dict[str, dict[str, Any]]:
        """The report's request rows by ``METHOD name``."""
        return {f"{row['method']} {row['name']}": row for row in self.report["requests"]}

    def counts(self) -> dict[str, int]:
        """The counts of the report's request rows by ``METHOD name``."""
        return {label: row["count"] for label, row in self.rows().items()}

    def tasks(self) -> dict[str, dict[str, Any]]:
        """The report's task rows by name."""
        return {row["name"]: row for row in self.report["tasks"]}

    def printed(self) -> tuple[int, int]:
        """Requests and failures as the table of requests prints them."""
        table = self.out.rpartition("=== PER REQUEST METRICS ===")[2].partition("Avg (ms)")[0]
        lines = [line for line in table.splitlines()[4:-2] if "|" in line]
        rows = [[cell.strip() for cell in line.split("|")] for line in lines]
        rows = [row for row in rows if row[0] == "Aggregated"] or rows
        assert len(rows) == 1, table
        return int(rows[0][1].replace(",", "")), int(rows[0][2].split(" ")[0].replace(",", ""))


@dataclass
class Cli:
    """A run of the command line that goes on; its output goes to files."""

    process: subprocess.Popen[bytes]
    out_file: Path
    err_file: Path
    report_file: Path | None
    began: float = field(default_factory=time.monotonic)

    def said(self) -> str:
        """What it has written to stderr so far."""
        return self.err_file.read_text(errors="replace")

    def until_said(self, text: str, timeout: float = 10.0) -> None:
        """Waits until it has written that to stderr."""

        def look() -> bool:
            assert self.process.poll() is None or text in self.said(), self.said()
            return text in self.said()

        until(look, f"{text!r} on stderr", timeout)

    def signal(self, number: int) -> None:
        """Sends it a signal."""
        self.process.send_signal(number)

    def end(self, timeout: float = 20.0) -> CliRun:
        """Waits for its end."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"did not end within {timeout:g} s:\n{self.said()}") from None
        seconds = time.monotonic() - self.began
        return CliRun(
            code,
            self.out_file.read_text(errors="replace"),
            self.said(),
            self.report_file,
            seconds,
        )


@contextlib.contextmanager
def running_cli(
    folder: Path,
    *arguments: str,
    script: str | Path | None = None,
    report: bool = True,
    env: Mapping[str, str] | None = None,
    limits: Callable[[], None] | None = None,
) -> Iterator[Cli]:
    """``python -m goose SCRIPT ARGUMENTS`` for as long as the context lasts."""
    number = sum(1 for _ in folder.glob("run*.out"))
    command = [sys.executable, "-m", "goose"]
    if isinstance(script, str):
        path = folder / f"script{number}.py"
        path.write_text(script)
        script = path
    command += [str(script)] if script is not None else []
    command += arguments
    report_file = folder / f"report{number}.json" if report else None
    if report_file is not None:
        command += ["--report-file", str(report_file)]
    out_file, err_file = folder / f"run{number}.out", folder / f"run{number}.err"
    with out_file.open("wb") as out, err_file.open("wb") as err:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment(**(env or {})),
            cwd=folder,
            preexec_fn=limits,
        )
    try:
        yield Cli(process, out_file, err_file, report_file)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


RunCli = Callable[..., CliRun]


# ---- in this process


def run(attack: Attack, timeout: float = 15.0) -> Metrics:
    """Runs an attack to its end, for at most ``timeout`` seconds."""
    handle = attack.start()
    if not handle.wait(timeout):
        handle.stop("the test gives up")
        raise AssertionError(f"the attack did not end within {timeout:g} s: {handle.metrics()!r}")
    for text, _ in handle.tracebacks:
        sys.stderr.write(text)
    return handle.metrics()


def by_label(metrics: Metrics) -> dict[str, int]:
    """Counts by ``METHOD name``."""
    return {row.label: row.count for row in metrics.requests}


def task_counts(metrics: Metrics) -> dict[str, int]:
    """Runs of each task by name."""
    counts: dict[str, int] = {}
    for row in metrics.tasks:
        counts[row.name] = counts.get(row.name, 0) + row.count
    return counts


def error_texts(metrics: Metrics) -> dict[str, int]:
    """Counts by error text."""
    counts: dict[str, int] = {}
    for row in metrics.errors:
        counts[row.text] = counts.get(row.text, 0) + row.count
    return counts
