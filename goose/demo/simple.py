"""A small shop: every visitor logs in once, then looks at pages and now and then buys.

goose-py examples/simple.py --host http://127.0.0.1:8080 -u 20 -t 30s
"""

import random

from goose import HttpUser, between, task

PRODUCTS = [8, 64, 512, 4096]


class WebsiteUser(HttpUser):
    wait_time = between(0.1, 0.5)

    def on_start(self):
        self.client.post("/login", data={"user": "anna", "password": "goose"})

    @task(6)
    def front_page(self):
        self.client.get("/")

    @task(3)
    def product(self):
        size = random.choice(PRODUCTS)
        self.client.get(f"/bytes/{size}", name="/bytes/[size]")

    @task(2)
    def search(self):
        with self.client.get("/json/400", params={"q": "goose"}, catch_response=True) as response:
            if "token" not in response.json():
                response.failure("no token in the answer")

    @task
    def slow_page(self):
        self.client.get("/delay/exp/20", name="/delay/exp/[ms]")

    @task
    def buy(self):
        self.client.post("/echo", json={"basket": PRODUCTS}, name="/basket")

    def on_stop(self):
        self.client.get("/logout")
