# ruff: noqa
"""What counts in the end: success and failure in, behind and without blocks, the last one wins."""

from goose import HttpUser, ResponseError, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    @task
    def failure_then_success(self):
        with self.client.get("/k/failed/1", name="a", catch_response=True) as r:
            r.failure("first")
            r.success()

    @task
    def success_then_failure(self):
        with self.client.get("/k/ok/1", name="b", catch_response=True) as r:
            r.success()
            r.failure("second")
            r.failure(f"third {r.status_code} {r.text[:12]}")

    @task
    def failed_without_verdict(self):
        with self.client.get("/k/missing/1", name="c", catch_response=True):
            pass

    @task
    def return_in_block(self):
        self.client.post("/told", data=repr(self.inner()))

    def inner(self):
        with self.client.get("/k/teapot/1", name="d", catch_response=True) as r:
            if r.status_code == 418:
                r.success()
                return r.status_code
            r.failure("never")
        return None

    @task
    def return_without_verdict(self):
        with self.client.get("/k/failed/2", name="e", catch_response=True) as r:
            return

    @task
    def error_in_block(self):
        with self.client.get("/k/ok/3", name="f", catch_response=True) as r:
            r.json()["nothing of that name"]

    @task
    def response_error_in_block(self):
        with self.client.get("/k/ok/4", name="g", catch_response=True) as r:
            raise ResponseError("raised " + r.reason)
        self.client.get("/goes-on")

    @task
    def response_error_in_a_helper(self):
        with self.client.get("/k/ok/5", name="h", catch_response=True) as r:
            self.refuse(r)
        self.client.get("/goes-on/2")

    def refuse(self, r):
        try:
            raise ResponseError("refused")
        finally:
            self.client.get("/in-finally")

    @task
    def nested(self):
        with self.client.get("/k/ok/6", name="i", catch_response=True) as outer:
            with self.client.get("/k/missing/6", name="j", catch_response=True) as inner:
                inner.success()
                outer.failure(inner.text)
            outer.failure(f"{inner.status_code} after {outer.status_code}: {outer.text[:15]}")

    @task
    def one_block_for_two(self):
        with (
            self.client.get("/k/ok/7", name="k") as one,
            self.client.get("/k/ok/8", name="l") as two,
        ):
            one.failure("one")
            two.failure("two")

    @task
    def later(self):
        r = self.client.get("/k/ok/9", name="m")
        self.client.get("/between")
        r.failure("later: " + r.json()["name"])

    @task
    def outside_of_a_block(self):
        r = self.client.get("/k/failed/9", name="n", catch_response=True)
        if not r.ok:
            r.success()

    @task
    def messages(self):
        for message in ("", None, 17, 2.5, ["a", 1], {"k": "ü"}, KeyError("k"), "x" * 300, "500"):
            with self.client.get("/k/ok/10", name="o", catch_response=True) as r:
                r.failure(message)

    @task
    def no_message(self):
        with self.client.get("/k/ok/11", name="p", catch_response=True) as r:
            r.failure()

    @task
    def lost(self):
        with self.client.get("/k/reset/1", name="q", catch_response=True) as r:
            r.failure(f"{r.status_code} {r.error} {r.text!r} {r.content!r} {r.reason} {r.ok}")

    @task
    def lost_and_forgiven(self):
        with self.client.get("/k/drop/1", name="r", catch_response=True) as r:
            r.success()

    @task
    def loop(self):
        for i in range(6):
            with self.client.get(f"/k/ok/{i}", name="s", catch_response=True) as r:
                if i == 1:
                    continue
                if i == 4:
                    r.failure("broken off")
                    break
                r.failure(f"turn {i}")

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
