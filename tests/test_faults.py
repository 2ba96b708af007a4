"""Bad input and faults: each gives one failed request with a clear text, in bounded memory, and the
run goes on."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from helpers import (
    CliRun,
    RunCli,
    Target,
    by_label,
    error_texts,
    run,
    running_cli,
    running_target,
    until,
)

import goose
from goose import Attack, HttpUser, task

MEMORY_KB = 150 * 1024

STATUS_LINE = "malformed response: no HTTP/1.x status line"
HEADER = "malformed response: bad header line"
LENGTH = "malformed response: bad Content-Length"
CHUNK = "malformed response: bad chunk"
LARGE = "malformed response: headers larger than 64 KiB"
CUT_SHORT = "server closed the connection in the middle of the response"
CLOSED = "server closed the connection before sending a response"
RESET = "connection reset by the server"
LOCATION = "redirect with a bad Location"

# path below /fault -> the status of a good answer, or the error text
FAULTS: dict[str, int | str] = {
    "bad-status": STATUS_LINE,
    "bad-status/number": STATUS_LINE,
    "bad-status/short": STATUS_LINE,
    "bad-status/version": STATUS_LINE,
    "bad-header": HEADER,
    "bad-header/name": HEADER,
    "bad-header/fold": 200,
    "bad-length/neg": LENGTH,
    "bad-length/dup": 200,
    "bad-length/huge": LENGTH,
    "bad-length/text": LENGTH,
    "bad-length/empty": LENGTH,
    "bad-length/differ": "malformed response: differing Content-Length headers",
    "bad-length/long": CUT_SHORT,
    "bad-length/chunked": 200,
    "bad-encoding": "malformed response: unsupported Transfer-Encoding",
    "bad-chunk": CHUNK,
    "bad-chunk/neg": CHUNK,
    "bad-chunk/huge": CHUNK,
    "bad-chunk/no-crlf": CHUNK,
    "bad-chunk/empty": CHUNK,
    "bad-chunk/cut": CUT_SHORT,
    "bad-chunk/no-end": CUT_SHORT,
    "bad-chunk/endless": CHUNK,
    "bad-trailer/endless": CHUNK,
    "101": "server switched protocols (101), which was not asked for",
    "1xx/3": 200,
    "1xx-endless": "malformed response: too many 1xx responses",
    "surplus": 200,
    "surplus/answer": 200,
    "redirect-loop": "too many redirects (limit 30)",
    "bad-location": LOCATION,
    "bad-location/scheme": LOCATION,
    "bad-location/port": LOCATION,
    "bad-location/none": 302,
    "headers-endless": LARGE,
    "header-huge": LARGE,
    "status-endless": LARGE,
    "body-endless": "timeout",
    "chunks-endless": "timeout",
    "garbage": STATUS_LINE,
    "close": CLOSED,
    "reset": RESET,
    "hang": "timeout",
    "half/0": CLOSED,
    "half-reset/10": RESET,
    "half-reset/120": RESET,
    "idle-close/5": 200,
    "drip/1": 200,
    "drip/2000": "timeout",
    "gzip-bomb": 200,
    "gzip-broken": 200,
    **{f"half/{cut}": CUT_SHORT for cut in range(1, 130, 7)},
}

FAULT_SCRIPT = f"""
import json
from goose import HttpUser, StopUser, task

FAULTS = {list(FAULTS)!r}
SLOW = ("endless", "hang", "drip/2000")

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

class Sufferer(HttpUser):
    @task
    def suffer(self):
        results = {{}}
        for fault in FAULTS:
            timeout = 0.3 if any(word in fault for word in SLOW) else 10
            response = self.client.get("/fault/" + fault, timeout=timeout, name=fault)
            good = self.client.get("/", name="good")
            results[fault] = [
                response.status_code,
                str(response.error) if response.error else None,
                good.status_code,
                good.text,
                len(response.history),
            ]
        print("RESULTS", json.dumps([results, resident()]))
        raise StopUser
"""


def results_of(found: CliRun) -> Any:
    line = next(line for line in found.out.splitlines() if line.startswith("RESULTS "))
    return json.loads(line.removeprefix("RESULTS "))


@pytest.fixture(scope="module")
def suffered(
    shared_target: Target, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CliRun, dict[str, Any], int]:
    """One user that asks for every fault, with a good request after each."""
    shared_target.reset()
    folder = tmp_path_factory.mktemp("faults")
    options = ["-H", shared_target.url, "-u", "1", "-t", "50", "--no-reset-metrics"]
    with running_cli(folder, *options, script=FAULT_SCRIPT) as cli:
        found = cli.end(40)
    results, peak_kb = results_of(found)
    return found, results, peak_kb


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(suffered: tuple[CliRun, dict[str, Any], int], fault: str) -> None:
    found, results, _ = suffered
    status, error, good_status, good_text, _ = results[fault]
    expected = FAULTS[fault]
    row = found.rows()[f"GET {fault}"]
    assert (good_status, good_text) == (200, "ok, goose\n"), "the run goes on"
    if isinstance(expected, int):
        assert (status, error) == (expected, None)
        assert (row["count"], row["failures"]) == (1, 0), "nobody has touched the body"
    else:
        assert (status, error) == (0, expected)
        assert (row["count"], row["failures"]) == (1, 1)
        texts = [row["text"] for row in found.report["errors"] if row["name"] == fault]
        assert [re.sub(r"\d+", "#", expected)] == [re.sub(r"\d+", "#", text) for text in texts]


def test_all_faults_in_bounded_memory(suffered: tuple[CliRun, dict[str, Any], int]) -> None:
    found, results, peak_kb = suffered
    assert found.code == 1
    assert len(results) == len(FAULTS)
    assert peak_kb < MEMORY_KB
    assert found.counts()["GET good"] == len(FAULTS)
    assert found.rows()["GET good"]["failures"] == 0
    assert results["redirect-loop"][4] == 30
    assert found.report["client"]["dropped_users"] == 0
    assert "Traceback" not in found.err


def quick(target: Target | str, *classes: type[HttpUser], **options: Any) -> Attack:
    """An attack that ends when its users do."""
    given = {
        "host": target if isinstance(target, str) else target.url,
        "users": 1,
        "hatch_rate": 100000,
        "run_time": 20,
        "lanes": 1,
        "no_reset_metrics": True,
        **options,
    }
    return Attack(*classes, **given)


def ask(url: str, **calling: Any) -> type[HttpUser]:
    """A user class that asks once, checks that status is 0 and keeps the response's error."""

    class Asker(HttpUser):
        errors: list[str] = []  # noqa: RUF012

        @task
        def go(self) -> None:
            response = self.client.get(url, **calling)
            assert response.status_code == 0
            assert not response.ok
            assert not response
            assert response.text == ""
            with pytest.raises(goose.HTTPError):
                response.raise_for_status()
            Asker.errors.append(str(response.error))
            raise goose.StopUser

    return Asker


def one_error(attack: Attack) -> str:
    """The error text of its only request."""
    metrics = run(attack)
    assert (metrics.total.count, metrics.total.failures) == (1, 1)
    assert metrics.tasks_total.failures == 0, metrics.errors
    (text,) = error_texts(metrics)
    return text


@contextmanager
def listener(backlog: int = 10) -> Iterator[tuple[socket.socket, str]]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server, f"http://127.0.0.1:{server.getsockname()[1]}"


def test_refused() -> None:
    with listener() as (_, url):
        pass
    text = one_error(quick(url, ask("/")))
    assert text == "connection refused: nothing listens on that port"


def test_host_name_unknown() -> None:
    text = one_error(quick("http://no-such-host.invalid", ask("/")))
    assert text.startswith("host name could not be resolved")


def test_connect_timeout() -> None:
    """A listener whose queue is full does not answer SYNs."""
    with listener(0) as (server, url):
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
            fillers.append(filler)
        text = one_error(quick(url, ask("/", timeout=(0.3, 10))))
        for filler in fillers:
            filler.close()
    assert text == "timeout while connecting"


def test_an_early_answer_to_an_upload_is_read() -> None:
    def serve(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n")
            connection.settimeout(5)
            while connection.recv(65536):
                pass

    class Uploader(HttpUser):
        @task
        def go(self) -> None:
            assert self.client.post("/", data=bytes(8_000_000)).status_code == 413
            raise goose.StopUser

    with listener() as (server, url):
        thread = threading.Thread(target=serve, args=[server])
        thread.start()
        metrics = run(quick(url, Uploader))
        thread.join()
    assert metrics.tasks_total.failures == 0, metrics.errors
    assert metrics.total.status_codes == {413: 1}


def test_bad_certificate(tls_target: Target) -> None:
    text = one_error(quick(tls_target, ask("/")))
    assert text.startswith("certificate verify failed")
    assert tls_target.requests() == 0


def test_good_certificate_and_no_verification(tls_target: Target) -> None:
    class Verified(HttpUser):
        verify = tls_target.cert_file or ""

        @task
        def go(self) -> None:
            assert self.client.get("/").ok
            assert self.client.get("/", verify=False).ok
            assert self.client.get("/", verify="/nowhere/ca.pem").status_code == 0
            self.client.verify = True
            assert "certificate" in str(self.client.get("/").error)
            self.client.verify = False
            assert self.client.get("/").ok
            raise goose.StopUser

    metrics = run(quick(tls_target, Verified))
    assert metrics.tasks_total.failures == 0, metrics.errors
    assert (metrics.total.count, metrics.total.failures) == (5, 2)
    assert any(text.startswith("CA file cannot be read") for text in error_texts(metrics))


def test_tls_to_a_plain_port_and_plain_to_a_tls_port(target: Target, tls_target: Target) -> None:
    text = one_error(quick(target.url.replace("http:", "https:"), ask("/")))
    assert text.startswith("TLS error")
    text = one_error(quick(tls_target.url.replace("https:", "http:"), ask("/")))
    assert text


def test_gzip_bomb_touched_and_untouched(target: Target) -> None:
    class Toucher(HttpUser):
        @task
        def go(self) -> None:
            untouched = self.client.get("/fault/gzip-bomb", name="untouched")
            assert untouched.status_code == 200
            touched = self.client.get("/fault/gzip-bomb", name="touched")
            assert touched.content == b""
            assert touched.text == ""
            assert touched.content == b""
            with pytest.raises(ValueError, match="Expecting value"):
                touched.json()
            broken = self.client.get("/fault/gzip-broken", name="broken")
            assert broken.text == ""
            raise goose.StopUser

    metrics = run(quick(target, Toucher))
    assert metrics.tasks_total.failures == 0, metrics.errors
    failures = {row.name: (row.count, row.failures) for row in metrics.requests}
    assert failures == {"untouched": (1, 0), "touched": (1, 1), "broken": (1, 1)}
    assert error_texts(metrics) == {
        "body: larger than max_body when decoded": 1,
        "body: damaged compressed data": 1,
    }


@pytest.mark.parametrize("path", ["/bytes/100000", "/chunked/100/1000", "/close-delimited/100000"])
def test_body_over_max_body_touched_and_untouched(target: Target, path: str) -> None:
    class Small(HttpUser):
        max_body = 50_000

        @task
        def go(self) -> None:
            assert self.client.get(path, name="untouched").status_code == 200
            touched = self.client.get(path, name="touched")
            assert touched.status_code == 200
            assert touched.content == b""
            assert touched.text == ""
            assert self.client.get("/bytes/50000", name="fits").content[:3] == b"abc"
            raise goose.StopUser

    metrics = run(quick(target, Small))
    assert metrics.tasks_total.failures == 0, metrics.errors
    rows = {row.name: row for row in metrics.requests}
    assert {name: row.failures for name, row in rows.items()} == {
        "untouched": 0,
        "touched": 1,
        "fits": 0,
    }
    assert rows["untouched"].bytes_received > 100_000, "read, counted and dropped"
    assert error_texts(metrics) == {"body: larger than max_body": 1}


def test_success_after_a_body_that_was_cut(target: Target) -> None:
    class Small(HttpUser):
        max_body = 10

        @task
        def go(self) -> None:
            with self.client.get("/bytes/100", catch_response=True) as response:
                assert response.text == ""
                response.success()
            raise goose.StopUser

    metrics = run(quick(target, Small))
    assert (metrics.total.count, metrics.total.failures) == (1, 0)
    assert not metrics.errors


def test_the_target_is_restarted_in_the_middle_of_a_run(tmp_path: Path) -> None:
    script = """
from goose import HttpUser, constant, task
class Steady(HttpUser):
    wait_time = constant(0.01)
    @task
    def go(self):
        self.client.get("/")
"""
    with running_target() as first:
        port = first.port
        options = ["-H", first.url, "-u", "20", "-r", "1000", "--lanes", "2", "--no-reset-metrics"]
        with running_cli(tmp_path, *options, script=script) as cli:
            until(lambda: first.requests() > 100, "load")
            first.process.kill()
            first.process.wait()
            with socket.socket() as holder:  # refuses for a while: bound, not listening
                holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                holder.bind(("127.0.0.1", port))
            with running_target(port=port) as second:
                until(lambda: second.requests() > 100, "the load goes on")
                cli.signal(signal.SIGINT)
                found = cli.end()
                answered = second.requests()
    report = found.report
    assert found.code == 1
    texts = {row["text"] for row in report["errors"]}
    assert texts <= {"connection refused: nothing listens on that port", RESET, CLOSED, CUT_SHORT}
    assert report["total"]["failures"] > 0
    assert report["total"]["count"] - report["total"]["failures"] > answered
    assert report["client"]["dropped_users"] == 0


def test_line_breaks_cannot_be_smuggled(target: Target) -> None:
    bad = "x\r\nX-Smuggled: 1"
    refused: list[str] = []

    class Smuggler(HttpUser):
        def refuse(self, call: Any) -> None:
            with pytest.raises(ValueError) as caught:  # noqa: PT011
                call()
            refused.append(str(caught.value))

        @task
        def go(self) -> None:
            client = self.client
            self.refuse(lambda: client.get("/headers", headers={"X-Value": bad}))
            self.refuse(lambda: client.get("/headers", headers={"X-Value": "x\ny"}))
            self.refuse(lambda: client.get("/headers", headers={"X-Value": "x\0y"}))
            self.refuse(lambda: client.get("/headers", headers={"X-Na\r\nme": "x"}))
            self.refuse(lambda: client.get("/headers", cookies={"a": bad}))
            self.refuse(lambda: client.cookies.set("a", bad))
            self.refuse(lambda: client.request("GET / HTTP/1.1\r\nX-Smuggled: 1\r\nX", "/headers"))
            self.refuse(lambda: client.headers.update({"X-Value": bad}) or client.get("/headers"))
            client.headers.clear()
            for url in (f"/headers?{bad}", "/headers#\r\nX-Smuggled: 1", "/headers? HTTP/1.1\r\n"):
                response = client.get(url, name="url")
                assert "X-Smuggled" not in response.json()["headers"]
            for data in ({"a": bad}, bad):
                assert client.post("/echo", data=data, name="data").status_code == 200
            response = client.get("/headers", auth=("user\r\nX-Smuggled: 1", "x"), name="auth")
            assert "X-Smuggled" not in response.json()["headers"]
            raise goose.StopUser

    metrics = run(quick(target, Smuggler))
    assert metrics.tasks_total.failures == 0, metrics.errors
    assert len(refused) == 8
    assert metrics.total.failures == 0
    assert {path for _, path in target.counts()} == {"/headers", "/echo"}


def test_hosts_and_urls_that_are_none(target: Target) -> None:
    class Wrong(HttpUser):
        @task
        def go(self) -> None:
            for url in ("http://", "http://[::bad/", "http://a:99999/", "http://a b/"):
                with pytest.raises(ValueError):  # noqa: PT011
                    self.client.get(url)
            for wrong in (None, 5, b"/"):
                with pytest.raises(TypeError):
                    self.client.get(wrong)  # type: ignore[arg-type]
            with pytest.raises(TypeError, match="no keyword"):
                self.client.get("/", jsn={})  # type: ignore[call-arg]
            with pytest.raises(ValueError, match="timeout"):
                self.client.get("/", timeout=-1)
            assert self.client.get("/").ok
            raise goose.StopUser

    metrics = run(quick(target, Wrong))
    assert metrics.tasks_total.failures == 0, metrics.errors
    assert by_label(metrics) == {"GET /": 1}


# ---- much of everything


def test_300_requests_of_10_mb_up_and_down(target: Target, run_cli: RunCli) -> None:
    script = """
import json
from goose import HttpUser, StopUser, task
BODY = bytes(10_000_000)

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

class Mover(HttpUser):
    @task
    def move(self):
        for _ in range(25):
            down = self.client.get("/bytes/10000000", name="unread")
            assert down.status_code == 200
            down = self.client.get("/bytes/10000000", name="read")
            assert len(down.content) == 10_000_000
            del down
            up = self.client.post("/upload", data=BODY, name="up")
            assert up.json()["length"] == 10_000_000
        raise StopUser

    def on_stop(self):
        print("RESULTS", json.dumps(resident()))
"""
    options = ["-H", target.url, "-u", "4", "-r", "1000", "-t", "50", "--no-reset-metrics"]
    found = run_cli(*options, script=script, timeout=50)
    assert found.code == 0, found.err
    assert found.counts() == {"GET unread": 100, "GET read": 100, "POST up": 100}
    assert target.count("/bytes/10000000") == 200
    assert target.count("/upload", "POST") == 100
    rows = found.rows()
    assert rows["POST up"]["sent_bytes"] >= 100 * 10_000_000
    assert rows["GET read"]["received_bytes"] >= 100 * 10_000_000
    peak_kb = max(
        json.loads(line.removeprefix("RESULTS "))
        for line in found.out.splitlines()
        if line.startswith("RESULTS ")
    )
    assert peak_kb < MEMORY_KB


def test_100_000_names(target: Target, run_cli: RunCli) -> None:
    script = """
import itertools, json
from goose import HttpUser, StopUser, task
NUMBERS = itertools.count()

def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))

class Namer(HttpUser):
    @task
    def go(self):
        number = next(NUMBERS)
        if number >= 100_000:
            raise StopUser
        self.client.get("/", name=f"page {number}")

    def on_stop(self):
        print("RESULTS", json.dumps(resident()))
"""
    options = ["-H", target.url, "-u", "20", "-r", "10000", "-t", "50", "--no-reset-metrics"]
    found = run_cli(*options, script=script, timeout=50)
    assert found.code == 0, found.err
    report = found.report
    assert report["total"]["count"] == target.requests() == 100_000
    counts = found.counts()
    assert 5_000 <= len(counts) <= 5_003
    assert counts["(other) (other)"] == 100_000 - (len(counts) - 1)
    assert report["client"]["dropped_names"] > 0
    assert any("5,000 request names" in text for text in report["warnings"])
    assert "5,000 request names" in found.err
    lines = [line for line in found.out.splitlines() if line.startswith("RESULTS ")]
    assert max(json.loads(line.removeprefix("RESULTS ")) for line in lines) < MEMORY_KB


def test_many_error_texts(target: Target) -> None:
    class Talker(HttpUser):
        said = 0

        @task
        def go(self) -> None:
            for number in range(700):
                word = "".join(chr(97 + int(digit)) for digit in str(number))
                self.client.get("/").failure(f"{word} " + "x" * 1000)
            raise goose.StopUser

    metrics = run(quick(target, Talker))
    assert metrics.total.failures == 700
    assert len(metrics.errors) == 501
    texts = error_texts(metrics)
    assert texts["(other)"] == 200
    assert all(len(text) <= 300 for text in texts)
    assert sum(texts.values()) == 700
    assert metrics.client.dropped_errors == 200
    assert any("500 error texts" in text for text in metrics.warnings)


def test_too_few_files(target: Target, run_cli: RunCli) -> None:
    script = """
from goose import HttpUser, constant, task
class Many(HttpUser):
    wait_time = constant(0.1)
    @task
    def go(self):
        self.client.get("/")
"""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    options = ["-H", target.url, "-u", "100", "-r", "10000", "-t", "1", "--no-reset-metrics"]
    found = run_cli(*options, script=script, limits=limit)
    assert found.code == 1
    assert re.search(r"100 users need 100 sockets.*room for \d+: raise it", found.err)
    texts = {row["text"] for row in found.report["errors"]}
    assert texts == {"too many open files: raise the limit with `ulimit -n`, or use fewer users"}
    assert found.report["total"]["count"] - found.report["total"]["failures"] > 0


# ---- scripts that cannot be run

BAD_SCRIPTS = {
    "syntax": ("from goose import HttpUser\n\ndef broken(:\n", 3, "SyntaxError"),
    "import": ("import os\nimport no_such_module_here\n", 2, "no_such_module_here"),
    "name": ("x = 1\n\n\ny = undefined_name\n", 4, "undefined_name"),
    "exit": ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
    "no class": ("from goose import HttpUser\n", None, "no user class"),
    "empty": ("", None, "no user class"),
    "abstract only": (
        "from goose import HttpUser\nclass A(HttpUser):\n    abstract = True\n",
        None,
        "no user class",
    ),
    "no task": (
        "from goose import HttpUser\n\nclass Idle(HttpUser):\n    pass\n",
        3,
        "class Idle has no task",
    ),
    "no task in a TaskSet": (
        "from goose import HttpUser, TaskSet, task\n\nclass U(HttpUser):\n    @task\n"
        "    class Inner(TaskSet):\n        pass\n",
        4,
        "Inner has no task",
    ),
    "async": (
        "from goose import HttpUser, task\nclass U(HttpUser):\n    @task\n"
        "    async def go(self):\n        pass\n",
        3,
        "async tasks are not supported",
    ),
    "async in tasks": (
        "from goose import HttpUser\nasync def go(user):\n    pass\n\nclass U(HttpUser):\n"
        "    tasks = [go]\n",
        2,
        "async tasks are not supported",
    ),
    "weight": (
        "from goose import HttpUser, task\nclass U(HttpUser):\n    @task(0)\n"
        "    def go(self):\n        pass\n",
        3,
        "at least 1",
    ),
    "tasks": (
        "from goose import HttpUser\nclass U(HttpUser):\n    tasks = ['index']\n",
        2,
        "neither a function nor a TaskSet",
    ),
    "wait": (
        "from goose import HttpUser, task\nclass U(HttpUser):\n    wait_time = 5\n    @task\n"
        "    def go(self):\n        pass\n",
        2,
        "constant(5)",
    ),
}


@pytest.mark.parametrize("kind", BAD_SCRIPTS)
def test_a_script_that_cannot_be_run(target: Target, run_cli: RunCli, kind: str) -> None:
    text, line, words = BAD_SCRIPTS[kind]
    found = run_cli("-H", target.url, "-t", "1", script=text)
    assert found.code == 2
    assert "script0.py" in found.err
    assert words in found.err
    if line is not None:
        assert f"script0.py:{line}: " in found.err
    assert "Traceback" not in found.err
    assert os.path.dirname(goose.__file__) not in found.err, "no line of ours"
    assert found.out == ""
    assert target.requests() == 0
    assert found.report_file is not None
    assert not found.report_file.exists()


def test_no_host(run_cli: RunCli) -> None:
    script = (
        "from goose import HttpUser, task\nclass U(HttpUser):\n    @task\n    def go(self): ...\n"
    )
    found = run_cli("-t", "1", script=script)
    assert found.code == 2
    assert "script0.py:2: no host for U" in found.err
    found = run_cli("-t", "1", script=script.replace("    @task", '    host = "x.org"\n    @task'))
    assert found.code == 2
    assert "must begin with http:// or https://" in found.err
