"""A generator that hands out accounts to all users."""

import itertools

from goose import HttpUser, constant, task


def accounts():
    for number in itertools.count():
        yield {"user": f"user-{number:06d}", "password": "secret"}


FEEDER = accounts()


class Visitor(HttpUser):
    wait_time = constant(0)

    @task
    def log_in(self):
        account = next(FEEDER)
        self.client.get(f"/bytes/1/{account['user']}", params={"a": 1}, name="/account")
