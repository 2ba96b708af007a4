"""A user with an __init__ of its own, class attributes and headers on the session."""

import uuid

from goose import HttpUser, constant_pacing, task


class ApiUser(HttpUser):
    wait_time = constant_pacing(0.1)
    prefix = "/headers"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.session_id = str(uuid.uuid4())
        self.seen = 0
        self.client.headers.update({"X-Session": self.session_id})
        self.client.headers["Authorization"] = "Bearer abc"

    @property
    def url(self):
        return self.prefix

    @task
    def check(self):
        headers = self.client.get(self.url).json()["headers"]
        assert headers["X-Session"] == self.session_id
        assert headers["Authorization"] == "Bearer abc"
        self.seen += 1

    def on_stop(self):
        print(f"seen {self.seen}")
