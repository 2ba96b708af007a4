"""Helpdesk: tickets with comments and attachments; written for Goose, with names and rounds."""

import itertools
import random
import time
from datetime import datetime

from goose import HttpUser, constant, task, test_start

PRIORITIES = ["low", "normal", "high", "urgent"]
TEMPLATE = "Hello {name},\n\nyour ticket #{number:05d} is {state}.\n\nSupport"
STATES = ["open", "pending", "solved"]
numbers = itertools.count(1)


@test_start
def seed_queue(user):
    user.client.post("/echo/queue/reset", json={"queue": "loadtest"})


def make_ticket(priority=None):
    return {
        "subject": "Printer on fire",
        "priority": priority or random.choice(PRIORITIES),
        "created": datetime.now().isoformat(timespec="seconds"),
    }


class Agent(HttpUser):
    wait_time = constant(0.005)

    @task(weight=2, sequence=1, name="open inbox")
    def inbox(self):
        self.client.get("/json/700", name="inbox")

    @task(sequence=2, name="open ticket")
    def open_ticket(self):
        self.ticket = self.client.get("/json/200", name="ticket").json()
        self.opened = time.time()

    @task(weight=3, sequence=3)
    def answer(self):
        state = random.choice(STATES)
        text = TEMPLATE.format(name="Ms. Gander", number=self.ticket["id"], state=state)
        payload = dict(text=text, public=state != "pending", seconds=int(time.time() - self.opened))
        with self.client.post("/echo/comments", json=payload, catch_response=True) as r:
            if "#00007" not in r.json()["body"]:
                r.failure("wrong ticket: " + r.text[:200])

    @task(sequence=4)
    def escalate(self):
        ticket = make_ticket("urgent")
        if random.random() < 0.3:
            ticket["parent"] = self.ticket["id"]
        self.client.post("/echo/tickets", json=ticket)

    @task(sequence=4)
    def merge_duplicates(self):
        items = self.client.get("/json/400", name="similar").json()["items"]
        by_parity = {True: [], False: []}
        for item in items:
            by_parity[item["id"] % 2 == 0].append(item["id"])
        even, odd = by_parity[True], by_parity[False]
        for first, second in zip(even, odd):
            if first > 2:
                continue
            self.client.post(f"/echo/tickets/{first}/merge/{second}", name="merge")


class Caller(HttpUser):
    wait_time = constant(0.008)

    @task(3)
    def new_ticket(self):
        ticket = make_ticket()
        ticket["external_id"] = f"CALL-{next(numbers):04d}"
        r = self.client.post("/echo/tickets", json=ticket)
        if not r:
            print("ticket was refused:", r.status_code)

    @task
    def hang_up(self):
        pass
