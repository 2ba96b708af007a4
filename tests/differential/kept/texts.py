# ruff: noqa
"""Text: Unicode, slices, methods at their edges, formatting, bytes."""

from goose import HttpUser, SequentialTaskSet, StopUser, task

TEXTS = [
    "",
    "a",
    "Straße İı",
    "they're bill's",
    "  two  words\t",
    "ab" * 3,
    "😀é\u0301x",
    "1,2,,3,",
    "a\nb\r\nc\x0bd",
]


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=ascii(values))

    @task
    def cases(self):
        for t in TEXTS:
            self.tell(t.upper(), t.lower(), t.title(), t.capitalize(), t.casefold(), t.swapcase())
            self.tell(t.isdigit(), t.isalpha(), t.isspace(), t.isupper(), t.islower(), t.isalnum())

    @task
    def slices(self):
        for t in TEXTS:
            self.tell(
                len(t), t[:3], t[-3:], t[1:-1], t[::-1], t[::2], t[5:2], t[-100:100], t[3::-1]
            )
            self.tell(list(t), t * 2, t * -1, t + "!", "a" in t, "" in t, t in "a", t < "b")

    @task
    def indexes(self):
        for at in (0, -1, 3, 99, True):
            try:
                self.tell("😀bc"[at])
            except IndexError as error:
                self.tell(str(error))
        try:
            self.tell("abc"["a"])
        except TypeError as error:
            self.tell(str(error))

    @task
    def splitting(self):
        for t in TEXTS:
            self.tell(t.split(), t.split(","), t.split(",", 1), t.rsplit(",", 1), t.splitlines())
            self.tell(
                t.partition(","), t.rpartition(","), t.split(None, 1), t.strip(), t.strip("a ")
            )
            self.tell(
                t.lstrip(),
                t.rstrip(),
                t.replace("", "-"),
                t.replace("a", ""),
                t.replace("b", "x", 1),
            )
        try:
            self.tell("a".split(""))
        except ValueError as error:
            self.tell(str(error))

    @task
    def finding(self):
        for t in TEXTS:
            self.tell(
                t.find("a"),
                t.find("b", 2),
                t.rfind("b"),
                t.find(""),
                t.count("a"),
                t.count(""),
                t.count("abab"),
            )
            self.tell(
                t.startswith("a"), t.startswith(("x", "a")), t.endswith(""), t.startswith("b", 1)
            )
        try:
            self.tell("abc".index("z"))
        except ValueError as error:
            self.tell(str(error))

    @task
    def padding(self):
        for t in ("", "7", "-7", "+x", "abcdef", "é"):
            self.tell(
                t.zfill(4),
                t.center(5),
                t.center(6, "*"),
                t.ljust(4, "."),
                t.rjust(4),
                t.expandtabs(),
            )
            self.tell(f"{t:>5}|{t:<5}|{t:^5}|{t:*^7}|{t:.2}|{t!r:>6}", "%5s|%-5s|%.2s" % (t, t, t))

    @task
    def joining(self):
        self.tell(
            ",".join([]), ",".join(["a"]), ", ".join("abc"), "".join(("x", "y")), "-".join({"k": 1})
        )
        for wrong in (["a", 1], [None], 5, None, [b"x"]):
            try:
                self.tell(",".join(wrong))
            except TypeError as error:
                self.tell(str(error))

    @task
    def formatting(self):
        name, n, row = "zoë", 5, {"k": [1, 2], "t": ("x",)}
        self.tell(
            f"{name}{n}",
            f"{name!r}{n!s}{name!a}",
            f"{n=}",
            f"{n = !r}",
            f"{{}}{{{n}}}",
            f"{row['k'][1]}",
        )
        self.tell(
            "%s %r %d %i %5.1f %%" % (name, name, n, n, n), "%s" % (row,), "%s" % [1], "%(k)s" % row
        )
        self.tell(
            "{} {} {!r}".format(name, n, name),
            "{1}{0}".format(1, 2),
            "{k[0]}".format(**row),
            "{:>{}}".format("a", 4),
        )
        self.tell(
            "{n:03d}|{n:<4}|{f:.1f}".format(n=n, f=1.25), "a{}b".format(""), "{!s:^5}".format(None)
        )
        for template, values in (
            ("%d", "x"),
            ("%s %s", ("a",)),
            ("%s", ("a", "b")),
            ("%z", 1),
            ("%d", 1.5),
            ("%x", 1.5),
        ):
            try:
                self.tell(template % values)
            except (TypeError, ValueError) as error:
                self.tell(str(error))
        for template in ("{}{}", "{1}", "{a}", "{0.x}", "{", "{:d}"):
            try:
                self.tell(template.format("s"))
            except (IndexError, KeyError, AttributeError, ValueError) as error:
                self.tell(type(error).__name__, str(error))

    @task
    def specs(self):
        for value, spec in (
            (1.5, "d"),
            ("a", "d"),
            ("a", ".2f"),
            (1, "s"),
            (None, "5"),
            ([1], ">5"),
            (1, ",.2f"),
            (1, "zz"),
        ):
            try:
                self.tell(format(value, spec))
            except (ValueError, TypeError) as error:
                self.tell(str(error))

    @task
    def representations(self):
        self.tell(
            repr("it's"),
            repr('say "hi"'),
            repr('it\'s "both"'),
            repr("\x00\x7f\xa0\u2028\ud800😀"),
            repr("\\n"),
        )
        self.client.post(
            "/told", data=repr(["größe", "\u2028", "\xad", {"k": "it's"}, ("a",), {1}, b"\xff'"])
        )

    @task
    def binary(self):
        b = "größe".encode()
        self.tell(
            b,
            len(b),
            b[0],
            b[:2],
            b + b"x",
            b.decode(),
            b.decode("latin-1"),
            b"a" in b,
            b == "größe",
            list(b[:2]),
        )
        for encoding in ("ascii", "utf-16", "klingon"):
            try:
                self.tell("größe".encode(encoding), b.decode(encoding))
            except (UnicodeError, LookupError) as error:
                self.tell(type(error).__name__, str(error))
        self.tell(
            "\ud800".encode("utf-8", "replace"),
            b.decode("ascii", "ignore"),
            b.hex(),
            str(b),
            b.upper(),
        )

    @task
    def not_sent(self):
        self.client.post("/told", data="\ud800")

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
