# ruff: noqa
"""import inside functions."""

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def a_module(self):
        import json
        import random
        import os.path
        import xml.etree.ElementTree as tree

        self.tell(random.randint(1, 5), json.dumps({"a": 1}), os.path.join("a", "b"))
        self.tell(tree.fromstring("<a>b</a>").text, [random.choice("abc") for _ in range(3)])

    @task
    def what_it_holds(self):
        from random import choice, randint as number

        self.tell(choice([1, 2, 3]), number(1, 9), (lambda: number(1, 1))())

    @task
    def too_early(self):
        try:
            self.tell(random.random())
        except UnboundLocalError as error:
            self.tell(str(error))
        import random

    @task
    def maybe(self):
        for at in range(2):
            if at:
                import random
            try:
                self.tell(random.randint(1, 1))
            except UnboundLocalError as error:
                self.tell(str(error))

    @task
    def missing(self):
        try:
            import there_is_no_such_module
        except ImportError as error:
            self.tell(str(error))
        from json import nothing_like_it

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
