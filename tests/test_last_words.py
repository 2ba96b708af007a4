"""Signals while a task holds the GIL in C, where no Python handler can run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from helpers import Target, running_cli, until

SCRIPT = """
import re
from goose import HttpUser, constant, task
class Stuck(HttpUser):
    wait_time = constant(0.001)
    count = 0
    @task
    def ask(self):
        self.client.get("/")
        Stuck.count += 1
        if Stuck.count == 1500:
            re.match(r"(a+)+$", "a" * 60 + "b")
"""


@pytest.mark.parametrize(("signals", "code"), [(1, 1), (2, 130)])
def test_the_process_ends_with_report_and_tables(
    target: Target, tmp_path: Path, signals: int, code: int
) -> None:
    with running_cli(
        tmp_path, "-H", target.url, "-u", "1", "--no-reset-metrics", script=SCRIPT
    ) as cli:
        until(lambda: target.counters()["requests"] >= 1500, "1,500 requests")
        for _ in range(signals):
            cli.signal(signal.SIGINT)
            with pytest.raises(AssertionError):
                cli.end(0.3)  # Python does not hear of it
        found = cli.end(10.0)
    assert found.code == code
    assert "a task holds Python" in found.err
    assert found.report["interrupted"] is True
    assert found.report["total"]["count"] > 0
    assert "PER REQUEST METRICS" in found.out
