# ruff: noqa
"""Control flow: finally, else, names that are not bound, errors on their way through helpers."""

import logging

from goose import HttpUser, RescheduleTask, SequentialTaskSet, StopUser, task

DEPTH = 0


class Trouble(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Steps(SequentialTaskSet):
    starts = 0

    def on_start(self):
        self.starts += 1
        self.token = self.client.post("/login", json={"n": self.starts}).headers.get("x", "none")

    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def hook_called_by_hand(self):
        self.on_start()
        self.tell(self.starts, Steps.starts, hasattr(self, "token"), hasattr(self, "nothing"))

    @task
    def finally_and_return(self):
        self.tell(self.first(0), self.first(1), self.first(2))

    def first(self, n):
        try:
            self.client.get(f"/try/{n}")
            if n == 0:
                return "from try"
            if n == 1:
                1 / 0
        except ZeroDivisionError:
            return "from except"
        else:
            return "from else"
        finally:
            self.client.get(f"/finally/{n}")
            if n == 2:
                return "from finally"

    @task
    def finally_in_loops(self):
        for i in range(5):
            try:
                if i == 1:
                    continue
                if i == 3:
                    break
                self.client.get(f"/turn/{i}")
            finally:
                self.client.get(f"/after/{i}")
        else:
            self.client.get("/no")
        for i in range(2):
            pass
        else:
            self.client.get(f"/else/{i}")
        while i:
            i -= 1
        else:
            self.client.get(f"/while-else/{i}")

    @task
    def which_handler(self):
        for error in (
            KeyError("k"),
            ValueError("v"),
            Trouble(7, "t"),
            AssertionError(),
            IndexError(3),
        ):
            try:
                try:
                    raise error
                except (KeyError, IndexError) as e:
                    self.tell("lookup", str(e), repr(e), e.args)
                except ValueError:
                    raise
                except Trouble as e:
                    raise RuntimeError(f"code {e.code}") from e
            except (ValueError, RuntimeError) as e:
                self.tell("outer", str(e), type(e).__name__, repr(e.__cause__))
            except Exception as e:
                self.tell("other", repr(e))

    @task
    def name_of_the_error_goes(self):
        e = "before"
        try:
            int("x")
        except ValueError as e:
            self.tell(str(e))
        self.tell(e)

    @task
    def not_bound(self):
        if self.starts > 100:
            late = 1
        self.tell(late)

    @task
    def deleted(self):
        gone = 1
        del gone
        self.tell(gone)

    @task
    def loop_name_stays(self):
        for i in range(3):
            last = i
        self.tell(i, last)
        for j in []:
            pass
        self.tell(j)

    @task
    def global_name_made_local(self):
        self.tell(DEPTH)
        DEPTH = 1

    @task
    def missing_global(self):
        self.tell(NOWHERE)

    @task
    def missing_attribute(self):
        self.tell(self.nowhere)

    @task
    def missing_method(self):
        self.client.get("/before")
        self.client.fetch("/never")

    @task
    def wrong_arguments(self):
        for number in range(4):
            try:
                if number == 0:
                    self.first()
                elif number == 1:
                    self.first(1, 2)
                elif number == 2:
                    self.first(m=1)
                else:
                    self.first(1, n=1)
            except TypeError as error:
                self.tell(str(error))

    @task
    def assertions(self):
        for value in (1, 0, "", None):
            try:
                assert value, f"not {value!r}"
                assert value != 1
            except AssertionError as error:
                self.tell(str(error), error.args)

    @task
    def recursion(self):
        self.tell(self.factorial(25), self.factorial(1))

    def factorial(self, n):
        self.client.get(f"/factorial/{n}") if n % 10 == 0 else None
        return n * self.factorial(n - 1) if n > 1 else 1

    @task
    def raised_in_a_helper(self):
        try:
            self.raises("inner")
        except Trouble as error:
            self.tell(error.code, str(error))
        self.raises("outer")

    def raises(self, text):
        try:
            raise Trouble(3, text)
        finally:
            self.client.get(f"/raises/{text}")

    @task
    def rescheduled(self):
        self.client.get("/once")
        raise RescheduleTask()

    @task
    def not_an_exception(self):
        try:
            raise "text"
        except TypeError as error:
            self.tell(str(error))
        raise 5

    @task
    def closures(self):
        n = 1

        def later():
            return n

        n = 2
        adders = [lambda k, i=i: k + i for i in range(3)]
        late = [lambda: i for i in range(3)]
        self.tell(
            later(),
            [a(10) for a in adders],
            [f() for f in late],
            self.counted()(),
            self.counted()(),
        )

    def counted(self):
        total = 5

        def more():
            nonlocal total
            total += 1
            self.client.get(f"/total/{total}")
            return total

        more()
        return more

    @task
    def attributes(self):
        self.a = self.b = 1
        self.a, self.c = self.c if hasattr(self, "c") else 9, self.a
        self.starts += 1
        setattr(self, "d", getattr(self, "a") + 1)
        del self.b
        self.tell(
            self.a, self.c, self.d, getattr(self, "b", "gone"), self.starts, type(self).starts
        )
        self.tell = self.loud
        self.tell("through the instance")
        del self.tell

    def loud(self, *values):
        logging.info("loud %s", values)
        self.client.post("/loud", data=repr(values))

    @task
    def stopped_in_a_helper(self):
        self.tell("last")
        try:
            self.ends()
        finally:
            self.client.get("/in-the-end")

    def ends(self):
        raise StopUser

    @task
    def never(self):
        self.client.get("/never")


class Visitor(HttpUser):
    tasks = [Steps]

    def on_stop(self):
        self.client.get("/stopped")
