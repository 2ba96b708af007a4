# ruff: noqa
"""Requests and methods of the script in the middle of what runs as Python."""

import json
import re
from collections import Counter, OrderedDict

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Soup:
    def __init__(self, text, parser="none", number=0):
        self.text, self.parser, self.number = text, parser, number

    def find(self, what, otherwise=None):
        return self.text.find(str(what)) if what else otherwise


order = []


def noted(value):
    order.append(value)
    return value


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    def path(self, number):
        self.client.get(f"/seen/{number}")
        return f"/items/{number}"

    @task
    def answer_in_a_call(self):
        soup = Soup(self.client.get("/a").text, parser="html")
        self.tell(soup.find("id"), soup.parser)
        self.tell(re.search("[a-z]+", self.client.get("/b").text + "abc").group(0))

    @task
    def several(self):
        soup = Soup(self.client.get("/c").text, noted("p"), self.client.get("/d").status_code)
        self.tell(soup.parser, soup.number, order)
        soup = Soup(noted("first") and self.client.get("/e").text, number=noted(self.path(1)))
        self.tell(soup.number, order, Soup(self.path(2), noted("z")).find(self.path(3), noted("y")))

    @task
    def answers_walked_over(self):
        self.tell(Counter(c for c in self.client.get("/f").text[:9]).most_common(1))
        self.tell(sorted({c for c in self.client.get("/g").text[:9]}))
        self.tell(sorted([self.path(4), "a"], key=lambda text: len(text)))
        self.tell(list(filter(lambda c: c > "m", self.client.get("/h").text[:20])))

    @task
    def fails_in_order(self):
        for what in (1, None, "x"):
            try:
                self.tell(Soup(self.client.get("/i").text, what.upper()).parser)
            except AttributeError as error:
                self.tell(str(error))
            try:
                self.tell(json.JSONDecoder().decode(self.client.get("/j").text)["none"])
            except Exception as error:
                self.tell(type(error).__name__)

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
