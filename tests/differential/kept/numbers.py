# ruff: noqa
"""Numbers: the edges of 64 bits, floor division, rounding, floats as text, odd literals."""

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def on_start(self):
        self.big = 9223372036854775807
        self.small = -9223372036854775808
        self.seven = 7
        self.half = 2.5

    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def overflow(self):
        b, s = self.big, self.small
        self.tell(b + 1, s - 1, b * 2, -s, abs(s), b * b, s // -1, s % -1, b - s, s * s)
        self.tell(b // 3, b % 10, s // 7, s % 7, b**2, b << 1, b >> 3, ~b, b & 255, s | 1, b ^ s)
        b += 1
        b -= 1
        self.tell(b, b == self.big, b == float(b), b < float(b), hash(b) == hash(self.big))
        self.tell(b + 1 > b, b + 1 == 2**63, int(str(b + 1)), f"{b + 1:,}", "%d" % (b + 1))

    @task
    def floor(self):
        n = self.seven
        self.tell(n // 2, -n // 2, n // -2, -n // -2, n % 3, -n % 3, n % -3, -n % -3)
        self.tell(divmod(n, -3), divmod(-n, 3), n / 2, n // 2.0, -n // 2.0, -n % 2.5, n % -2.5)
        self.tell(0.0 // 1, -0.0 % 3, 5 % 1e300, -5 % 1e300, n**-1, n**0, (-n) ** 3, n**0.5)

    @task
    def division_by_zero(self):
        n = self.seven
        for action in ("//", "/", "%", "f//", "f/", "f%", "0**", "divmod"):
            try:
                if action == "//":
                    self.tell(n // 0)
                elif action == "/":
                    self.tell(n / 0)
                elif action == "%":
                    self.tell(n % 0)
                elif action == "f//":
                    self.tell(self.half // 0)
                elif action == "f/":
                    self.tell(self.half / 0.0)
                elif action == "f%":
                    self.tell(self.half % 0)
                elif action == "0**":
                    self.tell(0**-1)
                else:
                    self.tell(divmod(n, 0))
            except ZeroDivisionError as error:
                self.tell(action, str(error))

    @task
    def rounding(self):
        h = self.half
        self.tell(round(h), round(-h), round(0.5), round(1.5), round(-0.5), round(2.675, 2))
        self.tell(round(1234, -2), round(1250, -2), round(h, 0), round(1e16), round(7), round(7, 2))
        self.tell(int(h), int(-h), int(1e20), int(True), int("  12 "), int("-0"), int("1_000"))
        self.tell(round(float("1e300"), 2), round(5e-324, 10), round(0.1 + 0.2, 3), round(-1e-9, 3))

    @task
    def as_text(self):
        for f in (0.1, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 1 / 3, 5e-324, 1e22, -0.0):
            self.tell(f, str(f), f"{f}", f"{f:.2f}", f"{f:.0f}", f"{f:,.1f}", "%s" % f, "%.3f" % f)
            self.tell(f"{f:g}", f"{f:e}", f"{f:8.1f}|", f"{f:<8.1f}|", f"{f:+.1f}", f"{f:.1%}")
        for f in (float("inf"), float("-inf"), float("nan")):
            self.tell(f, str(f), f"{f:.2f}", f"{f:6}|", "%f" % f, f == f, f < 1, f > 1)
        for n in (0, 7, -7, 1234567, self.big + 1):
            self.tell(f"{n}", f"{n:,}", f"{n:05d}", f"{n:5}|", f"{n:<5}|", f"{n:+d}", f"{n:x}")
            self.tell(f"{n:.1f}", f"{n:b}", f"{n:_}", f"{n:e}", "%d" % n, "%5d|" % n, "%-5d|" % n)
        self.tell(f"{True}", f"{True:d}", f"{True:5}|", "%d" % True, "%s" % None, f"{None!s:>6}")

    @task
    def mixed(self):
        n, h = self.seven, self.half
        self.tell(n + h, n - True, h * False, True + True, True / 2, -True, not 0.0, not h)
        self.tell(
            1 == 1.0,
            1 == True,
            0 == False,
            0.1 + 0.2 == 0.3,
            3 < 3.5,
            True < 2,
            2**53 + 1 == 2.0**53,
        )
        self.tell(
            max(1, 1.0), max(1.0, 1), min(True, 1), max(3, 2.5), sum([0.1] * 10), sum([1, True])
        )
        self.tell([1, 1.0, True] == [True, 1, 1.0], {1: "a", 1.0: "b", True: "c"}, 1 in [1.0])
        self.tell(1 < n < 10 < 11, 1 < n > 3, n == 7.0 == 7, (n > 3) + (n > 100))
        self.tell(n and h, n or h, 0 or "", 0 and 1 / 0, None or 0 or [], n and "" and 1)

    @task
    def text_to_number(self):
        for text in (
            "12",
            " 12\n",
            "+5",
            "-5",
            "1_0",
            "٣",
            "0x1f",
            "1.5",
            "",
            " ",
            "1e3",
            "nan",
            "1 2",
        ):
            try:
                self.tell(text, int(text))
            except ValueError as error:
                self.tell("int", str(error))
            try:
                self.tell(text, float(text))
            except ValueError as error:
                self.tell("float", str(error))

    @task
    def wrong_types(self):
        for value in (None, "7", [1], {"a": 1}, (1,), 2.5, b"7"):
            try:
                self.tell(self.seven + value)
            except TypeError as error:
                self.tell(str(error))
            try:
                self.tell(self.seven < value)
            except TypeError as error:
                self.tell(str(error))
            try:
                self.tell(value * self.seven)
            except TypeError as error:
                self.tell(str(error))

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
