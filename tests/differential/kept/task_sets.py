# ruff: noqa
"""TaskSets inside of each other: parent, user, interrupt with and without reschedule."""

from goose import HttpUser, RescheduleTaskImmediately, SequentialTaskSet, StopUser, TaskSet, task


class Inner(SequentialTaskSet):
    def on_start(self):
        self.turns = 0
        self.parent.entered += 1

    @task
    def look(self):
        self.turns += 1
        self.user.total += self.turns
        self.client.get(
            f"/inner/{self.parent.entered}/{self.turns}/{self.user.total}", name="/inner"
        )

    @task
    def go(self):
        if self.turns >= self.parent.entered:
            self.interrupt(reschedule=self.turns % 2 == 0)
        self.client.get("/stays")

    def on_stop(self):
        self.client.post("/inner/left", json={"turns": self.turns, "total": self.user.total})


class Outer(SequentialTaskSet):
    entered = 0
    tasks = [Inner]

    @task
    def between(self):
        self.client.get(f"/outer/{self.entered}")
        if self.entered == 2:
            raise RescheduleTaskImmediately
        if self.entered > 3:
            self.interrupt()

    @task
    class Deep(TaskSet):
        @task
        def only(self):
            self.client.get(f"/deep/{self.parent.entered}/{type(self.parent.parent).__name__}")
            self.interrupt(False)


class Visitor(HttpUser):
    total = 0
    rounds = 0
    tasks = [Outer]

    @task
    def end(self):
        self.rounds += 1
        self.client.get(f"/end/{self.rounds}")
        if self.rounds > 2:
            raise StopUser()
