# ruff: noqa
"""URLs with a host: the class's own, others, with parameters, and what a response says of them."""

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def tell(self, *values):
        shown = repr(values).replace(self.user.environment.host, "HOST")
        self.client.post("/told", data=shown)

    @task
    def own_host(self):
        for rest in ("/a", "/a?x=1", "", "/", "/ä", "/a#b", "/a b"):
            r = self.client.get(f"{self.user.environment.host}{rest}")
            self.tell(r.url, r.status_code)

    @task
    def with_parameters_and_names(self):
        r = self.client.get(self.user.environment.host + "/b", params={"q": "1 2"})
        self.tell(r.url)
        r = self.client.get(self.user.environment.host + "/b?x=1", params={"q": 2}, name="/named")
        self.tell(r.url)
        r = self.client.post(f"{self.user.environment.host}/c", json={"a": 1})
        self.tell(r.url)

    @task
    def other_spellings(self):
        port = self.user.environment.host.rsplit(":", 1)[1]
        for url in (f"HTTP://127.0.0.1:{port}/d", f"http://localhost:{port}/e", "e/f", "?x=1"):
            r = self.client.get(url, name=url.replace(port, "PORT"))
            self.tell(r.url.replace(port, "PORT"), r.status_code)

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
