"""Orders through a gateway that is known to be flaky: retries, stopwatches, fan-out."""

import logging
import random
import time

from goose import HttpUser, between, task

REGIONS = ["north", "south", "east", "west"]


class Stopwatch:
    def __init__(self, label, limit):
        self.label = label
        self.limit = limit

    def __enter__(self):
        self.began = time.perf_counter()
        return self

    def __exit__(self, *exc_info):
        took = time.perf_counter() - self.began
        if took > self.limit:
            logging.warning("%s took %.2f s", self.label, took)
        return False


def retry(call, attempts=3):
    response = call()
    for _ in range(attempts - 1):
        if response.status_code < 500:
            break
        response = call()
    return response


class GatewayUser(HttpUser):
    wait_time = between(0.005, 0.02)
    stock = 0

    @task(3)
    def place_order(self):
        order = {"sku": f"{random.randint(0, 99999):05d}", "region": random.choice(REGIONS)}
        with Stopwatch("order", 2.0):
            self.client.post("/echo/orders", json=order)

    @task(2)
    def order_status(self):
        status = random.choice([200, 200, 503])
        response = retry(lambda: self.client.get(f"/status/{status}", name="/orders/[id]/status"))
        if response.status_code >= 500:
            logging.info("gateway is down")

    @task(4)
    def stock_of_all_regions(self):
        self.stock = 0
        for region in REGIONS:
            answer = self.client.get("/json/160", params={"region": region}, name="/stock")
            if answer.status_code != 200:
                logging.error("stock of %s: %s", region, answer.text[:100])
                continue
            self.stock += len(answer.json()["items"])
            time.sleep(0.001)

    @task(2)
    def shed_load(self):
        with self.client.get(
            "/status/429", name="/orders [limited]", catch_response=True
        ) as response:
            response.failure("limited")
            if response.status_code == 429:
                response.success()

    @task(1)
    def gateway_version(self):
        self.client.get("/set-header?X-Gateway=3.1.4", name="/version", timeout=(1, 5))
