# ruff: noqa
"""What a script does to its client's headers and cookies, and reads of a response's cookies."""

import uuid

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    def attempt(self, what, *values):
        try:
            self.tell(what(*values))
        except Exception as error:
            self.tell(type(error).__name__, str(error))

    @task
    def one_field(self):
        self.client.headers["X-Token"] = "abc"
        self.client.get("/a")
        self.client.headers["x-token"] = f"{1 + 1}"
        self.client.headers["Accept"] = "text/html"
        self.client.get("/b", headers={"X-Own": "1", "ACCEPT": "*/*"})
        self.tell(self.client.headers["X-TOKEN"], self.client.headers.get("Accept"))
        self.tell(self.client.headers.get("x-none"), self.client.headers.get("x-none", 3))
        self.tell(self.client.headers["User-Agent"])

    @task
    def many_fields(self):
        token = "t" * 50
        self.client.headers.update({"Authorization": f"Bearer {token}", "X-B": "b"})
        self.client.headers.update(Accept="a/b")
        self.client.get("/c")
        del self.client.headers["X-B"]
        self.tell(self.client.headers.pop("Authorization", None))
        self.tell(self.client.headers.pop("Authorization", "gone"))
        self.client.get("/d")

    @task
    def wrong_fields(self):
        for name, value in (
            ("", "x"),
            ("a b", "x"),
            ("X", "a\r\nb"),
            ("Host", "h"),
            ("X", " x"),
            ("a/b", "x"),
            ("X", "\x0bx"),
            ("X", "ä"),
        ):
            self.client.headers[name] = value
            try:
                self.client.get("/e")
            except Exception as error:
                self.tell(type(error).__name__, str(error))
            try:
                del self.client.headers[name]
            except KeyError as error:
                self.tell(str(error))
        try:
            del self.client.headers["X-None"]
        except KeyError as error:
            self.tell(str(error))
        try:
            self.tell(self.client.headers["X-None"])
        except KeyError as error:
            self.tell(str(error))
        self.client.headers.update({"X-Ok": "yes", "X-None": None})
        self.client.get("/f")

    @task
    def assigned_whole(self):
        self.client.headers = {"X-Only": "this"}
        self.client.get("/g")
        self.client.headers["X-Also"] = "that"
        self.client.get("/h")

    @task
    def cookies(self):
        self.client.cookies.set("a", "1")
        self.client.cookies["b"] = "2"
        self.client.cookies.update({"c": "3", "d": "4"})
        self.client.get("/i")
        self.tell(self.client.cookies.get("a"), self.client.cookies["b"])
        self.tell(self.client.cookies.get("none"), self.client.cookies.get("none", "x"))
        try:
            self.tell(self.client.cookies["none"])
        except KeyError as error:
            self.tell(str(error))
        try:
            self.client.cookies.set("bad name", "1")
        except ValueError as error:
            self.tell(str(error))
        self.client.cookies.clear()
        self.client.get("/j")

    @task
    def cookies_of_a_response(self):
        for number in range(12):
            r = self.client.get(f"/items/{number}")
            self.tell(r.cookies.get("session"), r.cookies.get("none", 1))
            try:
                self.tell(r.cookies["session"])
            except KeyError as error:
                self.tell(str(error))

    @task
    def members(self):
        for value in (200, "a", 1.0, None, True, [1], {"a": 1}):
            try:
                self.tell(value in {1, "a", None}, value not in {1, 2})
            except TypeError as error:
                self.tell(str(error))

    @task
    def unique(self):
        self.client.get(f"/{uuid.uuid4().hex}/{uuid.uuid4().hex[:8]}", name="/unique")

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]


class Fresh(HttpUser):
    """Headers that a program has set, found by Python."""

    def on_start(self):
        self.client.headers["X-Early"] = "1"

    @task
    def look(self):
        self.client.get("/first")
        named = sorted(dict(self.client.headers).items())
        self.client.post("/told", data=repr(named))
        self.client.headers["X-Late"] = "2"
        self.client.get("/second")
        raise StopUser
