# ruff: noqa
"""Values on their way between the task and Python that it calls: changed there, kept there, given
back."""

import bisect
import copy
import functools
import hashlib
import heapq
import itertools
import json
import operator
import random
import re
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field

from goose import HttpUser, SequentialTaskSet, StopUser, task

KEPT = []
QUEUE = deque(["a", "b"])
NUMBERS = itertools.count(10)
Point = namedtuple("Point", "x y")


@dataclass
class Basket:
    owner: str
    things: list = field(default_factory=list)

    def add(self, thing):
        self.things.append(thing)
        return self

    def __contains__(self, thing):
        return thing in self.things

    def __eq__(self, other):
        return isinstance(other, Basket) and self.things == other.things

    def __getitem__(self, at):
        return self.things[at]


class Loud(dict):
    def __missing__(self, key):
        return f"no {key}"


def keep(value):
    KEPT.append(value)
    return value


@functools.lru_cache(maxsize=None)
def cached(n):
    return [n]


@contextmanager
def session(client, name):
    client.get(f"/enter/{name}")
    try:
        yield name.upper()
    except ValueError as error:
        client.get(f"/swallowed/{error}")
    finally:
        client.get(f"/exit/{name}")


def retried(function):
    @functools.wraps(function)
    def wrapper(self, *args, **named):
        for attempt in range(3):
            response = function(self, *args, **named)
            if response.ok:
                return response
        return response

    return wrapper


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def changed_there(self):
        values = [3, 1, 2]
        bisect.insort(values, 2)
        heapq.heapify(values)
        random.shuffle(values)
        row = {"b": 1}
        operator.setitem(row, "a", values)
        values.append(len(row))
        self.tell(values, row, row["a"] is values)

    @task
    def kept_there(self):
        mine = keep(["first"])
        mine.append("second")
        keep(mine).append("third")
        KEPT[0].append("fourth")
        row = keep({"k": mine})
        row["l"] = 2
        self.tell(mine, KEPT, KEPT[0] is mine, KEPT[2] is row)

    @task
    def kept_until_the_next_task(self):
        KEPT[0].append("fifth")
        self.tell(KEPT, len(KEPT))

    @task
    def cached_there(self):
        cached(1).append("x")
        self.tell(cached(1), cached(1) is cached(1), cached(2))

    @task
    def response_given_away(self):
        r = self.client.get("/k/ok/items/3")
        keep(r)
        self.client.get("/between")
        self.tell(
            KEPT[-1] is r,
            KEPT[-1].json()["id"],
            operator.attrgetter("status_code")(r),
            json.loads(r.text)["id"],
        )
        found = re.search(r'"token": "(.*?)"', r.text)
        self.client.get(f"/found/{found.group(1)}/{found.span()}")

    @task
    def json_given_away(self):
        data = self.client.get("/k/ok/items/2").json()
        other = copy.deepcopy(data)
        data["owner"]["name"] = "changed"
        Counter(data["tags"]).update(["x"])
        self.tell(
            other == data, other["owner"]["name"], dict(OrderedDict(data))["owner"] is data["owner"]
        )
        self.client.post("/back", json=data)

    @task
    def objects(self):
        basket = Basket("me").add("a").add({"b": 1})
        self.user.basket = basket
        self.tell(
            "a" in basket,
            basket == Basket("you", ["a", {"b": 1}]),
            basket[1]["b"],
            basket.things[-1],
            basket.owner,
        )
        basket.things[1]["b"] += 1
        basket.owner += "!"
        self.tell(self.user.basket.things, self.user.basket.owner, repr(basket), [*basket])

    @task
    def subclasses(self):
        loud, counts = Loud(a=1), defaultdict(list)
        counts["x"].append(1)
        counts["y"] += [2]
        p = Point(1, 2)
        self.tell(
            loud["a"],
            loud["b"],
            loud.get("b"),
            dict(counts),
            p.x + p.y,
            p[0],
            p,
            p == (1, 2),
            p._replace(x=5),
        )
        self.client.post("/p", json={"p": p, "loud": loud, "counts": counts})

    @task
    def shared_queues(self):
        self.tell(QUEUE.popleft(), next(NUMBERS), next(NUMBERS), QUEUE.popleft(), len(QUEUE))
        self.tell(QUEUE.popleft())

    @task
    def context_manager(self):
        with session(self.client, "one") as name:
            self.client.get(f"/inside/{name}")
        with session(self.client, "two"):
            raise ValueError("v")
        with session(self.client, "three"):
            raise KeyError("k")

    @task
    def decorated(self):
        self.tell(self.fetch("/k/missing/1", name="fetch").status_code)

    @retried
    def fetch(self, url, **named):
        return self.client.get(url, **named)

    @task
    def generators(self):
        def pages(n):
            for i in range(n):
                yield self.client.get(f"/page/{i}").status_code

        self.tell(
            list(pages(2)), sum(1 for _ in pages(1)), [s for s in pages(2) if s], next(pages(9))
        )
        self.tell(list(map(lambda i: self.client.get(f"/mapped/{i}").status_code, range(2))))

    @task
    def functions_as_values(self):
        actions = {
            "low": str.lower,
            "len": len,
            "own": self.double,
            "hash": lambda t: hashlib.md5(t.encode()).hexdigest()[:6],
        }
        for name, action in actions.items():
            self.tell(name, action("AbC"))
        verb = random.choice([self.client.get, self.client.delete])
        self.tell(
            verb("/chosen").status_code,
            functools.partial(self.client.get, name="partial")("/p").status_code,
        )

    def double(self, text):
        return text * 2

    @property
    def title(self):
        self.reads = getattr(self, "reads", 0) + 1
        return f"title {self.reads}"

    @staticmethod
    def plain(n):
        return n + 1

    @classmethod
    def named(cls, n):
        return f"{cls.__name__} {n}"

    @task
    def members(self):
        self.tell(
            self.title,
            self.title,
            self.plain(1),
            self.named(2),
            Steps.plain(3),
            self.__class__.__name__,
        )

    @task
    def evaluated(self):
        inner = 5
        self.tell(
            eval("inner + 1"),
            sorted(locals()),
            "tell" in dir(self),
            callable(self.tell),
            isinstance(inner, int),
        )
        exec("self.client.get('/executed')")

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
