"""Readers and editors of a blog."""

import random
import re

from goose import HttpUser, TaskSet, between, constant, tag, task

CATEGORIES = ("python", "devops", "databases", "opinion")


def slugify(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


class ReadPosts(TaskSet):
    wait_time = constant(0.005)

    def on_start(self):
        self.category = random.choice(CATEGORIES)
        self.read = 0
        self.client.get(f"/echo/category/{self.category}", name="/category/[slug]")

    @task(6)
    def read_post(self):
        self.read += 1
        self.client.get(f"/json/{random.randint(200, 900)}?post={self.read}", name="/post/[id]")

    @task(2)
    def next_page(self):
        page = self.read // 3 + 1
        self.client.get(
            f"/echo/category/{self.category}", params={"page": page}, name="/category/[slug]"
        )

    @task(1)
    def comment(self):
        self.user.comments += 1
        with self.client.post(
            "/echo/comments",
            json={"author": "reader", "text": "Nice post, thanks!"},
            headers={"X-Requested-With": "XMLHttpRequest"},
            catch_response=True,
        ) as response:
            if response.status_code == 200:
                response.success()
            else:
                response.failure(f"comment refused: {response.text[:200]}")

    @task(2)
    def leave(self):
        self.interrupt()


class Archive(TaskSet):
    @task
    def month(self):
        year, month = random.randint(2015, 2024), random.randint(1, 12)
        self.client.get(f"/echo/archive/{year}/{month:02d}", name="/archive/[year]/[month]")

    @task
    def stop(self):
        self.interrupt(reschedule=False)


class Reader(HttpUser):
    weight = 3
    wait_time = between(0.005, 0.02)
    tasks = {ReadPosts: 4, Archive: 1}

    def on_start(self):
        self.comments = 0

    @task(3)
    def front_page(self):
        self.client.get("/")

    @task
    def feed(self):
        self.client.get("/gzip/2000", headers={"Accept": "application/rss+xml"}, name="/feed.xml")


class Editor(HttpUser):
    weight = 1
    wait_time = between(0.01, 0.02)

    @tag("write")
    @task(2)
    def write_draft(self):
        title = "Draft %04d" % random.randint(0, 9999)
        r = self.client.post("/echo/drafts", json={"title": title, "slug": slugify(title)})
        if title not in r.text:
            r.failure("draft was not kept")

    @tag("read")
    @task
    def dashboard(self):
        self.client.get("/json/1500", name="/dashboard", verify=False)
