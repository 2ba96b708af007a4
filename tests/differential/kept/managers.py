# ruff: noqa
"""with over what is no request: the body makes requests, returns, leaves loops, raises."""

import threading
from contextlib import contextmanager, suppress

from goose import HttpUser, SequentialTaskSet, StopUser, task

lock = threading.Lock()
again = threading.RLock()


@contextmanager
def noted(seen, what):
    seen.append(f"in {what}")
    try:
        yield what.upper()
    except KeyError:
        seen.append(f"key {what}")
    finally:
        seen.append(f"out {what}")


class Silent:
    def __enter__(self):
        return [1, 2]

    def __exit__(self, kind, error, trace):
        return kind is ValueError


class NoEntry:
    pass


class Steps(SequentialTaskSet):
    def on_start(self):
        self.seen = []

    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def request_under_a_lock(self):
        with lock:
            self.client.get("/locked")
        with again, again:
            self.client.get("/locked/twice")
        self.tell(lock.locked())

    @task
    def value_of_a_manager(self):
        with noted(self.seen, "a") as name, noted(self.seen, "b"):
            self.client.get(f"/{name}")
            self.tell(self.seen)
        self.tell(name, self.seen)

    @task
    def returns(self):
        self.tell(self.found(1), self.found(0), self.seen)

    def found(self, number):
        with noted(self.seen, "c"):
            if number:
                self.client.get("/found")
                return "found"
        return "none"

    @task
    def leaves_loops(self):
        for number in range(5):
            with noted(self.seen, f"l{number}"):
                if number == 1:
                    continue
                if number == 3:
                    break
                self.client.get(f"/loop/{number}")
        self.tell(self.seen)

    @task
    def errors(self):
        with noted(self.seen, "d"):
            self.client.get("/d")
            raise KeyError("taken")
        try:
            with noted(self.seen, "e"):
                self.client.get("/e")
                raise ValueError("not taken")
        except ValueError as error:
            self.tell(str(error), self.seen)
        with Silent() as (one, two):
            self.client.get(f"/{one}/{two}")
            raise ValueError("silent")
        with suppress(ZeroDivisionError):
            self.client.get("/zero")
            self.tell(1 // 0)
        self.tell("on")

    @task
    def error_in_it_fails_the_task(self):
        with noted(self.seen, "f"):
            self.client.get("/f")
            raise TypeError("failed")

    @task
    def no_manager(self):
        for what in (1, "a", None, NoEntry()):
            try:
                with what:
                    self.client.get("/never")
            except Exception as error:
                self.tell(type(error).__name__, str(error))

    @task
    def requests_and_managers(self):
        with noted(self.seen, "g"), self.client.get("/g", catch_response=True) as r:
            r.failure("bad")
        with self.client.get("/h", catch_response=True) as r, noted(self.seen, "h"):
            r.success()
        self.tell(self.seen)

    @task
    def leave(self):
        self.tell(self.seen)
        with noted(self.seen, "j"):
            self.client.get("/j")
            raise StopUser

    def on_stop(self):
        self.tell(self.seen)


class Visitor(HttpUser):
    tasks = [Steps]
