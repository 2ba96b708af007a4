"""One run of goose-py for the benchmark: prints one line of JSON. Run by bench.py."""

from __future__ import annotations

import argparse
import json
import random
import resource
import time

from goose import Attack, HttpUser, task

SIZES = (100, 101, 102, 103)
BODY = {"user": "anna", "basket": [1, 2, 3], "note": "a small order"}


class Get(HttpUser):
    @task
    def get(self) -> None:
        self.client.get("/")


class Real(HttpUser):
    """What a realistic task does: f-string, choice, catch_response, a check."""

    @task
    def get(self) -> None:
        with self.client.get(f"/bytes/{random.choice(SIZES)}", catch_response=True) as response:
            if response.status_code == 200:
                response.success()
            else:
                response.failure("not 200")


class Post(HttpUser):
    def on_start(self) -> None:
        self.client.cookies.set("session", "0123456789abcdef")

    @task
    def post(self) -> None:
        self.client.post("/upload", json=BODY, headers={"X-Token": "secret"})


class Shop(HttpUser):
    """An f-string URL, a choice, a check of the status, and a field of a JSON body of 1 kB."""

    @task
    def get(self) -> None:
        response = self.client.get(f"/json/1000?size={random.choice(SIZES)}", name="/json")
        if response.status_code == 200 and response.json()["id"] is None:
            response.failure("no id")


class Fake:
    """As a library that makes test data: about 1 us of Python."""

    def email(self) -> str:
        return "{}.{}@{}".format("anna", "goose", "example.org".lower())


FAKE = Fake()


class Island(HttpUser):
    """The same with one piece that runs as Python."""

    @task
    def get(self) -> None:
        email = FAKE.email()
        response = self.client.get(f"/json/1000?email={email}", name="/json")
        if response.status_code == 200 and response.json()["id"] is None:
            response.failure("no id")


class Close(HttpUser):
    @task
    def get(self) -> None:
        self.client.get("/", headers={"Connection": "close"})


CASES = {cls.__name__.lower(): cls for cls in (Get, Real, Post, Shop, Island, Close)}


def resident_mb() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("case", choices=CASES)
    parser.add_argument("host")
    parser.add_argument("users", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--no-compile", action="store_true")
    given = parser.parse_args()
    cls = CASES[given.case]
    cls.verify = False
    attack = Attack(
        cls,
        host=given.host,
        users=given.users,
        hatch_rate=1e6,
        run_time=given.seconds,
        lanes=given.lanes,
        no_reset_metrics=True,
        no_compile=given.no_compile,
    )
    cpu = time.process_time()
    metrics = attack.run()
    cpu = time.process_time() - cpu
    total = metrics.total
    print(
        json.dumps(
            {
                "requests": total.count,
                "failures": total.failures,
                "per_second": total.per_second,
                "cpu_us": cpu * 1e6 / max(1, total.count),
                "p50_ms": total.percentile(50),
                "p99_ms": total.percentile(99),
            }
        )
    )


if __name__ == "__main__":
    main()
