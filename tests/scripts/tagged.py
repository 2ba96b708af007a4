"""@tag, a wait_time method that reads the options, a weighted second class."""

from goose import HttpUser, TaskSet, constant_pacing, constant_throughput, tag, task


class Tagged(HttpUser):
    def wait_time(self):
        self.waits = getattr(self, "waits", 0) + 1
        return 0.05 if self.environment.parsed_options.users > 1 else 0.1

    @tag("read")
    @task
    def read(self):
        self.client.get("/bytes/1", name="read")

    @tag("write", "slow")
    @task(5)
    def write(self):
        self.client.post("/upload", data=b"x", name="write")

    @task
    def untagged(self):
        self.client.get("/", name="untagged")

    @task
    class Inner(TaskSet):
        @tag("read")
        @task
        def inner_read(self):
            self.client.get("/bytes/2", name="inner read")
            self.interrupt(reschedule=False)

        @tag("write")
        @task
        def inner_write(self):
            self.client.get("/bytes/3", name="inner write")
            self.interrupt(reschedule=False)


class Paced(HttpUser):
    wait_time = constant_pacing(0.1)

    @tag("read")
    @task
    def paced(self):
        self.client.get("/delay/20", name="paced")


class Throughput(HttpUser):
    wait_time = constant_throughput(20)

    @tag("write")
    @task
    def throughput(self):
        self.client.get("/delay/1", name="throughput")
