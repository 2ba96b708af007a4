"""Forum: sections, threads, private messages, each in its own TaskSet."""

import logging
import random

from goose import HttpUser, RescheduleTask, TaskSet, between, task

WORDS = "honk gander gaggle feather pond bread winter south formation".split()


def sentence(words):
    return " ".join(random.choice(WORDS) for _ in range(words)).capitalize() + "."


class ForumSection(TaskSet):
    section = None

    def on_start(self):
        self.section = random.randint(1, 9)
        self.open_threads = self.client.get(
            f"/json/500?section={self.section}", name="/section/[id]"
        ).json()["items"]

    @task(8)
    class Thread(TaskSet):
        def on_start(self):
            threads = self.parent.open_threads
            self.thread = random.choice(threads)["id"] if threads else 0
            self.pages = 0

        @task(5)
        def read_page(self):
            self.pages += 1
            self.client.get(
                f"/echo/thread/{self.thread}", params={"page": self.pages}, name="/thread/[id]"
            )
            if self.pages >= 4:
                self.interrupt()

        @task(2)
        def reply(self):
            self.client.post(
                f"/echo/thread/{self.thread}/reply",
                json={"text": sentence(random.randint(4, 9)), "section": self.parent.section},
                name="/thread/[id]/reply",
            )

        @task(1)
        def go_back(self):
            self.interrupt()

        def on_stop(self):
            self.user.pages_read += self.pages

    @task(2)
    def new_thread(self):
        subject = sentence(3).rstrip(".")
        with self.client.post(
            "/echo/threads", json={"subject": subject, "body": sentence(12)}, catch_response=True
        ) as response:
            if not response.ok:
                response.failure(f"no thread: {response.status_code}")
            elif subject not in response.json()["body"]:
                response.failure("subject lost: {}".format(response.text[:80]))

    @task(1)
    def leave_section(self):
        self.interrupt()


class ForumUser(HttpUser):
    wait_time = between(0.002, 0.01)
    tasks = [ForumSection]
    pages_read = 0

    @task(2)
    def check_messages(self):
        if random.random() < 0.5:
            raise RescheduleTask
        response = self.client.get("/bytes/200", name="/messages")
        if response.status_code == 200:
            logging.debug("%d bytes of messages", len(response.content))
        else:
            logging.error("messages: %s %s", response.status_code, response.text)

    @task
    def index(self):
        self.client.get("/", name="/forum")

    def on_stop(self):
        logging.info("user read %d pages", self.pages_read)
