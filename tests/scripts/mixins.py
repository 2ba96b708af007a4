"""Helpers in mixins and base classes, an abstract user, module state as cache and queue."""

import queue
import random
from collections import deque

from goose import HttpUser, constant, task

SEEN = {}
JOBS = deque(range(1000))
TICKETS = queue.Queue()
COUNTER = 0
for ticket in range(5):
    TICKETS.put(ticket)


class Checks:
    def checked(self, method, url, **kwargs):
        kwargs.setdefault("name", url.split("?")[0])
        with getattr(self.client, method)(url, catch_response=True, **kwargs) as response:
            self.judge(response)
            return response

    def judge(self, response):
        if not response.ok:
            response.failure(f"status {response.status_code} is not ok")


class Counting:
    def count(self):
        global COUNTER
        COUNTER += 1
        return COUNTER


class BaseUser(Checks, Counting, HttpUser):
    abstract = True
    wait_time = constant(0.01)

    @task
    def inherited(self):
        self.checked("get", f"/bytes/10?n={self.count()}")


class Worker(BaseUser):
    weight = 3

    @task(2)
    def job(self):
        job = JOBS.popleft()
        assert job not in SEEN
        SEEN[job] = self
        self.checked("post", "/upload", json={"job": job})

    @task
    def ticket(self):
        try:
            TICKETS.get_nowait()
        except queue.Empty:
            return
        self.client.put("/echo/ticket", data="x=1")

    def judge(self, response):
        super().judge(response)
        random.shuffle([1, 2, 3])


class Looker(BaseUser):
    fixed_count = 1

    @task
    def look(self):
        self.checked("get", "/status/418")
