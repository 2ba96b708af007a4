"""Map viewer: pans and zooms through tiles."""

import math
import random

from goose import HttpUser, between, constant_throughput, task

CITIES = [
    {"name": "Berlin", "lat": 52.52, "lon": 13.405},
    {"name": "Oslo", "lat": 59.914, "lon": 10.752},
    {"name": "Lisbon", "lat": 38.722, "lon": -9.139},
]
STYLES = ("streets", "satellite", "terrain")


class MapUser(HttpUser):
    wait_time = between(0.005, 0.02)

    def on_start(self):
        self.zoom = 10
        self.x = 2 ** (self.zoom - 1)
        self.y = 2 ** (self.zoom - 1)
        self.style = random.choice(STYLES)

    def tile(self, x, y, zoom=None):
        zoom = zoom or self.zoom
        size = 2**zoom
        self.client.get(
            f"/echo/tiles/{self.style}/{zoom}/{x % size}/{y % size}.png",
            headers={"Accept": "image/png", "Referer": f"{self.environment.host}/map"},
            name="/tiles/[style]/[z]/[x]/[y].png",
        )

    @task(6)
    def pan(self):
        self.x += random.choice([-1, 0, 1])
        self.y += random.choice([-1, 0, 1])
        for dx in (0, 1):
            for dy in (0, 1):
                self.tile(self.x + dx, self.y + dy)

    @task(2)
    def zoom_in(self):
        if self.zoom < 18:
            self.zoom += 1
            self.x, self.y = self.x * 2, self.y * 2
        self.tile(self.x, self.y)

    @task(2)
    def zoom_out(self):
        self.zoom = max(1, self.zoom - 1)
        self.x //= 2
        self.y //= 2
        self.tile(self.x, self.y)

    @task(1)
    def jump_to_city(self):
        city = random.choice(CITIES)
        n = 2**self.zoom
        lat = math.radians(city["lat"])
        self.x = int((city["lon"] + 180) / 360 * n)
        self.y = int((1 - math.log(math.tan(lat) + 1 / math.cos(lat)) / math.pi) / 2 * n)
        self.tile(self.x, self.y)

    @task(1)
    def geocode(self):
        city = random.choice(CITIES)
        lat = city["lat"] + random.uniform(-0.1, 0.1)
        lon = city["lon"] + random.uniform(-0.1, 0.1)
        with self.client.get(
            f"/echo/reverse?lat={lat:.4f}&lon={lon:.4f}", name="/reverse", catch_response=True
        ) as r:
            if f"lat={lat:.4f}" not in r.json()["query"]:
                r.failure("lost digits of %.6f" % lat)


class TileWarmer(HttpUser):
    """Fetches the same few tiles again and again, to keep them in the cache."""

    wait_time = constant_throughput(100)
    fixed_count = 1

    @task
    def warm(self):
        for row in range(3):
            self.client.get("/echo/tiles/streets/3/4/%d.png" % row, name="warm", timeout=2)
