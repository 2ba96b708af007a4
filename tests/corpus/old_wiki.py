"""Ported from the 2014 locustfile. Old style, but it does its job."""

import random
from urllib.parse import quote

from goose import HttpUser, TaskSet, between, task

pages = ["Main Page", "Help:Contents", "Goose", "Canada goose", "Gaggle", "Migration (birds)"]


def index(l):  # noqa: E741
    l.client.get("/")


def stats(l):  # noqa: E741
    l.client.get("/json/300", name="/stats")


class UserTasks(TaskSet):
    tasks = {index: 3, stats: 1}

    def on_start(self):
        self.lastPage = None
        self.edits = 0

    def fetch(self, title, action="view"):
        params = {"title": title.replace(" ", "_"), "action": action}
        return self.client.get(
            "/echo/w/index.php", params=params, name="/w/index.php?action=%s" % action
        )

    @task(10)
    def viewPage(self):
        title = pages[random.randint(0, len(pages) - 1)]
        response = self.fetch(title)
        if response.status_code == 200:
            self.lastPage = title
        else:
            print("%s: %d %s" % (title, response.status_code, response.text))

    @task(2)
    def viewHistory(self):
        if self.lastPage is not None:
            r = self.fetch(self.lastPage, "history")
            if r.status_code != 200:
                print("history of %s: %s" % (self.lastPage, r.status_code))

    @task(1)
    def editPage(self):
        title = self.lastPage or "Sandbox"
        text = "== %s ==\n\nEdit number %d by user {0}.\n".format("LoadTest") % (title, self.edits)
        self.client.post(
            "/echo/w/index.php?title={}&action=submit".format(title.replace(" ", "_")),
            {"wpTextbox1": text, "wpSummary": "load test"},
            name="/w/index.php?action=submit",
        )
        self.edits = self.edits + 1

    @task(1)
    def restPage(self):
        url = "/echo/w/rest.php/v1/page/" + quote(random.choice(pages), safe="")
        self.client.get(url, name="/w/rest.php/v1/page/[title]")

    @task(1)
    def purgePage(self):
        # nobody noticed for years
        self.client.pots("/echo/w/index.php", {"action": "purge", "title": self.lastPage})


class WebsiteUser(HttpUser):
    tasks = [UserTasks]
    wait_time = between(5 / 1000, 15 / 1000)
