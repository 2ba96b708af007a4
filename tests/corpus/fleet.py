"""Ride hailing: drivers report positions, riders order rides."""

import functools
import json
import logging
import math
import random
import sys
import uuid

from goose import HttpUser, RescheduleTask, between, run_single_user, task

BOUNDS = {"south": 52.34, "north": 52.68, "west": 13.09, "east": 13.76}
SURGE = [1.0, 1.0, 1.2, 1.5, 2.0]
JSON = {"Content-Type": "application/json"}


def random_position():
    return {
        "lat": round(random.uniform(BOUNDS["south"], BOUNDS["north"]), 5),
        "lon": round(random.uniform(BOUNDS["west"], BOUNDS["east"]), 5),
    }


def not_more_than(times):
    """Skips the task when the user has run it so often."""

    def decorate(function):
        @functools.wraps(function)
        def limited(user):
            count = user.counts.get(function.__name__, 0)
            if count >= times:
                raise RescheduleTask()
            user.counts[function.__name__] = count + 1
            return function(user)

        return limited

    return decorate


class FleetUser(HttpUser):
    abstract = True
    wait_time = between(0.005, 0.015)
    role = "?"

    def on_start(self):
        self.uid = str(uuid.uuid4())
        self.counts = {}
        self.client.headers = {"X-Role": self.role, "X-Uid": self.uid}

    def send(self, path, payload, name=None):
        return self.client.post(path, data=json.dumps(payload), headers=JSON, name=name or path)

    @task(1)
    def ping(self):
        self.client.get("/bytes/4", name="/ping")


class Driver(FleetUser):
    role = "driver"
    weight = 2

    def on_start(self):
        super().on_start()
        self.position = random_position()
        self.online = True

    @task(10)
    def report_position(self):
        if not self.online:
            raise RescheduleTask()
        self.position["lat"] += random.uniform(-0.001, 0.001)
        self.position["lon"] += random.uniform(-0.001, 0.001)
        self.send("/upload/positions", {"driver": self.uid, **self.position})

    @task(2)
    @not_more_than(20)
    def toggle_online(self):
        self.online = not self.online
        self.send("/echo/shift", {"driver": self.uid, "online": self.online}, name="/shift")

    @task(1)
    def offers(self):
        try:
            offers = self.client.get("/json/260", name="/offers").json().get("items", [])
        except ValueError:
            logging.error("offers are no JSON")
            return
        if not offers or not isinstance(offers, list):
            return
        best = max(offer["id"] for offer in offers)
        answer = self.send(f"/echo/offers/{best}/accept", {}, name="/offers/[id]/accept")
        if (status := answer.status_code) != 200:
            logging.error("offer %s: %s", best, status)


class Rider(FleetUser):
    role = "rider"

    @task(4)
    def estimate(self):
        start, end = random_position(), random_position()
        north, east = end["lat"] - start["lat"], end["lon"] - start["lon"]
        distance = math.hypot(north * 111.2, east * 67.5)
        price = (3.9 + distance * 1.8) * random.choice(SURGE)
        self.send("/echo/estimates", {"from": start, "to": end, "price": f"{price:.2f} EUR"})

    @task(2)
    def order_ride(self):
        response = self.send("/json/150", {"from": random_position()}, name="/rides")
        if response.status_code != 200:
            logging.error("no ride: %s %s", response.status_code, response.text[:200])
            return
        ride_id = response.json()["id"]
        with self.client.get(
            f"/echo/rides/{ride_id}", name="/rides/[id]", catch_response=True
        ) as response:
            seen = dict(response.json()["headers"])
            if seen.get("X-Uid") != self.uid:
                response.failure("ride of another rider")
            elif seen["X-Role"] != "rider":
                response.failure(f"role is {seen['X-Role']}")

    @task(1)
    def rate_driver(self):
        stars = random.choices([1, 2, 3, 4, 5], weights=[2, 1, 3, 10, 30])[0]
        comment = "" if stars > 3 else "late again"
        rating = {"stars": stars, "comment": comment or None}
        self.send("/echo/ratings", {k: v for k, v in rating.items() if v is not None})


if __name__ == "__main__":
    run_single_user(Rider, host=sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
