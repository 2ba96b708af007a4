"""Purchase funnel, step by step, with drop-outs as the analytics team measured them."""

import random
import time
import uuid

from goose import HttpUser, SequentialTaskSet, constant, task

DROP_OUT = {"address": 0.15, "shipping": 0.1, "payment": 0.05}
COUPONS = ["SPRING10", "WELCOME", "EXPIRED2020"]


class Funnel(SequentialTaskSet):
    def on_start(self):
        self.order_id = uuid.uuid4().hex
        self.total = 0.0
        self.started = time.time()

    def post_step(self, step, **fields):
        fields["order"] = self.order_id
        with self.client.post(
            f"/echo/checkout/{step}", json=fields, name=f"/checkout/{step}", catch_response=True
        ) as resp:
            if resp.status_code >= 400:
                resp.failure(f"{step}: {resp.status_code} {resp.text[:200]}")
                self.interrupt()
        if random.random() < DROP_OUT.get(step, 0):
            self.interrupt(reschedule=False)

    @task
    def choose_items(self):
        for _ in range(random.randint(1, 3)):
            price = round(random.uniform(3, 80), 2)
            self.total += price
            self.client.get(f"/echo/item?price={price:.2f}", name="/item")

    @task
    def coupon(self):
        code = random.choice(COUPONS)
        response = self.client.post("/echo/coupon", data={"code": code}, name="/checkout/coupon")
        if response.status_code != 200:
            print(f"coupon {code} was refused: {response.text}")
        elif not code.startswith("EXPIRED"):
            self.total *= 0.9

    @task
    def address(self):
        self.post_step("address", street="Am Teich 1", zip="12345", country="DE")

    @task
    def shipping(self):
        carrier = "express" if self.total > 100 else "standard"
        self.post_step("shipping", carrier=carrier)

    @task
    def payment(self):
        self.post_step("payment", amount=f"{self.total:.2f}", method="card")

    @task
    def confirm(self):
        seconds = time.time() - self.started
        self.client.get(
            f"/echo/orders/{self.order_id}",
            headers={"X-Funnel-Seconds": f"{seconds:.3f}"},
            name="/orders/[id]",
        )
        self.user.orders += 1

    @task
    def done(self):
        self.interrupt()


class Customer(HttpUser):
    wait_time = constant(0.003)
    tasks = [Funnel]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.orders = 0

    def on_stop(self):
        print("{} orders".format(self.orders))
