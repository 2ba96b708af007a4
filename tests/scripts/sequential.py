# ruff: noqa: RUF012
"""SequentialTaskSet, and tasks given as a dict and as a list."""

from goose import HttpUser, SequentialTaskSet, TaskSet, constant, task


def front(user):
    user.client.get("/bytes/1", name="front")


def back(user):
    user.client.get("/bytes/2", name="back")


class Checkout(SequentialTaskSet):
    def on_start(self):
        self.steps = []

    @task
    def basket(self):
        self.client.get("/", name="1 basket")
        self.steps.append(1)

    @task(2)
    def address(self):
        self.client.post("/upload", data={"street": "Main"}, name="2 address")
        self.steps.append(2)

    @task
    def pay(self):
        self.client.put("/upload", json={"card": 1}, name="3 pay")
        self.steps.append(3)
        assert self.steps == [1, 2, 2, 3], self.steps
        self.interrupt(reschedule=False)


class Pages(TaskSet):
    tasks = [front, back]

    @task
    def stop(self):
        self.interrupt()


class Shopper(HttpUser):
    wait_time = constant(0.01)
    tasks = {Checkout: 3, Pages: 1, front: 2}
