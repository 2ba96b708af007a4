"""Tasks with transactions and timings around them."""

import contextlib
import functools
import random
import threading
import time

from goose import HttpUser, between, task

timings = {}
transfer_lock = threading.Lock()


@contextlib.contextmanager
def transaction(name):
    began = time.perf_counter()
    try:
        yield
    finally:
        timings.setdefault(name, []).append(time.perf_counter() - began)


def timed(function):
    @functools.wraps(function)
    def wrapper(self, *args, **kwargs):
        with transaction(function.__name__):
            return function(self, *args, **kwargs)

    return wrapper


class BankCustomer(HttpUser):
    wait_time = between(0.005, 0.02)

    def pages(self, account):
        page = 1
        while page <= 3:
            yield self.client.get(
                "/json/200", params={"account": account, "page": page}, name="/statement"
            ).json()
            page += 1

    @task(3)
    def home(self):
        with transaction("home"):
            self.client.get("/", name="/home")
            self.client.get("/json/300", name="/home/accounts")

    @task(3)
    @timed
    def accounts(self):
        self.client.get("/json/500", name="/accounts")

    @task(2)
    def statement(self):
        lines = 0
        for page in self.pages(random.randint(1000, 9999)):
            lines += len(page["items"])
        assert lines > 0

    @task(1)
    def transfer(self):
        with transfer_lock:
            balance = self.client.get("/json/100", name="/balance").json()["id"]
            if balance > 0:
                self.client.post("/echo/transfer", json={"amount": min(balance, 5)})

    @task(1)
    def notifications(self):
        fetch = lambda kind: self.client.get(f"/echo/notifications/{kind}", name="/notifications")
        answers = [fetch(kind) for kind in ("unread", "archived")]
        if not all(answer.ok for answer in answers):
            print("notifications are broken")

    @task(4)
    def exchange_rates(self):
        base = random.choice(["EUR", "CHF"])
        self.client.get("/json/250", params={"base": base}, name="/rates")

    @task(1)
    def slow_report(self):
        start = time.time()
        response = self.client.get("/delay/uniform/1/6", name="/report")
        took = (time.time() - start) * 1000
        if took > 500:
            response.failure(f"Report took {took:.0f} ms")
        print(f"report {response.reason}: {took:.1f} ms")

    def on_stop(self):
        for name, values in sorted(timings.items()):
            print(f"{name}: {len(values)} times, mean {sum(values) / len(values) * 1000:.2f} ms")
