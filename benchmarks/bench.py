"""goose-py against wrk on the packaged target, each pinned to a core: ``make bench``.

The machine drifts, so every figure is the median over rounds of the ratio to the wrk run next to
it. ``--rounds``, ``--seconds`` and case names narrow it down.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "bench"
TARGET_CORE, CLIENT_CORE = "0", "1"
JSON_BODY = '{"user": "anna", "basket": [1, 2, 3], "note": "a small order"}'


class Figures(NamedTuple):
    per_second: float
    cpu_us: float


class Case(NamedTuple):
    name: str
    connections: int
    goal: float | None
    run: Callable[[float], Figures]
    wrk: Callable[[float], Figures]


@contextmanager
def target(*arguments: str) -> Iterator[str]:
    """The packaged target alone on its core; its URL."""
    command = ["taskset", "-c", TARGET_CORE, str(BUILD / "goose-target"), "--port", "0", "--spin"]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        yield line.split()[-1]
    finally:
        process.terminate()
        process.wait()


def pinned(command: list[str]) -> tuple[str, float]:
    """Runs a client on its core. Its output and its CPU seconds."""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(["taskset", "-c", CLIENT_CORE, *command], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return text, usage.ru_utime + usage.ru_stime


def wrk(url: str, connections: int, seconds: float, lua: str = "") -> Figures:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(lua)
        script.flush()
        text, cpu = pinned([*command, *(["-s", script.name] if lua else []), url])
    requests = int(re.search(r"(\d+) requests in", text)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])  # type: ignore[index]
    return Figures(rate, cpu * 1e6 / max(1, requests))


def read(text: str) -> Figures:
    row = json.loads(text)
    if row["failures"]:
        raise SystemExit(f"requests failed: {row}")
    return Figures(row["per_second"], row["cpu_us"])


def goose(case: str, url: str, connections: int, seconds: float, *more: str) -> Figures:
    command = [sys.executable, str(HERE / "client.py"), case, url, str(connections), f"{seconds:g}"]
    return read(pinned([*command, *more])[0])


def loop(url: str, connections: int, seconds: float) -> Figures:
    return read(pinned([str(BUILD / "loop"), url, str(connections), f"{seconds:g}"])[0])


POST_LUA = (
    'wrk.method = "POST"\n'
    f"wrk.body = '{JSON_BODY}'\n"
    'wrk.headers["Content-Type"] = "application/json"\n'
    'wrk.headers["X-Token"] = "secret"\n'
    'wrk.headers["Cookie"] = "session=0123456789abcdef"\n'
)
REAL_LUA = (
    "local sizes = {100, 101, 102, 103}\n"
    "function request()\n"
    '  return wrk.format("GET", "/bytes/" .. sizes[math.random(4)])\n'
    "end\n"
)
CLOSE_LUA = 'wrk.headers["Connection"] = "close"\n'


def cases(plain: str) -> list[Case]:
    found: list[Case] = []

    def add(
        name: str,
        n: int,
        goal: float | None,
        run: Callable[[float], Figures],
        path: str,
        lua: str = "",
    ) -> None:
        found.append(Case(name, n, goal, run, lambda s: wrk(path, n, s, lua)))

    def both(
        name: str, n: int, goal: float | None, python_goal: float | None, path: str, lua: str = ""
    ) -> None:
        """A task compiled, and as Python."""
        add(name, n, goal, lambda s: goose(name, plain, n, s), path, lua)
        python = f"{name} as Python"
        add(python, n, python_goal, lambda s: goose(name, plain, n, s, "--no-compile"), path, lua)

    root, json_1k = f"{plain}/", f"{plain}/json/1000?size=100"
    for n, engine, get, get_python in ((100, 1.2, 1.25, 1.1), (1000, 1.3, 1.35, 1.2)):
        add("engine", n, engine, lambda s, n=n: loop(root, n, s), root)  # type: ignore[misc]
        both("get", n, get, get_python, root)
        both("real", n, None, 1.0, f"{plain}/bytes/100")
    both("shop", 100, 1.15, None, json_1k)
    both("island", 100, 1.0, None, json_1k)
    add("post", 100, None, lambda s: goose("post", plain, 100, s), f"{plain}/upload", POST_LUA)
    add("close", 100, None, lambda s: goose("close", plain, 100, s), root, CLOSE_LUA)
    return found


def https_case(tls: str) -> Case:
    run = lambda s: goose("get", tls, 100, s)  # noqa: E731
    return Case("https", 100, 0.9, run, lambda s: wrk(f"{tls}/", 100, s))


def compare(case: Case, rounds: int, seconds: float) -> str:
    """Alternates goose-py and wrk; one row of the table."""
    ratios, rates, cpu, peer_cpu = [], [], [], []
    case.run(0.5)
    for _ in range(rounds):
        before = case.wrk(seconds)
        mine = case.run(seconds)
        after = case.wrk(seconds)
        peer = (before.per_second + after.per_second) / 2
        ratios.append(mine.per_second / peer)
        rates.append(mine.per_second)
        cpu.append(mine.cpu_us)
        peer_cpu.append((before.cpu_us + after.cpu_us) / 2)
    goal = "" if case.goal is None else f"{case.goal:.2f}"
    spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
    return (
        f"| {case.name} | {case.connections} | {statistics.median(ratios):.2f} | {spread} | {goal} "
        f"| {statistics.median(rates):,.0f} | {statistics.median(cpu):.2f} "
        f"| {statistics.median(peer_cpu):.2f} |"
    )


def lanes(plain: str, rounds: int, seconds: float, fake: bool) -> str:
    """Requests per CPU second on two lanes over one lane's, both free to use all cores. ``fake``:
    without sockets, so that nothing but the lanes themselves is measured."""
    environment = {**os.environ, **({"GOOSE_TRANSPORT": "fake"} if fake else {})}
    ratios = []
    for _ in range(rounds):
        figures = []
        for count, users in ((1, 100), (2, 200)):
            command = [sys.executable, str(HERE / "client.py"), "get", plain, str(users)]
            command += [f"{seconds:g}", "--lanes", str(count)]
            figures.append(read(subprocess.check_output(command, text=True, env=environment)))
        ratios.append(figures[0].cpu_us / figures[1].cpu_us)
    ratio = statistics.median(ratios)
    where = "without sockets" if fake else "on the target's own cores"
    return f"two lanes, {where}: requests per CPU second are {ratio:.2f} of one lane's (goal 0.95)"


def live_view(plain: str, rounds: int, seconds: float) -> str:
    """Throughput with the live view in a terminal (of script(1)) over that with -q."""
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "get.py"
        script.write_text(
            "from goose import HttpUser, task\n\n\nclass Get(HttpUser):\n    @task\n"
            '    def get(self):\n        self.client.get("/")\n'
        )
        for _ in range(rounds):
            rates = []
            for quiet in ("-q", ""):
                report = Path(folder) / "report.json"
                command = (
                    f"taskset -c {CLIENT_CORE} {sys.executable} -m goose {script} -H {plain} "
                    f"-u 100 -r 100000 -t {max(1, round(seconds))}s --lanes 1 "
                    f"--report-file {report} {quiet}"
                )
                subprocess.run(
                    ["script", "-qec", command, "/dev/null"], check=True, capture_output=True
                )
                rates.append(json.loads(report.read_text())["total"]["per_s"])
            ratios.append(rates[1] / rates[0])
    return f"live view: throughput is {statistics.median(ratios):.3f} of that without (goal 0.98)"


def attack_of(plain: str, users: int, rate: float, wait: str, seconds: float) -> dict[str, float]:
    command = [sys.executable, str(HERE / "memory.py"), plain, str(users), str(rate)]
    command += [*wait.split(), str(seconds)]
    row: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return row


def memory(plain: str) -> Iterator[str]:
    slow = attack_of(plain, 1024, 200.0, "5 15", 8.0)
    yield f"1,024 users, between(5, 15): {slow['above_bare_mb']:.1f} MB above bare Python"
    few = attack_of(plain, 1000, 1e6, "100 200", 3.0)
    many = attack_of(plain, 10000, 1e6, "100 200", 3.0)
    each = (many["above_bare_mb"] - few["above_bare_mb"]) * 1e6 / 9000
    yield (
        f"10,000 users as fast as possible: hatched in {many['hatched_s']:.2f} s, all connected in "
        f"{many['all_connected_s']:.2f} s, stopped in {many['stopped_s']:.2f} s"
    )
    yield f"{each:.0f} bytes resident for each user between 1,000 and 10,000, all told (goal 600)"


def machine() -> str:
    model = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    return (
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, "
        f"Linux {platform.release()}, Python {platform.python_version()}, "
        f"wrk {wrk_version()}"
    )


def wrk_version() -> str:
    text = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"wrk\s+(\S+)", text)
    return found[1] if found else "?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="cases; default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()

    def wanted(name: str) -> bool:
        return not given.names or name in given.names

    print(f"{machine()}; {given.rounds} rounds of {given.seconds:g} s", flush=True)
    print("| case | connections | x wrk | min-max | goal | req/s | CPU us/req | wrk's |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    # one target at a time: each spins, and two would share the core
    with target() as plain:
        for case in cases(plain):
            if wanted(case.name):
                print(compare(case, given.rounds, given.seconds), flush=True)
    if wanted("https"):
        with target("--tls") as tls:
            print(compare(https_case(tls), given.rounds, given.seconds), flush=True)
    with target() as plain:
        if wanted("lanes"):
            for fake in (True, False):
                print(lanes(plain, given.rounds, given.seconds, fake), flush=True)
        if wanted("live"):
            print(live_view(plain, given.rounds, given.seconds), flush=True)
        if wanted("memory"):
            for line in memory(plain):
                print(line, flush=True)


if __name__ == "__main__":
    main()
