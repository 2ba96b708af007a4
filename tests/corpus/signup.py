"""Registration with made-up people. (Faker is not installed on the load generators.)"""

import random
import re
import secrets
import time

from goose import HttpUser, between, task

FIRST = ["Ada", "Björn", "Chloé", "Dmitri", "Eve", "Farid"]
LAST = ["Lovelace", "Ångström", "Müller-Lüdenscheidt", "O'Neill", "Nguyen"]
DOMAINS = ["example.com", "example.org", "mail.example.net"]


class Faker:
    """The little of faker that we need."""

    def __init__(self, seed=None):
        self.random = random.Random(seed)

    def name(self):
        return f"{self.random.choice(FIRST)} {self.random.choice(LAST)}"

    def email(self):
        user = re.sub(r"[^a-z]+", ".", self.name().lower())
        return f"{user}{self.random.randint(1, 9999)}@{self.random.choice(DOMAINS)}"

    def phone(self):
        return "+49 " + "".join(str(self.random.randint(0, 9)) for _ in range(9))


fake = Faker()


class NewCustomer(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.email = None

    @task(4)
    def sign_up(self):
        self.email = fake.email()
        with self.client.post(
            "/echo/signup",
            json={"name": fake.name(), "email": self.email, "phone": fake.phone()},
            catch_response=True,
        ) as response:
            if self.email not in response.json()["body"]:
                response.failure("signed up as somebody else")

    @task(1)
    def sign_up_twice(self):
        if self.email is None:
            return
        with self.client.post(
            "/status/409", json={"email": self.email}, name="/signup [twice]", catch_response=True
        ) as response:
            if response.status_code == 409:
                response.success()
            else:
                response.failure(f"{self.email} signed up twice: {response.text}")

    @task(2)
    def confirm_email(self):
        code = f"{secrets.randbelow(10**6):06d}"
        r = self.client.get(f"/echo/confirm?code={code}", name="/confirm")
        if not re.search(r'"query": "code=\d{6}"', r.text):
            r.failure("code was mangled")

    @task(2)
    def update_address(self):
        address = {
            "street": f"{fake.name().split()[-1]}straße {random.randint(1, 99)}",
            "city": "Köln",
            "phone": fake.phone() if random.random() < 0.5 else None,
        }
        self.client.put("/echo/address", json=address)

    @task(3)
    def check_nickname(self):
        nick = random.choice(FIRST).lower() + str(int(time.time()) % 1000)
        response = self.client.get("/echo/nick/" + nick, name="/nick/[nick]")
        if response.status_code == 200:
            print("nickname", nick, "is free")

    @task(1)
    def terms(self):
        self.client.get("/utf8", name="/terms")
