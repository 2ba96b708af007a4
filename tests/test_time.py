"""Everything about time, on a stepped clock and the transport without sockets: exact counts."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from helpers import by_label, error_texts, run, task_counts

import goose
from goose import Attack, HttpUser, Metrics, SequentialTaskSet, constant, task


@pytest.fixture(autouse=True)
def _stepped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOSE_CLOCK", "stepped")
    monkeypatch.setenv("GOOSE_TRANSPORT", "fake")


def virtual(*classes: type[HttpUser], **options: Any) -> Metrics:
    """Runs an attack in virtual time; it must take moments."""
    given = {
        "host": "http://fake",
        "users": 1,
        "hatch_rate": 1_000_000,
        "lanes": 1,
        "no_reset_metrics": True,
        **options,
    }
    began = time.monotonic()
    metrics = run(Attack(*classes, **given), 10)
    assert time.monotonic() - began < 5
    return metrics


def user(wait: Callable[[Any], float], path: str, **calling: Any) -> type[HttpUser]:
    """A user class that gets one path between waits."""

    class Made(HttpUser):
        wait_time = wait

        @task
        def get(self) -> None:
            self.client.get(path, **calling)

    return Made


@pytest.mark.parametrize("lanes", [1, 2])
def test_constant_over_ten_minutes(lanes: int) -> None:
    metrics = virtual(user(constant(1), "/delay/100"), users=10, lanes=lanes, run_time="10m")
    assert metrics.total.count == 10 * (math.floor(600 / 1.1) + 1)
    assert metrics.duration_s == pytest.approx(600, abs=0.15)
    assert metrics.total.per_second == pytest.approx(metrics.total.count / metrics.duration_s)
    assert metrics.total.median == pytest.approx(100, rel=0.001)
    assert metrics.total.minimum == pytest.approx(100, abs=0.2)
    assert 100 <= metrics.total.minimum <= metrics.total.maximum <= 100.2
    assert metrics.total.cut_off == 0


def test_no_wait_at_all() -> None:
    metrics = virtual(user(constant(0), "/delay/20"), users=3, run_time=59.99)
    # each timer may be late by a fraction of a millisecond, never early
    assert 3 * 2980 <= metrics.total.count <= 3 * 3000


@pytest.mark.parametrize(("wait", "delay_ms", "cycle_s"), [(2, 500, 2.0), (2, 3000, 3.0)])
def test_constant_pacing(wait: float, delay_ms: int, cycle_s: float) -> None:
    made = user(goose.constant_pacing(wait), f"/delay/{delay_ms}")
    metrics = virtual(made, users=5, run_time=599)
    assert metrics.total.count == 5 * (math.floor(599 / cycle_s) + 1)


def test_constant_throughput() -> None:
    metrics = virtual(user(goose.constant_throughput(4), "/delay/10"), users=5, run_time=59.9)
    assert metrics.total.count == 5 * 240


def test_pacing_does_not_catch_up() -> None:
    class Uneven(HttpUser):
        wait_time = goose.constant_pacing(1)
        runs = 0

        @task
        def go(self) -> None:
            self.runs += 1
            self.client.get("/delay/3500" if self.runs == 3 else "/delay/100")

    metrics = virtual(Uneven, run_time=9.9)
    # starts at 0, 1, 2, then 5.5 (late), 6.5, 7.5, 8.5, 9.5
    assert metrics.total.count == 8


def test_between() -> None:
    metrics = virtual(user(goose.between(1, 3), "/"), users=100, run_time=600)
    assert metrics.total.count == pytest.approx(100 * 600 / 2, rel=0.01)
    exact = virtual(user(goose.between(2, 2), "/"), users=10, run_time=599)
    assert exact.total.count == 10 * 300


def test_between_stays_within_its_bounds() -> None:
    class Timed(HttpUser):
        wait_time = goose.between(4, 6)

        @task
        def go(self) -> None:
            self.client.get("/")

    metrics = virtual(Timed, users=1000, run_time=3.9)
    assert metrics.total.count == 1000, "none waits less than 4 s"
    metrics = virtual(Timed, users=1000, run_time=6.1)
    assert metrics.total.count == 2000, "none more than 6 s"


def test_between_asked_by_hand_draws_from_the_users_own_generator() -> None:
    pause = goose.between(1, 3)

    class Asks(HttpUser):
        def wait_time(self) -> float:
            seconds = pause(self)
            drawn.append(seconds)
            return seconds

        @task
        def go(self) -> None:
            self.client.get("/")

    runs = []
    for seed in (7, 7, 8):
        drawn: list[float] = []
        virtual(Asks, run_time=60, seed=seed)
        runs.append(drawn)
    assert runs[0] == runs[1] != runs[2]
    assert all(1 <= seconds <= 3 for seconds in runs[0])


def test_own_wait_time() -> None:
    class Own(HttpUser):
        waits = 0

        def wait_time(self) -> float:
            self.waits += 1
            return 1.0 if self.waits % 2 else 3

        @task
        def go(self) -> None:
            self.client.get("/")

    class Never(Own):
        def wait_time(self) -> float:
            return -5.0

        @task
        def end(self) -> None:
            if self.environment.process_exit_code is None and self.waits == 0:
                raise goose.StopUser

    assert virtual(Own, users=2, run_time=39.9).total.count == 2 * 20
    virtual(Never, run_time=1)


def test_waits_of_task_sets() -> None:
    class Outer(HttpUser):
        wait_time = constant(10)

        @task
        class Inner(SequentialTaskSet):
            wait_time = constant(1)

            @task
            def one(self) -> None:
                self.client.get("/one")

            @task
            def two(self) -> None:
                self.client.get("/two")
                self.interrupt(reschedule=False)

    class Inheriting(HttpUser):
        wait_time = constant(2)

        @task
        class Inner(SequentialTaskSet):
            @task
            def one(self) -> None:
                self.client.get("/one")

            @task
            def two(self) -> None:
                self.client.get("/two")
                self.interrupt()

    counts = by_label(virtual(Outer, run_time=109.9))
    assert counts == {"GET /one": 10, "GET /two": 10}
    counts = by_label(virtual(Inheriting, run_time=19.9))
    assert counts == {"GET /one": 10, "GET /two": 9}, "interrupt() leaves without a wait"


def test_reschedule() -> None:
    class Waits(HttpUser):
        wait_time = constant(1)

        @task
        def go(self) -> None:
            raise goose.RescheduleTask

    assert task_counts(virtual(Waits, run_time=9.9)) == {"go": 10}


def test_sleep_and_wait_inside_a_task() -> None:
    class Sleeper(HttpUser):
        wait_time = constant(3)

        @task
        def go(self) -> None:
            time.sleep(6.5)
            self.wait()
            self.client.get("/delay/500")

    metrics = virtual(Sleeper, users=2, run_time="10m")
    # a cycle is 6.5 + 3 + 0.5 + 3
    assert metrics.total.count == 2 * 46
    assert metrics.tasks_total.median == pytest.approx(10_000, rel=0.001)


def test_hatching() -> None:
    metrics = virtual(user(constant(1), "/"), users=10, hatch_rate=2, run_time=9.9)
    assert metrics.users == 10
    assert metrics.total.count == sum(math.floor(9.9 - k / 2) + 1 for k in range(10))
    slow = virtual(user(constant(1), "/"), users=10, hatch_rate=0.5, run_time=9.9)
    assert slow.users == 5, "the rest was not hatched in time"
    assert slow.total.count == sum(math.floor(9.9 - k * 2) + 1 for k in range(5))


def test_run_time_counts_from_the_last_hatch_when_metrics_are_reset() -> None:
    options = {"users": 5, "hatch_rate": 1, "run_time": 9.9, "no_reset_metrics": False}
    attack = Attack(user(constant(1), "/"), host="http://fake", lanes=1, **options)
    handle = attack.start()
    assert handle.wait(10)
    metrics, before = handle.metrics(), handle.hatch_metrics
    assert before is not None
    # users start at 0, 1, 2, 3 and 4 s; then all run until 13.9
    whole = sum(math.floor(13.9 - k) + 1 for k in range(5))
    assert metrics.total.count + before.total.count == whole
    assert 10 <= before.total.count <= 15
    assert metrics.duration_s == pytest.approx(9.9, abs=0.01)
    assert before.duration_s == pytest.approx(4, abs=0.01)


def test_timeouts() -> None:
    metrics = virtual(user(constant(0), "/hang", timeout=5), users=2, run_time=59.9)
    assert metrics.total.count == metrics.total.failures == 2 * 12
    assert error_texts(metrics) == {"timeout": 24}
    assert metrics.total.median == pytest.approx(5000, rel=0.001)


def test_a_request_in_flight_has_the_stop_timeout() -> None:
    made = user(constant(0), "/delay/4000")
    metrics = virtual(made, users=2, run_time=1, stop_timeout=5)
    assert (metrics.total.count, metrics.total.cut_off) == (2, 0)
    metrics = virtual(made, users=2, run_time=1, stop_timeout=2)
    assert (metrics.total.count, metrics.total.cut_off) == (0, 2)


def test_statuses_and_refusals() -> None:
    class Mixed(HttpUser):
        wait_time = constant(1)

        @task
        def go(self) -> None:
            assert self.client.get("/status/503").status_code == 503
            refused = self.client.get("/refused")
            assert refused.status_code == 0
            assert "connection refused" in str(refused.error)
            assert self.client.put("/x", data="1").text == "PUT /x"

    metrics = virtual(Mixed, run_time=9.9)
    assert (metrics.total.count, metrics.total.failures) == (30, 20)
    assert metrics.tasks_total.failures == 0
    assert metrics.total.status_codes == {0: 10, 200: 10, 503: 10}


def test_a_lock_with_a_timeout_in_virtual_time_ends() -> None:
    import threading

    mine: dict[str, Any] = {}
    results: list[bool] = []

    class Locker(HttpUser):
        @task
        def go(self) -> None:
            lock = mine.setdefault("lock", threading.Lock())
            with lock:
                time.sleep(10)
            results.append(lock.acquire(False))
            if results[-1]:
                lock.release()

    virtual(Locker, users=3, run_time=99)
    assert results
