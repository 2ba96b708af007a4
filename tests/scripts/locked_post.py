"""A module lock held round a post, as in scripts that share an account."""

import threading
from threading import Lock

from goose import HttpUser, constant, task

account_lock = Lock()
tally_lock = threading.RLock()
inside = 0
most_inside = 0
posted = 0


class Account(HttpUser):
    wait_time = constant(0.02)

    @task
    def transfer(self):
        global inside, most_inside
        with account_lock:
            inside += 1
            most_inside = max(most_inside, inside)
            self.client.post("/upload/transfer", json={"amount": 1})
            inside -= 1
        self.tally()

    def tally(self):
        global posted
        with tally_lock, tally_lock:
            before = posted
            self.client.get("/", name="tally")
            posted = before + 1

    @task
    def look(self):
        self.client.get("/bytes/20")

    def on_stop(self):
        print(f"most inside: {most_inside}")
