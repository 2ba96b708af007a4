"""Hotel booking: availability, rates, bookings some weeks ahead."""

import os
import random
from collections import namedtuple
from datetime import date, datetime, timedelta

from goose import HttpUser, TaskSet, between, task

HOTELS = [
    {"id": 101, "city": "Hamburg", "rooms": ["single", "double"]},
    {"id": 102, "city": "Wien", "rooms": ["double", "suite"]},
    {"id": 103, "city": "Zürich", "rooms": []},
    {"id": 104, "city": "Bern", "rooms": ["single", "double", "suite"]},
]
Stay = namedtuple("Stay", "arrival nights")


class Calendar:
    """Knows which days are fully booked."""

    def __init__(self, year):
        self.blocked = {date(year, 12, 24), date(year, 12, 31)}

    def next_free(self, day):
        while day in self.blocked:
            day += timedelta(days=1)
        return Stay(day, 2)


calendar = Calendar(date.today().year)


class BookRoom(TaskSet):
    def on_start(self):
        self.hotel = random.choice(HOTELS)
        self.nights = random.randint(1, 7)
        start = datetime.now() + timedelta(days=random.randint(7, 90))
        self.arrival = start.strftime("%Y-%m-%d")
        self.departure = (start + timedelta(days=self.nights)).strftime("%Y-%m-%d")

    @task(4)
    def availability(self):
        self.client.get(
            f"/echo/hotels/{self.hotel['id']}/availability",
            params={"from": self.arrival, "to": self.departure, "guests": 2},
            headers={"Accept-Language": os.environ.get("BOOKING_LANGUAGE", "de")},
            name="/hotels/[id]/availability",
        )

    @task(3)
    def rates(self):
        with self.client.get(
            "/json/300", params={"city": self.hotel["city"]}, name="/rates", catch_response=True
        ) as r:
            try:
                rates = r.json()["items"]
                cheapest = min(rate["id"] for rate in rates)
                self.rate = cheapest * self.nights
            except (KeyError, ValueError) as e:
                r.failure(f"no rates: {e!r}")

    @task(2)
    def book(self):
        room = random.choice(self.hotel["rooms"])
        if not hasattr(self, "rate"):
            self.rates()
        self.client.post(
            "/echo/bookings",
            json={"hotel": self.hotel["id"], "room": room, "rate": self.rate, "stay": self.nights},
        )
        self.interrupt()

    @task(1)
    def give_up(self):
        self.interrupt()


class Guest(HttpUser):
    wait_time = between(0.002, 0.01)
    tasks = {BookRoom: 5}

    @task(2)
    def landing_page(self):
        self.client.get("/", headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"})

    @task(1)
    def flexible_dates(self):
        stay = calendar.next_free(date.today() + timedelta(days=14))
        self.client.get(
            "/echo/offers",
            params={"arrival": stay.arrival.isoformat(), "nights": stay.nights},
            name="/offers",
        )
