"""Accounts and orders from files, each handed out to one user at a time."""

import csv
import itertools
import logging
import random
import string
import threading
from collections import deque
from pathlib import Path

from goose import HttpUser, constant, task

DATA = Path(__file__).parent / "data"

with open(DATA / "accounts.csv", newline="") as source:
    ACCOUNTS = list(csv.DictReader(source))

next_account = itertools.cycle(ACCOUNTS)
free_accounts = deque(ACCOUNTS)
order_lock = threading.Lock()
last_order = 0


def order_number():
    global last_order
    with order_lock:
        last_order += 1
        return f"LT-{last_order:06d}"


class AccountUser(HttpUser):
    wait_time = constant(0.01)

    def on_start(self):
        self.account = next(next_account)

    @task(3)
    def log_in_as_next(self):
        account = next(next_account)
        self.client.post(
            "/login",
            data={"user": account["username"], "password": account["password"]},
            allow_redirects=False,
        )

    @task(4)
    def overview(self):
        username = self.account["username"]
        with self.client.get(
            f"/echo/users/{username}", name="/users/[name]", catch_response=True
        ) as r:
            if r.status_code != 200 or username not in r.text:
                logging.error("user %s: %s", username, r.text)
                r.failure(f"no user {username}")
            else:
                r.success()

    @task(2)
    def exclusive_session(self):
        try:
            account = free_accounts.popleft()
        except IndexError:
            logging.info("all accounts are taken")
            return
        try:
            self.client.get("/echo/session", params={"user": account["username"]})
        finally:
            free_accounts.append(account)

    @task(2)
    def place_order(self):
        number = order_number()
        with self.client.post(
            "/echo/orders",
            json={"number": number, "plan": self.account["plan"]},
            catch_response=True,
        ) as r:
            if number not in r.text:
                r.failure(f"order {number} got lost")

    @task(1)
    def order_from_template(self):
        with open(DATA / "order.tmpl") as f:
            template = string.Template(f.read())
        body = template.substitute(customer=self.account["username"], sku="A-1", qty=2)
        self.client.post("/echo/orders", data=body, headers={"Content-Type": "application/json"})

    @task(2)
    def plans(self):
        plan = random.choice(ACCOUNTS)["plan"]
        if plan == "free":
            self.client.get("/json/100", name="/plans/free")
        elif plan in ("pro", "team"):
            self.client.get("/json/300", name=f"/plans/{plan}")
