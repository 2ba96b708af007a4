# ruff: noqa
"""Functions of the standard library that scripts call."""

import base64
import math
import urllib.parse
import uuid
from math import ceil
from urllib.parse import quote, quote_plus

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def whole_numbers(self):
        for value in (1, 1.2, -1.2, True, 2.0, 1e300, float("inf"), float("nan"), "a", None):
            try:
                self.tell(math.floor(value), ceil(value), math.ceil(value / 2))
            except Exception as error:
                self.tell(type(error).__name__, str(error))

    @task
    def encoded(self):
        for text in ("", "a", "a b/c?d=e&f", "ä€😀", "~-._", "%41"):
            self.tell(base64.b64encode(text.encode()).decode(), base64.b64encode(text.encode()))
            self.tell(quote(text), quote_plus(text), urllib.parse.quote(text))
            self.tell(quote(text, safe=""))
        for wrong in (1, None, b"x"):
            try:
                self.tell(quote(wrong))
            except Exception as error:
                self.tell(type(error).__name__, str(error))
            try:
                self.tell(base64.b64encode(wrong))
            except Exception as error:
                self.tell(type(error).__name__, str(error))

    @task
    def unique_text(self):
        request_id = uuid.uuid4()
        self.client.get(f"/{request_id}", headers={"X-Id": str(request_id)}, name="/id")
        kept = uuid.uuid4()
        self.tell(kept, kept.version, f"{kept}", f"{kept!r}")

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
