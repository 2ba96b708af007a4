# ruff: noqa
"""Lists, dicts, tuples and sets: aliases, order, keys that are equal, changes while iterating."""

from goose import HttpUser, SequentialTaskSet, StopUser, task

SHARED = [1, [2, 3], {"k": "v"}]
TABLE = {"a": 1, "b": {"c": [1, 2]}}


class Steps(SequentialTaskSet):
    def on_start(self):
        self.items = []
        self.table = {}

    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def aliases(self):
        a = [1, 2]
        b = a
        b.append(3)
        c = a[:]
        c.append(4)
        self.items = a
        self.items.append(5)
        a += [6]
        a = a + [7]
        rows = [[]] * 2
        rows[0].append("x")
        self.tell(a, b, c, self.items, rows, a is b, b is self.items, rows[0] is rows[1])

    @task
    def module_values_stay_changed(self):
        SHARED[1].append(4)
        TABLE["b"]["c"] += [len(SHARED)]
        TABLE.setdefault("new", []).append(1)
        self.tell(SHARED, TABLE)

    @task
    def module_values_again(self):
        inner = TABLE["b"]
        inner["d"] = SHARED
        self.tell(TABLE, TABLE["b"]["d"] is SHARED)

    @task
    def changed_by_a_helper(self):
        mine = [3, 1, 2]
        self.tell(self.sorts(mine), mine, self.sorts(mine[:]), mine)

    def sorts(self, values, seen=[]):
        values.sort()
        values.append(len(seen))
        seen.append(values)
        return len(seen)

    @task
    def keys(self):
        d = {1: "int", "1": "str", None: "none", (1, 2): "tuple"}
        d[True] = "bool"
        d[1.0] = "float"
        self.tell(d, d[1], 1 in d, 1.0 in d, "2" in d, len(d), list(d), list(d.items()))
        for wrong in ([], {}, {1}):
            try:
                d[wrong] = 1
            except TypeError as error:
                self.tell(str(error))
            try:
                self.tell(wrong in d)
            except TypeError as error:
                self.tell(str(error))
        for missing in ("x", 7, None, "it's", 2.5):
            try:
                self.tell(d[missing], {}[missing])
            except KeyError as error:
                self.tell(str(error), error.args)

    @task
    def order(self):
        d = {"z": 1, "a": 2, "m": 3}
        d["z"] = 9
        del d["a"]
        d["a"] = 4
        keys = d.keys()
        d.update({"n": 5}, o=6)
        self.tell(d, list(keys), d.pop("m"), d.popitem(), d, sorted(d), {**d, "z": 0}, d | {"q": 1})
        self.tell(
            d == {"a": 4, "n": 5, "z": 9}, d != {}, min(d), max(d.values()), list(reversed(d))
        )

    @task
    def changed_while_iterating(self):
        seen = []
        values = [1, 2, 3, 4]
        for v in values:
            seen.append(v)
            if v % 2:
                values.remove(v)
        for v in values:
            if len(values) < 6:
                values.append(v * 10)
        self.tell(seen, values)
        d = {"a": 1, "b": 2}
        for k in d:
            d[k] = 5
        self.tell(d)
        for k, v in d.items():
            d[k + "x"] = v

    @task
    def list_edges(self):
        v = [1, 2, 3]
        v[1:2] = ["a", "b", "c"]
        v[:0] = [0]
        v.insert(-100, "first")
        v.insert(100, "last")
        del v[2:4]
        v *= 2
        self.tell(v, v.index("c"), v.count("c"), v[::3], v.pop(), v.pop(-2), v.pop(0), v)
        for what in ("pop", "remove", "index", "item", "set", "del"):
            try:
                if what == "pop":
                    [].pop()
                elif what == "remove":
                    v.remove("zz")
                elif what == "index":
                    v.index("zz")
                elif what == "item":
                    v[99]
                elif what == "set":
                    v[99] = 1
                else:
                    del v[99]
            except (IndexError, ValueError) as error:
                self.tell(what, str(error))

    @task
    def sorting(self):
        rows = [{"n": 2, "s": "b"}, {"n": 1, "s": "b"}, {"n": 2, "s": "a"}]
        self.tell(
            sorted(rows, key=lambda row: row["n"]),
            sorted([3, 1.5, True]),
            sorted("bca", reverse=True),
        )
        self.tell(
            sorted([(1, "b"), (1, "a")]),
            sorted([[2], [1, 9]]),
            sorted(["a", "B", "c"], key=str.lower),
        )
        for wrong in ([1, "a"], [None, 1], [{}, {}], [(1, None), (1, 2)]):
            try:
                self.tell(sorted(wrong))
            except TypeError as error:
                self.tell(str(error))

    @task
    def unpacking(self):
        a, b = b, c = [1, 2]
        first, *rest = "xyz"
        *init, last = (1,)
        (x, (y, z)), w = (1, (2, 3)), 4
        for i, (k, v) in enumerate({"p": 1}.items()):
            self.tell(i, k, v)
        self.tell(
            a, b, c, first, rest, init, last, x, y, z, w, [*rest, *init], {*rest} == {"y", "z"}
        )
        for wrong in ([1], [1, 2, 3], 5, None, "ab", {"k": 1, "l": 2}):
            try:
                one, two = wrong
                self.tell(one, two)
            except (ValueError, TypeError) as error:
                self.tell(str(error))

    @task
    def tuples(self):
        t = (1, [2])
        t[1].append(3)
        try:
            t[1] += [4]
        except TypeError as error:
            self.tell(str(error), t)
        try:
            t[0] = 1
        except TypeError as error:
            self.tell(str(error))
        self.tell(
            t + (5,),
            t * 2,
            t[::-1],
            t < (1, [3]),
            t == (1, [2, 3, 4]),
            (1,),
            (),
            tuple("ab"),
            len(t),
        )

    @task
    def comprehensions(self):
        x = "outer"
        squares = [x * x for x in range(4) if x % 2 == 0]
        pairs = [(a, b) for a in "ab" for b in range(2)]
        table = {k: v for v, k in enumerate("aab")}
        nested = [[j for j in range(i)] for i in range(3)]
        self.tell(
            x,
            squares,
            pairs,
            table,
            nested,
            {c for c in "a"},
            sum(i for i in range(5)),
            any(i > 3 for i in range(5)),
        )
        found = [y for i in range(3) if (y := i * 2) > 1]
        self.tell(
            found, y, list(zip("abc", [1, 2])), list(enumerate("ab", 5)), dict(zip("ab", (1, 2)))
        )

    @task
    def wrong_containers(self):
        for value in (None, 5, 2.5, True, "text", self.client.get("/items/1")):
            for action in ("item", "key", "len", "iterate", "in", "get", "append", "set"):
                try:
                    if action == "item":
                        self.tell(value[0])
                    elif action == "key":
                        self.tell(value["k"])
                    elif action == "len":
                        self.tell(len(value))
                    elif action == "iterate":
                        for one in value:
                            self.tell(one)
                            break
                    elif action == "in":
                        self.tell("k" in value)
                    elif action == "get":
                        self.tell(value.get("k"))
                    elif action == "append":
                        value.append(1)
                    else:
                        value["k"] = 1
                except (TypeError, AttributeError) as error:
                    self.tell(action, type(error).__name__, str(error))

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
