"""Follows redirects and links like a crawler."""

import random
import re
from urllib.parse import urlencode

from goose import HttpUser, between, task

LINK = re.compile(r'(?:href|action)="([^"]+)"')
UTM = {"utm_source": "newsletter", "utm_medium": "email"}


class Crawler(HttpUser):
    wait_time = between(0.005, 0.02)
    seen = None

    def on_start(self):
        self.seen = set()
        self.client.headers["User-Agent"] = "GooseBot/1.0 (+http://example.com/bot)"
        self.client.cookies["consent"] = "all"

    @task(3)
    def follow_links(self):
        page = self.client.get("/login", name="page")
        for link in LINK.findall(page.text):
            if link not in self.seen:
                self.seen.add(link)
            self.client.get(link, name="link")

    @task(3)
    def short_link(self):
        hops = random.randint(1, 4)
        response = self.client.get(f"/redirect/{hops}", name="/r/[code]")
        if len(response.history) != hops:
            response.failure(f"{len(response.history)} hops instead of {hops}")
        elif response.url.rsplit("/", 1)[1] != "0":
            response.failure(f"ended at {response.url}")

    @task(1)
    def permanent_moves(self):
        moved = []
        for status in (301, 302, 303, 307, 308):
            r = self.client.get(
                "/redirect-to", params={"url": "/bytes/1", "status": status}, allow_redirects=False
            )
            if r.status_code == status and r.headers["location"] == "/bytes/1":
                moved.append(str(status))
        print("moved: " + "/".join(moved))

    @task(1)
    def campaign_link(self):
        self.client.get(
            "/echo/landing?" + urlencode({**UTM, "id": random.randint(1, 9)}), name="/landing"
        )

    @task(2)
    def robots(self):
        response = self.client.get("/latin1", name="/robots.txt")
        if response.status_code != 200 or not response.text:
            print("no robots.txt")
            return
        for line in response.text.splitlines():
            if line.lower().startswith("disallow:"):
                self.seen.add(line.partition(":")[2].strip())

    @task(1)
    def consent_cookie(self):
        self.client.get("/cookies/set", params={"visited": "yes"}, name="/consent")
        sent = self.client.get("/cookies", name="/consent/check").json()["cookies"]
        if sent.get("consent") != "all" or self.client.cookies.get("visited") != "yes":
            raise AssertionError(f"cookies were lost: {sent}")

    @task(1)
    def sitemap(self):
        # the sitemap is text here, which the importer did not expect
        entries = self.client.get("/bytes/300", name="/sitemap.json").json()
        for entry in entries:
            self.client.get(entry["loc"])
