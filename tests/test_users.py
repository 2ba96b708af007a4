"""Users and what they may do: stops, errors, locks, threads, and what an attack leaves behind."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import itertools
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from helpers import RunCli, Target, by_label, environment, error_texts, run, task_counts, until

import goose
from goose import Attack, HttpUser, ScriptError, SequentialTaskSet, TaskSet, constant, task

ORIGINAL_SLEEP = time.sleep
ORIGINAL_LOCK = threading.Lock
ORIGINAL_RLOCK = threading.RLock


def attack(target: Target, *classes: type[HttpUser], **options: Any) -> Attack:
    """A short one on one lane, all users at once, nothing reset."""
    given = {
        "host": target.url,
        "users": 1,
        "hatch_rate": 100000,
        "run_time": 0.3,
        "lanes": 1,
        "no_reset_metrics": True,
        **options,
    }
    return Attack(*classes, **given)


# ---- how a task ends


def test_stop_user_ends_the_user_after_its_on_stop(target: Target) -> None:
    class Leaver(HttpUser):
        @task
        def leave(self) -> None:
            self.client.get("/bytes/1")
            raise goose.StopUser

        def on_stop(self) -> None:
            self.client.get("/bytes/2")

    began = time.monotonic()
    metrics = run(attack(target, Leaver, users=3, run_time=30))
    assert time.monotonic() - began < 5, "no user is left: the attack is over"
    assert task_counts(metrics) == {"leave": 3, "on_stop": 3}
    assert target.count("/bytes/1") == target.count("/bytes/2") == 3
    assert not metrics.failed
    assert metrics.client.dropped_users == 0


def test_stop_user_in_on_start_and_in_a_nested_set(target: Target) -> None:
    ended: list[str] = []

    class Never(HttpUser):
        def on_start(self) -> None:
            raise goose.StopUser

        @task
        def never(self) -> None:
            ended.append("never")

        def on_stop(self) -> None:
            ended.append("Never.on_stop")

    class Nester(HttpUser):
        def on_stop(self) -> None:
            ended.append("Nester.on_stop")

        @task
        class Inner(TaskSet):
            @task
            def leave(self) -> None:
                raise goose.StopUser

            def on_stop(self) -> None:
                ended.append("Inner.on_stop")

    metrics = run(attack(target, Never, Nester, users=2, run_time=30))
    assert sorted(ended) == ["Inner.on_stop", "Nester.on_stop", "Never.on_stop"]
    assert ended.index("Inner.on_stop") < ended.index("Nester.on_stop")
    assert not metrics.failed


def test_reschedule(target: Target) -> None:
    runs: Counter[str] = Counter()

    class Waits(HttpUser):
        wait_time = constant(0.1)

        @task
        def again(self) -> None:
            runs["waits"] += 1
            raise goose.RescheduleTask

    class Immediately(HttpUser):
        wait_time = constant(60)

        @task
        def again(self) -> None:
            runs["immediately"] += 1
            if runs["immediately"] >= 50:
                raise goose.StopUser
            raise goose.RescheduleTaskImmediately

    metrics = run(attack(target, Waits, Immediately, users=2, run_time=0.55))
    assert runs["immediately"] == 50
    assert 5 <= runs["waits"] <= 6
    assert not metrics.failed
    assert sum(task_counts(metrics).values()) == sum(runs.values())


def test_interrupt_with_and_without_reschedule(target: Target) -> None:
    seen: list[str] = []

    class Walker(HttpUser):
        wait_time = constant(60)

        @task
        class Round(SequentialTaskSet):
            wait_time = constant(0)

            @task
            def first(self) -> None:
                assert self.parent is self.user
                assert self.client is self.user.client
                seen.append("first")

            @task
            def second(self) -> None:
                seen.append("second")
                self.interrupt(reschedule=len(seen) < 6)

    run(attack(target, Walker))
    assert seen == ["first", "second"] * 3, "the third time the parent waits"


def test_exceptions_are_counted_and_their_traceback_kept_once(target: Target) -> None:
    class Clumsy(HttpUser):
        wait_time = constant(0.005)

        @task
        def key(self) -> None:
            answer: dict[str, str] = {}
            answer["token"]

        @task
        def number(self) -> None:
            self.client.get("/")
            raise ValueError(f"item {id(self)} at 0x{id(self):x} of {time.monotonic_ns()}")

        @task
        def nothing(self) -> None:
            raise AssertionError

        @task
        def fine(self) -> None:
            pass

    handle = attack(target, Clumsy, users=5, lanes=2).start()
    assert handle.wait(10)
    metrics = handle.metrics()
    rows = {row.name: row for row in metrics.tasks}
    assert all(rows[name].failures == rows[name].count > 1 for name in ("key", "number", "nothing"))
    assert rows["fine"].failures == 0
    texts = error_texts(metrics)
    assert texts == {
        "KeyError: 'token'": rows["key"].count,
        "ValueError: item # at # of #": rows["number"].count,
        "AssertionError": rows["nothing"].count,
    }
    assert {(row.method, row.name) for row in metrics.errors} == {
        ("TASK", "Clumsy.key"),
        ("TASK", "Clumsy.number"),
        ("TASK", "Clumsy.nothing"),
    }
    kinds = {text.split("\n")[0]: (text, count) for text, count in handle.tracebacks}
    assert set(kinds) == {"in Clumsy.key:", "in Clumsy.number:", "in Clumsy.nothing:"}
    text, count = kinds["in Clumsy.key:"]
    assert count == rows["key"].count
    assert 'answer["token"]' in text
    assert __file__ in text
    assert metrics.failed
    assert metrics.total.failures == 0


def test_errors_in_on_start_on_stop_wait_time_and_init(target: Target) -> None:
    class BadStart(HttpUser):
        wait_time = constant(0.05)

        def on_start(self) -> None:
            raise OSError("bad start")

        @task
        def go(self) -> None:
            self.client.get("/")

        def on_stop(self) -> None:
            raise OSError("bad stop")

    class BadWait(HttpUser):
        def wait_time(self) -> float:
            raise OSError("bad wait")

        @task
        def go(self) -> None:
            self.client.get("/bytes/1")

    class BadInit(HttpUser):
        def __init__(self, environment: Any) -> None:
            super().__init__(environment)
            raise OSError("bad init")

        @task
        def go(self) -> None:
            self.client.get("/bytes/2")

    handle = attack(target, BadStart, BadWait, BadInit, users=3).start()
    assert handle.wait(10)
    metrics = handle.metrics()
    assert error_texts(metrics).keys() == {
        f"OSError: bad {what}" for what in ("start", "stop", "wait", "init")
    }
    assert metrics.client.dropped_users == 1, "the one that could not be made"
    assert any("users ended before their time" in text for text in metrics.warnings)
    assert target.count("/bytes/1") >= 1
    assert target.count("/bytes/2") == 0


def test_system_exit_ends_the_attack_with_its_code(target: Target) -> None:
    class Quitter(HttpUser):
        @task
        def leave(self) -> None:
            raise SystemExit(5)

    class Other(HttpUser):
        wait_time = constant(0.01)
        stopped = 0

        @task
        def go(self) -> None:
            self.client.get("/")

        def on_stop(self) -> None:
            Other.stopped += 1

    handle = attack(target, Quitter, Other, users=2, run_time=30).start()
    assert handle.wait(5)
    assert handle.exit_code == 5
    assert Other.stopped == 1
    assert not handle.metrics().failed


@pytest.mark.parametrize(("code", "wanted"), [("5", 5), ("'words'", 1), ("", 0)])
def test_system_exit_on_the_command_line(
    target: Target, run_cli: RunCli, code: str, wanted: int
) -> None:
    script = f"""
import sys
from goose import HttpUser, task
class Quitter(HttpUser):
    @task
    def leave(self):
        self.client.get("/")
        sys.exit({code})
"""
    found = run_cli("-H", target.url, "-u", "1", "-t", "30", script=script)
    assert found.code == wanted, found.err
    assert "Traceback" not in found.err


def test_keyboard_interrupt_in_a_task_ends_the_attack(target: Target) -> None:
    class Quitter(HttpUser):
        @task
        def leave(self) -> None:
            raise KeyboardInterrupt

    handle = attack(target, Quitter, run_time=30).start()
    assert handle.wait(5)
    assert not handle.metrics().failed


def test_runner_quit(target: Target) -> None:
    class Quitter(HttpUser):
        wait_time = constant(0.01)

        @task
        def leave(self) -> None:
            if self.client.get("/").ok and target.count("/") >= 3:
                self.environment.runner.quit()

    handle = attack(target, Quitter, run_time=30).start()
    assert handle.wait(5)
    assert handle.metrics().total.count == target.count("/")


def test_quit_in_a_test_start_listener_is_heard(target: Target) -> None:
    def leave(environment: Any, **_: Any) -> None:
        environment.runner.quit()

    class Never(HttpUser):
        wait_time = constant(0.01)

        @task
        def go(self) -> None:
            self.client.get("/")

    goose.events.test_start.add_listener(leave)
    try:
        handle = attack(target, Never, run_time=30).start()
        assert handle.wait(5), "it was told to quit before it began"
    finally:
        goose.events.test_start.remove_listener(leave)


def test_a_listener_that_fails_does_not_hang_the_attack(target: Target) -> None:
    def fail(environment: Any, **_: Any) -> None:
        raise SystemExit(3)

    class Brief(HttpUser):
        @task
        def go(self) -> None:
            self.client.get("/")
            raise goose.StopUser

    goose.events.test_stop.add_listener(fail)
    try:
        handle = attack(target, Brief).start()
        assert handle.wait(5)
    finally:
        goose.events.test_stop.remove_listener(fail)
    assert time.sleep is ORIGINAL_SLEEP
    run(attack(target, Brief))


# ---- the end of an attack


def test_stop_passes_except_exception_and_runs_finally(target: Target) -> None:
    swallowed: list[BaseException] = []

    class Careful(HttpUser):
        @task
        def hold(self) -> None:
            try:
                time.sleep(100)
            except Exception as error:
                swallowed.append(error)
            finally:
                assert self.client.get("/bytes/1").status_code == 200
                time.sleep(0.01)

        def on_stop(self) -> None:
            assert self.client.get("/bytes/2").status_code == 200
            time.sleep(0.01)

    metrics = run(attack(target, Careful, users=4, lanes=2))
    assert not swallowed
    assert target.count("/bytes/1") == target.count("/bytes/2") == 4
    rows = {row.name: row for row in metrics.tasks}
    assert (rows["hold"].count, rows["hold"].failures, rows["hold"].cut_off) == (0, 0, 4)
    assert (rows["on_stop"].count, rows["on_stop"].failures) == (4, 0)
    assert metrics.client.dropped_users == 0


def test_a_request_in_flight_is_finished(target: Target) -> None:
    class Slow(HttpUser):
        @task
        def slow(self) -> None:
            assert self.client.get("/delay/500").status_code == 200

    metrics = run(attack(target, Slow, users=2, run_time=0.2))
    assert by_label(metrics) == {"GET /delay/500": 2}
    assert target.count("/delay/500") == 2
    assert metrics.total.cut_off == 0


def test_a_request_that_lasts_too_long_is_cut_off(target: Target) -> None:
    class Slow(HttpUser):
        @task
        def slow(self) -> None:
            self.client.get("/fault/hang")

    began = time.monotonic()
    metrics = run(attack(target, Slow, users=2, run_time=0.1, stop_timeout=0.2))
    assert time.monotonic() - began < 3
    assert metrics.total.cut_off == 2
    assert metrics.total.count == metrics.total.failures == 0
    assert metrics.tasks_total.cut_off == 2


def test_who_swallows_the_stop_is_dropped_and_that_is_said(target: Target) -> None:
    told: list[str] = []

    class Deaf(HttpUser):
        @task
        def hold(self) -> None:
            while True:
                try:
                    time.sleep(100)
                except BaseException as error:
                    told.append(type(error).__name__)

    class Good(HttpUser):
        wait_time = constant(0.01)

        @task
        def go(self) -> None:
            self.client.get("/")

    began = time.monotonic()
    metrics = run(attack(target, Deaf, Good, users=4, lanes=2, stop_timeout=0.3))
    assert time.monotonic() - began < 5
    assert metrics.client.dropped_users == 2
    assert any("did not stop" in text for text in metrics.warnings)
    assert set(told) == {"StopAttack"}
    assert 4 <= len(told) <= 6, "each is told twice or thrice"
    assert by_label(metrics) == {"GET /": target.count("/")}


def test_swallowing_once_is_forgiven(target: Target) -> None:
    class Hasty(HttpUser):
        @task
        def hold(self) -> None:
            try:
                time.sleep(100)
            except BaseException:
                self.client.get("/bytes/1")

        def on_stop(self) -> None:
            self.client.get("/bytes/2")

    metrics = run(attack(target, Hasty, users=2))
    assert target.count("/bytes/1") == target.count("/bytes/2") == 2
    assert metrics.client.dropped_users == 0


def test_on_stop_has_the_stop_timeout(target: Target) -> None:
    class Slow(HttpUser):
        @task
        def go(self) -> None:
            time.sleep(100)

        def on_stop(self) -> None:
            self.client.get("/fault/hang")

    began = time.monotonic()
    metrics = run(attack(target, Slow, users=3, run_time=0.1, stop_timeout=0.3))
    assert 0.3 < time.monotonic() - began < 3
    assert metrics.total.cut_off == 3
    assert metrics.client.dropped_users == 0


# ---- alone between two yields


def test_feeder_under_500_users_on_two_lanes(target: Target) -> None:
    handed: list[int] = []

    def numbers() -> Iterator[int]:
        number = 0
        while True:
            number += 1
            sum(range(20))  # gives another thread a chance
            yield number

    feeder = numbers()

    class Fed(HttpUser):
        @task
        def eat(self) -> None:
            number = next(feeder)
            self.client.get(f"/bytes/{number % 50}", name="fed")
            handed.append(number)

    metrics = run(attack(target, Fed, users=500, lanes=2, run_time=0.5))
    assert not metrics.failed
    assert sorted(handed) == list(range(1, len(handed) + 1))
    assert len(handed) == metrics.total.count == target.requests() > 500


def test_a_module_counter_is_exact_on_two_lanes(target: Target) -> None:
    state = {"count": 0, "inside": 0, "most": 0}

    class Adder(HttpUser):
        @task
        def add(self) -> None:
            state["inside"] += 1
            before = state["count"]
            sum(range(20_000))  # several switch intervals
            state["most"] = max(state["most"], state["inside"])
            state["count"] = before + 1
            state["inside"] -= 1
            self.client.get("/")

    metrics = run(attack(target, Adder, users=20, lanes=2))
    assert not metrics.failed
    assert state["most"] == 1, "between two yields a task is alone"
    assert state["count"] == metrics.total.count == target.count("/")


def test_lock_lets_others_run(target: Target) -> None:
    lock = ORIGINAL_LOCK()  # a real one must do no harm where nobody waits for it
    seen: Counter[str] = Counter()
    mine: dict[str, Any] = {}

    def make(environment: Any, **_: Any) -> None:
        mine["lock"] = threading.Lock()
        mine["rlock"] = threading.RLock()

    class Holder(HttpUser):
        wait_time = constant(0.001)

        @task
        def hold(self) -> None:
            with mine["lock"]:
                seen["inside"] += 1
                assert seen["inside"] == 1
                self.client.get("/delay/5", name="held")
                seen["inside"] -= 1
            with lock:
                seen["real"] += 1

        @task
        def again(self) -> None:
            with mine["rlock"], mine["rlock"]:
                seen["rinside"] += 1
                assert seen["rinside"] == 1
                time.sleep(0.001)
                seen["rinside"] -= 1
            with pytest.raises(RuntimeError):
                mine["rlock"].release()

        @task
        def impatient(self) -> None:
            if not mine["lock"].acquire(timeout=0.002):
                seen["timed out"] += 1
            else:
                mine["lock"].release()
            if not mine["lock"].acquire(blocking=False):
                seen["refused"] += 1
            else:
                mine["lock"].release()

        @task
        def free(self) -> None:
            self.client.get("/", name="free")

    goose.events.test_start.add_listener(make)
    try:
        metrics = run(attack(target, Holder, users=30, lanes=2, run_time=0.6))
    finally:
        goose.events.test_start.remove_listener(make)
    assert not metrics.failed, metrics.errors
    assert seen["timed out"] > 0
    assert seen["refused"] > 0
    counts = by_label(metrics)
    assert counts["GET held"] > 20
    assert counts["GET free"] > 20
    assert not mine["lock"].locked()


def test_condition_queue_and_event_work_in_users(target: Target) -> None:
    import queue

    shared: dict[str, Any] = {}
    got: list[int] = []

    def make(environment: Any, **_: Any) -> None:
        shared["queue"] = queue.Queue(maxsize=3)

    class Producer(HttpUser):
        fixed_count = 1

        @task
        def put(self) -> None:
            for number in range(20):
                shared["queue"].put(number)
                self.client.get("/")
            raise goose.StopUser

    class Consumer(HttpUser):
        fixed_count = 1

        @task
        def get(self) -> None:
            got.append(shared["queue"].get())
            if len(got) == 20:
                raise goose.StopUser

    goose.events.test_start.add_listener(make)
    try:
        run(attack(target, Producer, Consumer, users=2, lanes=2, run_time=5))
    finally:
        goose.events.test_start.remove_listener(make)
    assert got == list(range(20))


def test_users_that_wait_for_a_lock_end_with_the_attack(target: Target) -> None:
    mine: dict[str, Any] = {}

    class Waiter(HttpUser):
        @task
        def hold(self) -> None:
            if "lock" not in mine:
                mine["lock"] = threading.Lock()
            with mine["lock"]:
                time.sleep(100)

        def on_stop(self) -> None:
            self.client.get("/")

    began = time.monotonic()
    metrics = run(attack(target, Waiter, users=10, lanes=2))
    assert time.monotonic() - began < 3
    assert target.count("/") == 10
    assert metrics.client.dropped_users == 0
    assert not mine["lock"].locked()


# ---- threads


def test_run_in_thread_lets_others_run(target: Target) -> None:
    lane_threads: set[int] = set()
    foreign_threads: set[int] = set()

    def block(seconds: float) -> int:
        foreign_threads.add(threading.get_ident())
        ORIGINAL_SLEEP(seconds)
        return 42

    def fail() -> None:
        raise LookupError("foreign")

    class Foreign(HttpUser):
        @task
        def foreign(self) -> None:
            lane_threads.add(threading.get_ident())
            assert goose.run_in_thread(block, 0.2) == 42
            with pytest.raises(LookupError, match="foreign"):
                goose.run_in_thread(fail)

    class Other(HttpUser):
        wait_time = constant(0.005)

        @task
        def go(self) -> None:
            self.client.get("/")

    metrics = run(attack(target, Foreign, Other, users=2, run_time=0.5))
    assert not metrics.failed, metrics.errors
    assert task_counts(metrics)["foreign"] == 2
    assert target.count("/") > 30
    assert not lane_threads & foreign_threads
    assert not metrics.client.held
    assert goose.run_in_thread(block, 0.0) == 42, "outside of users a plain call"


def test_no_stale_wake_cuts_a_sleep_short(target: Target) -> None:
    """A lock's or a thread's wake may come when its user has gone on already."""
    slept: list[float] = []

    class Sleeper(HttpUser):
        @task
        def rest(self) -> None:
            def late() -> None:
                ORIGINAL_SLEEP(0.02)
                self.client.wake()

            threading.Thread(target=late).start()
            began = time.monotonic()
            time.sleep(0.1)
            slept.append(time.monotonic() - began)
            raise goose.StopUser

    run(attack(target, Sleeper, users=4, lanes=2, run_time=2))
    assert len(slept) == 4
    assert min(slept) >= 0.1


def test_the_attack_does_not_wait_for_foreign_threads(target: Target) -> None:
    release = threading.Event()

    class Foreign(HttpUser):
        @task
        def foreign(self) -> None:
            goose.run_in_thread(release.wait, 20)

    began = time.monotonic()
    try:
        metrics = run(attack(target, Foreign, users=3))
    finally:
        release.set()
    assert time.monotonic() - began < 3
    assert metrics.tasks_total.cut_off == 3


def test_context_variables_belong_to_the_user_thread_locals_to_the_lane(target: Target) -> None:
    variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=-1)
    local = threading.local()
    seen: dict[int, set[int]] = {}

    class Owner(HttpUser):
        def on_start(self) -> None:
            assert variable.get() == -1
            self.number = self.client.user_id or 0
            variable.set(self.number)
            local.users = [*getattr(local, "users", []), self.number]

        @task
        def look(self) -> None:
            self.client.get("/")
            assert variable.get() == self.number
            time.sleep(0.01)
            assert variable.get() == self.number
            seen.setdefault(threading.get_ident(), set()).update(local.users)

    metrics = run(attack(target, Owner, users=10, lanes=2))
    assert not metrics.failed, metrics.errors
    assert sorted(map(sorted, seen.values())) == [[0, 2, 4, 6, 8], [1, 3, 5, 7, 9]]
    assert variable.get() == -1


def test_the_client_works_only_in_its_user(target: Target) -> None:
    clients: list[Any] = []
    errors: list[str] = []

    def use(client: Any) -> None:
        with pytest.raises(RuntimeError) as caught:
            client.get("/bytes/1")
        errors.append(str(caught.value))

    class Sharer(HttpUser):
        @task
        def share(self) -> None:
            clients.append(self.client)
            goose.run_in_thread(use, self.client)
            thread = threading.Thread(target=use, args=[self.client])
            thread.start()
            thread.join()
            for client in clients:
                if client is not self.client:
                    use(client)
            time.sleep(100)

    metrics = run(attack(target, Sharer, users=2))
    assert len(errors) >= 5
    assert {text for text in errors if "only in that user's own tasks" in text} == set(errors)
    use(clients[0])
    assert "while its user runs" in errors[-1]
    assert target.count("/bytes/1") == 0
    assert not metrics.failed, metrics.errors
    with pytest.raises(RuntimeError, match="made by an attack"):
        Sharer(None)  # type: ignore[arg-type]


# ---- what an attack leaves behind


class Simple(HttpUser):
    wait_time = constant(0.005)

    @task
    def index(self) -> None:
        self.client.get("/")


def test_patches_are_in_place_during_an_attack_only(target: Target) -> None:
    inside: list[Any] = []

    class Looker(HttpUser):
        @task
        def look(self) -> None:
            inside.extend([time.sleep, threading.Lock, threading.RLock])
            raise goose.StopUser

    run(attack(target, Looker))
    assert inside
    assert inside[0] is not ORIGINAL_SLEEP
    assert inside[1] is not ORIGINAL_LOCK
    assert (time.sleep, threading.Lock, threading.RLock) == (
        ORIGINAL_SLEEP,
        ORIGINAL_LOCK,
        ORIGINAL_RLOCK,
    )


def left() -> tuple[int, int, int]:
    """Open files, threads of the system, threads of Python."""
    return (
        len(os.listdir("/proc/self/fd")),
        len(os.listdir("/proc/self/task")),
        threading.active_count(),
    )


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_sockets_and_threads_are_gone_after_an_attack(target: Target, name: str) -> None:
    class Foreign(Simple):
        @task
        def foreign(self) -> None:
            goose.run_in_thread(sum, [1, 2])

    import concurrent.futures.thread  # noqa: F401  (its import must not be counted)

    before = left()
    host = f"http://{name}:{target.port}"
    for _ in range(2):
        run(attack(target, Foreign, host=host, users=30, lanes=2, run_time=0.2))
        until(lambda: left() <= before, f"{before} again", 3)
    until(lambda: target.counters()["open"] == 1, "no connection but this one", 3)
    assert left() == before


def test_two_attacks_after_one_another_and_none_at_once(target: Target) -> None:
    first = run(attack(target, Simple, users=3, run_time=0.2))
    one = target.requests()
    assert first.total.count == one
    handle = attack(target, Simple, users=3, run_time=30).start()
    with pytest.raises(goose.AttackError, match="running already"):
        attack(target, Simple).start()
    with pytest.raises(goose.AttackError):
        attack(target, Simple).run()
    handle.stop()
    assert handle.wait(5)
    assert handle.metrics().total.count == target.requests() - one
    assert first.total.count == one


def test_handle(target: Target) -> None:
    handle = attack(target, Simple, users=5, lanes=2, run_time=None).start()
    assert not handle.wait(0)
    until(lambda: handle.metrics().total.count > 20, "live metrics grow")
    live = handle.metrics()
    assert live.users == 5
    assert not live.interrupted
    until(lambda: handle.metrics().total.count > live.total.count, "they go on growing")
    handle.stop()
    assert handle.wait(5)
    assert handle.wait()
    final = handle.metrics()
    assert final.total.count == target.requests() >= live.total.count
    assert final.total.per_second == pytest.approx(final.total.count / final.duration_s)
    handle.stop()
    assert handle.metrics().total.count == final.total.count
    assert len(goose._attack._running) == 0


def test_metrics_from_many_threads_lose_nothing(target: Target) -> None:
    handle = attack(target, Simple, users=20, lanes=2, run_time=0.6).start()
    threads = [
        threading.Thread(target=lambda: [handle.metrics() for _ in range(30)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert handle.wait(5)
    assert handle.metrics().total.count == target.requests()


def test_metrics_up_to_the_very_end(target: Target) -> None:
    """Looking at an attack while it closes; in a process of its own, for it once ended that."""
    code = """
import sys, threading
from goose import Attack, HttpUser, constant, task

class Simple(HttpUser):
    wait_time = constant(0.005)
    @task
    def go(self):
        self.client.get("/")

def look(handle):
    while not handle.wait(0):
        handle.metrics()

for _ in range(40):
    options = {"users": 20, "lanes": 2, "run_time": 0.03, "hatch_rate": 1e5}
    handle = Attack(Simple, host=sys.argv[1], no_reset_metrics=True, **options).start()
    threads = [threading.Thread(target=look, args=[handle]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert handle.metrics().total.count > 0
"""
    command = [sys.executable, "-X", "faulthandler", "-c", code, target.url]
    done = subprocess.run(
        command, env=environment(), stderr=subprocess.PIPE, timeout=30, check=False, text=True
    )
    assert done.returncode == 0, done.stderr


def test_run_async_lets_the_loop_go_on(target: Target) -> None:
    async def main() -> tuple[Any, int]:
        ticks = 0
        running = asyncio.ensure_future(attack(target, Simple, run_time=0.4).run_async())
        while not running.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return running.result(), ticks

    metrics, ticks = asyncio.run(main())
    assert metrics.total.count == target.requests() > 10
    assert ticks > 10


def test_run_async_cancelled(target: Target) -> None:
    async def main() -> None:
        running = asyncio.ensure_future(attack(target, Simple, run_time=60).run_async())
        while target.requests() < 5:
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    began = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - began < 5
    assert not goose._attack._running


def test_an_interrupted_run_gives_what_was_counted_marked(target: Target) -> None:
    class Interrupter(HttpUser):
        wait_time = constant(0.005)

        @task
        def go(self) -> None:
            self.client.get("/")
            if target.count("/") == 5:
                os.kill(os.getpid(), 2)

    metrics = attack(target, Interrupter, run_time=30).run()
    assert metrics.interrupted
    assert metrics.total.count == target.count("/") >= 5
    assert metrics.to_dict()["interrupted"] is True
    assert not run(attack(target, Simple, run_time=0.1)).interrupted


# ---- choices


def test_sequence(target: Target) -> None:
    order: dict[int, list[str]] = {}

    class Ranked(HttpUser):
        def note(self, name: str) -> None:
            order.setdefault(self.client.user_id or 0, []).append(name)
            self.client.get("/")

        @task
        def last(self) -> None:
            self.note("last")

        @task(weight=2, sequence=2)
        def second(self) -> None:
            self.note("second")

        @task(sequence=1, name="the first")
        def first(self) -> None:
            self.note("first")

        @task(sequence=2)
        def also_second(self) -> None:
            self.note("also second")

    metrics = run(attack(target, Ranked, users=6, lanes=2))
    middles = set()
    for names in order.values():
        for at in range(0, len(names) - 4, 5):
            begin, *middle, end = names[at : at + 5]
            assert (begin, end) == ("first", "last")
            assert sorted(middle) == ["also second", "second", "second"]
            middles.add(tuple(middle))
    assert len(middles) == 3, "in any order among themselves"
    assert set(task_counts(metrics)) == {"the first", "second", "also_second", "last"}


def test_weights_of_tasks(target: Target) -> None:
    chosen: Counter[str] = Counter()

    class Weighted(HttpUser):
        @task(9)
        def often(self) -> None:
            chosen["often"] += 1

        @task
        def seldom(self) -> None:
            chosen["seldom"] += 1
            if chosen.total() > 20_000:
                self.environment.runner.quit()

    run(attack(target, Weighted, run_time=10, seed=7))
    assert 0.88 < chosen["often"] / chosen.total() < 0.92


def test_spread_of_users_over_classes_and_lanes(target: Target) -> None:
    made: Counter[str] = Counter()
    lanes: Counter[int] = Counter()

    class Base(HttpUser):
        abstract = True

        def on_start(self) -> None:
            made[type(self).__name__] += 1
            lanes[threading.get_ident()] += 1

        @task
        def rest(self) -> None:
            time.sleep(100)

    class Heavy(Base):
        weight = 3

    class Light(Base):
        pass

    class Fixed(Base):
        fixed_count = 2

    class Left(Base):
        weight = 0

    with pytest.raises(ScriptError, match=r"Left.weight is 0; it must be above 0, or 0 to leave"):
        attack(target, Left)
    run(attack(target, Left, Heavy, Light, Fixed, users=22, lanes=2, run_time=0.2))
    assert made == {"Heavy": 15, "Light": 5, "Fixed": 2}
    assert sorted(lanes.values()) == [11, 11]
    made.clear()
    metrics = run(attack(target, Fixed, users=22, run_time=0.2))
    assert made == {"Fixed": 2}
    assert metrics.users == 2


def test_seed(target: Target) -> None:
    def choices(seed: int, lanes: int) -> dict[int, list[str]]:
        made: dict[int, list[str]] = {}

        class Chooser(HttpUser):
            wait_time = goose.between(0.0, 0.002)

            def note(self, name: str) -> None:
                made.setdefault(self.client.user_id or 0, []).append(name)
                self.client.get("/")

            @task(2)
            def a(self) -> None:
                self.note("a")

            @task
            def b(self) -> None:
                self.note("b")

            @task
            def c(self) -> None:
                self.note("c")

        run(attack(target, Chooser, users=4, lanes=lanes, seed=seed, run_time=0.3))
        return {user: names[:40] for user, names in made.items()}

    first = choices(1, 1)
    assert all(len(names) == 40 for names in first.values())
    assert choices(1, 2) == first
    other = choices(2, 1)
    assert all(other[user] != first[user] for user in first)
    assert len({tuple(names) for names in first.values()}) == 4


def test_hooks_of_the_module_are_listed_apart(target: Target, run_cli: RunCli) -> None:
    script = """
import time
import goose
from goose import HttpUser, task, constant

@goose.test_start
def prepare(user):
    user.client.post("/upload", data=b"fresh", name="prepare")
    user.token = user.client.get("/json/100").json()["token"]
    time.sleep(0.05)

@goose.test_stop
def tidy(user):
    user.client.delete("/echo/all", name="tidy")
    user.client.get("/status/500", name="fails")

class Website(HttpUser):
    wait_time = constant(0.05)

    def on_start(self):
        self.client.get("/bytes/1", name="on_start")

    @task
    def index(self):
        self.client.get("/json/100")
"""
    options = ["-H", target.url, "-u", "3", "-r", "100", "-t", "1", "--no-reset-metrics"]
    found = run_cli(*options, script=script)
    report = found.report
    assert found.code == 1, "a request of test_stop failed"
    assert {row["name"]: row["count"] for row in report["test_start"]} == {
        "prepare": 1,
        "/json/100": 1,
    }
    assert {row["name"]: row["count"] for row in report["test_stop"]} == {"tidy": 1, "fails": 1}
    assert {row["name"] for row in report["requests"]} == {"on_start", "/json/100"}
    assert found.counts()["GET on_start"] == 3
    assert report["total"]["failures"] == 0
    assert {row["text"] for row in report["errors"]} == {"status 500"}
    assert "prepare" in found.out
    assert "tidy" in found.out


def test_failing_hooks_are_told(target: Target, run_cli: RunCli) -> None:
    script = """
import goose
from goose import HttpUser, task, constant

@goose.test_start
def prepare(user):
    raise ValueError("not prepared")

class Website(HttpUser):
    wait_time = constant(0.05)
    @task
    def index(self):
        self.client.get("/")
"""
    found = run_cli("-H", target.url, "-u", "1", "-t", "1", "--no-reset-metrics", script=script)
    assert "not prepared" in found.err
    assert found.code == 1
    assert "ValueError: not prepared" in {row["text"] for row in found.report["errors"]}


# ---- held lanes


def test_the_watchdog_names_file_and_line(target: Target) -> None:
    class Blocker(HttpUser):
        @task
        def block(self) -> None:
            end = time.monotonic() + 0.4
            while time.monotonic() < end:
                pass
            raise goose.StopUser

    source, first = inspect.getsourcelines(Blocker)
    offset = next(at for at, line in enumerate(source) if "while" in line)
    metrics = run(attack(target, Blocker, run_time=5, no_compile=True))
    (held, *others) = metrics.client.held
    assert not others
    assert held["file"] == __file__
    assert held["line"] in (first + offset, first + offset + 1)
    assert held["user"] == 0
    assert 0.2 <= held["seconds"] <= 0.8
    assert held["count"] == 1
    assert f"{os.path.basename(__file__)}:{held['line']}" in str(metrics)


def test_a_task_that_never_waits_does_not_keep_the_lane(target: Target) -> None:
    spins = itertools.count()

    class Spinner(HttpUser):
        @task
        def spin(self) -> None:
            next(spins)

    metrics = run(attack(target, Spinner, Simple, users=2))
    assert next(spins) > 1000
    assert metrics.total.count == target.count("/") > 20
    assert not metrics.client.held
