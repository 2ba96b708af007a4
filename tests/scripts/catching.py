"""catch_response in chains: verdicts, early returns, success after failure."""

from goose import HttpUser, constant, task


class Judge(HttpUser):
    wait_time = constant(0.01)

    @task
    def chain(self):
        with self.client.post("/echo/order", json={"items": [1, 2]}, catch_response=True) as order:
            if order.status_code != 200:
                order.failure(f"order: {order.status_code}")
                return
            try:
                body = order.json()["body"]
            except (ValueError, KeyError) as error:
                order.failure(f"no body: {error!r}")
                return
            if "items" not in body:
                order.failure("no items")
        with self.client.get("/status/404", catch_response=True, name="gone") as gone:
            if gone.status_code == 404:
                gone.success()
        with self.client.get("/status/200", catch_response=True, name="slow") as slow:
            if slow.elapsed.total_seconds() >= 0:
                slow.failure("Got wrong response: " + slow.text[:2])
        with self.client.get("/status/500", catch_response=True, name="both") as both:
            both.failure("first")
            both.success()
        with self.client.get("/status/503", catch_response=True, name="undecided"):
            pass
        self.leave()

    def leave(self):
        with self.client.get("/json/100", catch_response=True, name="returned") as response:
            if response.ok:
                return response.json()["token"]
            response.failure("never")
        return None
