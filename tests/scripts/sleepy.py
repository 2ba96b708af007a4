"""``from time import sleep``: polling in a task while others go on."""

import random
from time import sleep, time

from goose import FastHttpUser, between, task


class Poller(FastHttpUser):
    wait_time = between(0, 0.01)

    @task(2)
    def poll(self):
        response = self.client.post("/echo/job", json={"job": random.randint(1, 100)})
        job = response.json()["body"]
        began = time()
        while True:
            sleep(0.05)
            state = self.client.get("/json/120", name="/job/state").json()
            if state["id"] == 7 and time() - began > 0.09:
                break
        assert '"job"' in job

    @task
    def other(self):
        self.client.get("/bytes/5")
