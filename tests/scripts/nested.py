# ruff: noqa: RUF012
"""TaskSets inside TaskSets, left with interrupt()."""

from goose import HttpUser, TaskSet, constant, task


class Thread(TaskSet):
    def on_start(self):
        self.number = self.parent.threads_read
        self.posts = 0

    @task(2)
    def read_post(self):
        self.client.get(f"/json/100?thread={self.number}", name="/json/post")
        self.posts += 1
        if self.posts >= 3:
            self.interrupt(reschedule=True)

    def on_stop(self):
        self.user.left.append(self.posts)
        self.client.get("/bytes/1", name="left thread")


class UserBehavior(TaskSet):
    threads_read = 0

    @task(1)
    class Forum(TaskSet):
        threads_read = 0
        tasks = {Thread: 1}

        def on_start(self):
            self.client.get("/bytes/10", name="forum")

        @task(3)
        def stop(self):
            self.threads_read += 1
            if self.threads_read >= 2:
                self.interrupt()

    @task(1)
    def index(self):
        self.client.get("/")


class WebsiteUser(HttpUser):
    wait_time = constant(0.01)
    tasks = [UserBehavior]

    def on_start(self):
        self.left = []

    def on_stop(self):
        assert all(posts == 3 for posts in self.left[:-1])
