"""Compiled tasks as a user meets them: what explain says, that it is so, and that nobody can tell
but by the speed. (What each construct means is tests/test_differential.py's.)"""

from __future__ import annotations

import base64
import hashlib
import random
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from differential.server import Server
from helpers import RunCli, Target, error_texts, run, task_counts

from goose import Attack, HttpUser, Metrics, TaskSet, constant, task
from goose._explain import TaskExplanation

ITEMS = ["a", "b", "c"]
COUNTS = {"runs": 0}


@pytest.fixture
def recorder(target: Target) -> Iterator[Server]:
    """Stands before the target and keeps what was asked, in order."""
    server = Server(("127.0.0.1", target.port))
    yield server
    server.close()


def asked(recorder: Server, path: str) -> list[str]:
    """The queries of all requests of a path, in order."""
    targets = [seen.line.partition(" ")[2] for seen in recorder.seen()]
    return [target.partition("?")[2] for target in targets if target.partition("?")[0] == path]


def attack(target: Target | Server, *classes: type[HttpUser], **options: Any) -> Attack:
    given = {
        "users": 5,
        "hatch_rate": 100000,
        "run_time": 0.3,
        "lanes": 1,
        "no_reset_metrics": True,
    }
    return Attack(*classes, host=target.url, **{**given, **options})


def explained(target: Target | Server, cls: type[HttpUser]) -> dict[str, TaskExplanation]:
    rows = attack(target, cls).explain()
    return {row.name.partition(".")[2]: row for row in rows}


class Shopper(HttpUser):
    token: str | None = None

    def on_start(self) -> None:
        self.basket: list[str] = []
        response = self.client.post("/echo/login", json={"user": "anna"})
        self.token = response.json()["path"]

    def path(self, item: str) -> str:
        return f"/json/200?item={item}"

    @task
    def look(self) -> None:
        item = random.choice(ITEMS)
        with self.client.get(self.path(item), name="/item", catch_response=True) as response:
            if response.status_code != 200 or response.json()["id"] != 7:
                response.failure(f"bad: {response.text[:20]}")
        self.basket.append(item)
        if len(self.basket) > 3:
            self.basket = []

    @task
    def buy(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        for place, item in enumerate(self.basket):
            self.client.post("/echo/buy", json={"n": place, "item": item}, headers=headers)


class Member(HttpUser):
    """What a session consists of: headers, cookies, unique names, whole URLs."""

    def on_start(self) -> None:
        self.client.headers.update({"Authorization": "Bearer " + uuid.uuid4().hex})
        self.client.headers["X-Member"] = str(uuid.uuid4())[:8]
        self.client.cookies.set("language", "en")
        request_id = uuid.uuid4()
        self.client.get(f"{self.environment.host}/bytes/4?id={request_id}", name="/id")

    @task
    def visit(self) -> None:
        response = self.client.get(
            "/cookies/set?session=abc", name="/cookies", allow_redirects=False
        )
        if response.status_code in {200, 302} and response.cookies.get("session") != "abc":
            response.failure("no cookie")
        if self.client.headers.get("X-None") is None and self.client.cookies["language"] == "en":
            token = base64.b64encode(f"a:{quote_plus('b c')}".encode()).decode()
            self.client.get("/bytes/5", headers={"X-Token": token})


class Signer(HttpUser):
    @task
    def sign(self) -> None:
        digest = hashlib.sha256(b"basket").hexdigest()
        self.client.get(f"/bytes/1?digest={digest[:8]}", name="/signed")


class Api:
    def __init__(self, client: Any) -> None:
        self.client = client

    def ping(self) -> None:
        self.client.get("/bytes/2", name="/ping")


class Mixed(HttpUser):
    def on_start(self) -> None:
        self.api = Api(self.client)
        self.seen = 0

    @task
    def foreign(self) -> None:
        self.api.ping()
        self.seen += 1

    @task
    def own(self) -> None:
        self.seen += 1
        self.client.get(f"/bytes/3?seen={self.seen}", name="/own")


# ---- what it says


def test_explain_says_how_each_task_runs(target: Target) -> None:
    assert {row.kind for row in explained(target, Shopper).values()} == {"compiled"}
    sign = explained(target, Signer)["sign"]
    assert sign.kind == "islands"
    assert [detail.partition(": ")[2] for detail in sign.details] == [
        "`hashlib.sha256(b'basket').hexdigest()` runs as Python"
    ]
    mixed = explained(target, Mixed)
    assert [mixed[name].kind for name in ("foreign", "own", "on_start")] == [
        "python",
        "compiled",
        "python",
    ]
    assert "`self.api.ping()` makes requests inside a class" in mixed["foreign"].details[0]
    assert mixed["foreign"].details[1].startswith("to compile it, ")
    assert "REQUEST" in mixed["own"].program
    text = str(attack(target, Mixed).explain())
    assert text.endswith("1 compiled, 0 with islands, 2 Python\n")
    assert "<table>" in attack(target, Mixed).explain()._repr_html_()


def test_explain_needs_no_host_and_runs_nothing(run_cli: RunCli, tmp_path: Path) -> None:
    script = """
from goose import HttpUser, task

class Visitor(HttpUser):
    def on_start(self):
        raise SystemExit("ran")
    @task
    def look(self):
        self.client.get("/")
"""
    path = tmp_path / "visitor.py"
    path.write_text(script)
    found = run_cli("explain", str(path), report=False)
    assert found.code == 0, found.err
    assert found.out.splitlines()[0].split() == ["Visitor.look", "compiled"]
    verbose = run_cli("explain", str(path), "-v", report=False)
    assert "REQUEST" in verbose.out


def test_explain_marks_what_only_a_run_can_tell(run_cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "paths.py").write_text(
        "import hashlib\n\ndef path():\n    return hashlib.sha256().name\n"
    )
    path = tmp_path / "visitor.py"
    path.write_text(
        """
from goose import HttpUser, User, events, task
from paths import path

@events.test_start.add_listener
def prepare(environment, **keywords):
    pass

def make(number):
    @task
    def visit(self):
        self.client.get(f"{self.environment.host}/{number}")
    return visit

class Visitor(HttpUser):
    first, second = make(1), make(2)
    @task
    def look(self):
        self.client.get(path())

class Plain(User):
    @task
    def rest(self):
        pass
"""
    )
    found = run_cli("explain", str(path), report=False)
    assert found.code == 0, found.err
    assert [line.strip() for line in found.out.splitlines()] == [
        "Visitor.visit      compiled",
        "line 12: only a run can tell `self.environment.host`",
        "Visitor.visit (2)  compiled",
        "line 12: only a run can tell `self.environment.host`",
        "Visitor.look       compiled with islands",
        "paths.py:4: `hashlib.sha256().name` is read by Python",
        "Plain.rest         Python",
        "compiled are the tasks of an HttpUser, and this is none",
        "2 compiled, 1 with islands, 1 Python",
        "only a run can tell what prepare changes: tasks are compiled after test_start",
    ]


# ---- that it is so


def ran(metrics: Metrics) -> tuple[int, int, int]:
    return metrics.programs.requests, metrics.programs.islands, metrics.programs.slow


@pytest.mark.parametrize("user", [Shopper, Member])
def test_what_is_called_compiled_never_asks_for_python(
    target: Target, user: type[HttpUser]
) -> None:
    assert {row.kind for row in explained(target, user).values()} == {"compiled"}
    metrics = run(attack(target, user))
    assert not metrics.failed
    assert ran(metrics) == (metrics.total.count + metrics.total.cut_off, 0, 0)
    assert metrics.total.count > 100
    assert "requests came from compiled tasks" in str(metrics)


def test_no_compile_runs_all_as_python(target: Target) -> None:
    metrics = run(attack(target, Shopper, no_compile=True))
    assert ran(metrics) == (0, 0, 0)
    assert metrics.total.count > 100


def test_islands_are_counted(target: Target) -> None:
    metrics = run(attack(target, Signer))
    requests, islands, slow = ran(metrics)
    assert requests == metrics.total.count + metrics.total.cut_off
    assert requests <= islands <= requests + 5
    assert slow == 0
    assert metrics.programs.python_s > 0


def test_python_and_compiled_tasks_of_a_user_share_its_attributes(recorder: Server) -> None:
    metrics = run(attack(recorder, Mixed, users=1, seed=3, run_time=1.5))
    assert not metrics.failed
    counts = task_counts(metrics)
    seen = [int(query.removeprefix("seen=")) for query in asked(recorder, "/bytes/3")]
    assert seen == sorted(set(seen)), "each value once, in order"
    assert counts["own"] > 10
    assert counts["foreign"] > 10
    after = counts["own"] + counts["foreign"] - seen[-1]  # foreign ones behind the last own
    assert -1 <= after < 40


def test_the_same_seed_chooses_the_same_either_way(recorder: Server) -> None:
    seen = []
    for no_compile in (False, True):
        recorder.begin()
        run(attack(recorder, Shopper, users=1, seed=11, run_time=1.0, no_compile=no_compile))
        seen.append(asked(recorder, "/json/200"))
    count = min(len(queries) for queries in seen)
    assert count > 20
    assert seen[0][:count] == seen[1][:count]


# ---- errors


def test_an_error_has_its_text_and_the_lines_of_the_script(target: Target) -> None:
    class Unguarded(HttpUser):
        def fetch(self) -> str:
            return str(self.client.get("/json/100").json()["nothing"])

        @task
        def go(self) -> None:
            self.fetch()

    handle = attack(target, Unguarded, users=1).start()
    assert handle.wait(10)
    metrics = handle.metrics()
    assert set(error_texts(metrics)) == {"KeyError: 'nothing'"}
    assert metrics.programs.requests > 0
    ((text, _),) = handle.tracebacks
    lines = text.splitlines()
    assert lines[-1] == "KeyError: 'nothing'"
    assert any(line.strip() == "self.fetch()" for line in lines)
    assert any('.json()["nothing"]' in line for line in lines)


def test_a_loop_that_never_waits_ends_with_the_attack(target: Target) -> None:
    class Spinner(HttpUser):
        @task
        def spin(self) -> None:
            number = 0
            while True:
                number += 1

    class Other(HttpUser):
        wait_time = constant(0.01)

        @task
        def look(self) -> None:
            self.client.get("/")

    began = time.monotonic()
    metrics = run(attack(target, Spinner, Other, users=2, stop_timeout=0.3))
    assert time.monotonic() - began < 5
    assert metrics.total.count > 5, "the lane is not held"
    assert {row.name: row.cut_off for row in metrics.tasks}["spin"] == 1


def test_an_error_of_the_compiler_is_a_warning(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    from goose._compiler import ClassCompiler

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(ClassCompiler, "function", broken)
    metrics = run(attack(target, Shopper))
    assert ran(metrics) == (0, 0, 0)
    assert metrics.total.count > 100
    assert any("the compiler failed (ZeroDivisionError: oh)" in w for w in metrics.warnings)


def test_an_edited_source_is_not_compiled(target: Target) -> None:
    def look(self: Any) -> None:
        self.client.get("/bytes/1", name="one")

    def other(self: Any) -> None:
        self.client.get("/bytes/2", name="two")

    look.__code__ = other.__code__.replace(
        co_name="look", co_firstlineno=look.__code__.co_firstlineno
    )
    cls = type("Edited", (HttpUser,), {"look": task(look)})
    row = explained(target, cls)["look"]
    assert row.kind == "python"
    metrics = run(attack(target, cls))
    assert {request.name for request in metrics.requests} == {"two"}


class Stubborn(HttpUser):
    def on_start(self) -> None:
        self.api = Api(self.client)

    @task
    def own(self) -> None:
        self.client.get("/bytes/1")

    @task
    def stay(self) -> None:
        while True:
            try:
                self.api.ping()
                time.sleep(0.01)
            except BaseException:
                self.caught = True


def test_a_python_task_that_goes_on_regardless_is_dropped(target: Target) -> None:
    assert explained(target, Stubborn)["own"].kind == "compiled"
    began = time.monotonic()
    metrics = run(attack(target, Stubborn, users=3, stop_timeout=0.2))
    assert time.monotonic() - began < 5
    assert metrics.client.dropped_users == 3
    assert metrics.total.count > 10


# ---- sharing


def test_a_counter_of_the_module_is_exact_on_two_lanes(target: Target) -> None:
    COUNTS["runs"] = 0

    class Counter(HttpUser):
        @task
        def count(self) -> None:
            before = COUNTS["runs"]
            COUNTS["runs"] = before + 1
            self.client.get("/bytes/1")

    metrics = run(attack(target, Counter, users=20, lanes=2))
    assert COUNTS["runs"] == metrics.total.count + metrics.total.cut_off
    assert metrics.programs.requests > 100


def test_task_sets_keep_their_own_attributes(recorder: Server) -> None:
    class Nested(HttpUser):
        number = 0

        @task
        class Inner(TaskSet):
            def on_start(self) -> None:
                self.rounds = 0
                self.user.number += 1

            @task
            def turn(self) -> None:
                self.rounds += 1
                self.client.get(f"/bytes/1?{self.user.number}.{self.rounds}", name="turn")
                if self.rounds == 2:
                    self.interrupt()

    assert {row.kind for row in explained(recorder, Nested).values()} == {"compiled"}
    metrics = run(attack(recorder, Nested, users=1, run_time=1.0))
    seen = asked(recorder, "/bytes/1")
    expected = [f"{number}.{turn}" for number in range(1, len(seen)) for turn in (1, 2)]
    assert seen == expected[: len(seen)]
    assert len(seen) > 10
    assert ran(metrics)[1:] == (0, 0)
