# ruff: noqa
"""Lambdas as tasks and as functions."""

import random

from goose import HttpUser, StopUser, TaskSet, task

path = lambda number: f"/items/{number}"
ask = lambda client, number: client.get(path(number))


class Steps(TaskSet):
    tasks = {
        lambda l: l.client.get("/cart"): 3,
        lambda l: l.client.post("/buy", json={"n": random.randint(1, 5)}): 2,
        lambda self: ask(self.client, random.choice([1, 2])): 2,
    }

    @task
    def counted(self):
        self.user.left -= 1
        if self.user.left < 0:
            raise StopUser
        both = [lambda: 1, lambda: 2]
        self.client.get(path(both[0]() + both[1]()))


class Visitor(HttpUser):
    tasks = [Steps]
    left = 5
