# ruff: noqa
"""What generated scripts found, made small: one task for each."""

import logging
import random
from contextlib import contextmanager

from goose import HttpUser, SequentialTaskSet, StopUser, task

NAMES = "ada"
TITLE = "Title"


@contextmanager
def timed(what):
    yield what
    logging.info("done %s", what)


class Steps(SequentialTaskSet):
    def on_start(self):
        self.seen = ["s"]

    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    def tell_ascii(self, *values):
        self.client.post("/told", data=ascii(values))

    @task
    def all_arguments_in_an_island(self):
        self.tell_ascii("ä", 1)

    @task
    def assigned_in_a_case_that_does_not_match(self):
        match "a":
            case 1:
                self.last = 1
        self.tell("went on")

    @task
    def helper_with_a_case_that_does_not_match(self):
        self.client.get(f"/items/{self.matches(1)}")

    def matches(self, p0):
        match p0:
            case 2:
                any1 = 1

    @task
    def attribute_deleted_while_an_error_is_handled(self):
        try:
            self.fresh = 1
            del self.fresh
            del self.fresh
        except Exception:
            logging.exception("caught %s", len(self.seen))
            raise

    @task
    def attribute_that_is_missing_in_a_handler(self):
        try:
            self.tell(self.fresh)
        except Exception:
            logging.exception("caught %s", self.seen)
            raise

    @task
    def attribute_that_is_not_reached(self):
        self.tell(self.handles())

    def handles(self):
        try:
            pass
        except ZeroDivisionError:
            try:
                pass
            except Exception:
                logging.exception(self.nowhere)
        return 1

    @task
    def value_that_is_not_reached(self):
        if not self.seen:
            late = 1
        self.tell(
            ascii(self.seen or late),
            self.seen and [late for _ in ()],
            ascii([1 for _ in () if self.nowhere]),
        )

    @task
    def unbound_as_a_keyword_argument(self):
        assert 1, (str1 := TITLE).lstrip()
        self.client.post("/state", data=str1)

    @task
    def unbound_in_a_list(self):
        for int1, str1 in enumerate([]):
            pass
        self.client.post("/state", data=repr([int1, str1]))

    @task
    def unbound_in_a_comprehension(self):
        try:
            pass
        except Exception as e1:
            pass
        self.tell([e1 for v2 in "a"])

    @task
    def unbound_argument_of_a_missing_attribute(self):
        try:
            self.seen = ["s"]
        except 1 as e1:
            pass
        if TITLE == 1:
            pass
        else:
            self.seen.rfind(e1)

    @task
    def unbound_argument_of_a_method_of_none(self):
        last = None
        try:
            pass
        except KeyError as e1:
            pass
        last.rfind(str(e1))

    @task
    def deleted_in_a_loop(self):
        self.deletes(2)

    def deletes(self, p0=2):
        for item1 in [1, 1]:
            del p0

    @task
    def deleted_in_a_loop_over_text(self):
        self.client.delete("/x", headers=self.deletes_again({"a": 1}))

    def deletes_again(self, p0):
        for str1 in NAMES:
            self.tell(p0["a"])
            del p0
        else:
            self.tell("no break")

    @task
    def url_that_is_no_text(self):
        for wrong in (None, 5, {"a": 1}, b"/bytes"):
            try:
                self.client.get(wrong)
            except TypeError as error:
                self.tell(str(error))
            try:
                self.client.post(wrong, json={"a": 1}, name="named")
            except TypeError as error:
                self.tell(str(error))

    @task
    def unbound_in_front_of_a_block(self):
        for str1 in self.seen[:0]:
            pass
        with timed(str1):
            self.client.get("/inside")

    @task
    def operand_that_is_assigned_by_the_next(self):
        for number in [1, 2]:
            try:
                self.tell(number < (number := "a"))
            except TypeError as error:
                self.tell(str(error))
        first = [1, 2]
        self.tell(first[(first := 1)], first)

    @task
    def arguments_before_the_call_that_fails(self):
        try:
            self.tell(dict(None, id=self.matches(1), at=self.seen.append("drawn")))
        except TypeError as error:
            self.tell(str(error), self.seen)
        self.tell(dict({"a": 1}, a=self.seen.pop(), b=2))

    def three(self, a, b=2, *rest, c=3, **more):
        return a, b, rest, c, more

    def noted(self, value):
        self.seen.append(value)
        return value

    @task
    def arguments_in_the_order_of_the_source(self):
        self.tell(self.three(c=self.noted("c"), b=self.noted("b"), a=self.noted("a")), self.seen)
        self.tell(self.three(self.noted(1), d=self.noted("d"), c=self.noted("c")), self.seen)
        self.tell(self.three(self.noted(1), self.noted(2), self.noted(3), e=self.noted(4)))
        self.tell(
            random.choices([1, 2, 3], k=len(self.noted("k")), weights=[1, 1, len(self.noted("w"))])
        )
        self.tell(self.seen)

    @task
    def body_that_is_null(self):
        r = self.client.get("/k/null/items/1")
        self.client.post("/back", json=r.json())
        self.client.post("/back", json=r.json(), data={"a": 1})

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
