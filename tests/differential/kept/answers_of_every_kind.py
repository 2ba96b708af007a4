# ruff: noqa
"""Everything that can be asked of a response, of every kind of answer."""

from goose import HttpUser, SequentialTaskSet, StopUser, task

KINDS = [
    "ok",
    "created",
    "ascii",
    "close",
    "chunked",
    "gzip",
    "cookies",
    "repeated",
    "redirect",
    "moved",
    "nowhere",
    "not-modified",
    "no-content",
    "empty",
    "bad-request",
    "unauthorized",
    "missing",
    "teapot",
    "limited",
    "failed",
    "unavailable",
    "unknown-status",
    "thin",
    "other-types",
    "null",
    "true",
    "seven",
    "word",
    "list",
    "nothing",
    "odd-numbers",
    "odd-text",
    "doubled",
    "nan",
    "deep",
    "broken",
    "tail",
    "single-quotes",
    "byte-order-mark",
    "utf-16",
    "not-utf-8",
    "latin-1",
    "unknown-charset",
    "plain",
    "html",
    "untyped",
    "damaged-gzip",
    "cut",
    "drop",
    "reset",
]


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=ascii(values))

    @task
    def plain(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/7", name=kind)
            self.tell(
                kind,
                r.status_code,
                r.ok,
                bool(r),
                r.reason,
                len(r.content),
                r.text[:40],
                r.encoding,
            )
            self.tell(r.is_redirect, len(r.history), r.url.split("/", 3)[-1], str(r.error), repr(r))
            self.tell(
                r.headers.get("content-type"), r.headers.get("X-Part"), r.headers.get("x-latin")
            )

    @task
    def values(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/8", name=kind)
            try:
                data = r.json()
                self.tell(kind, data)
                self.tell(
                    data["id"],
                    data.get("name"),
                    data["price"] * 2,
                    data["tags"],
                    data["owner"]["address"],
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self.tell(kind, type(error).__name__, str(error))

    @task
    def parts(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/6", name=kind)
            for field in (
                "id",
                "name",
                "price",
                "stock",
                "tags",
                "big",
                "ratio",
                "token",
                "lines",
                "nothing",
            ):
                try:
                    value = r.json()[field]
                    self.tell(
                        kind,
                        field,
                        value,
                        f"{value}",
                        type(value).__name__,
                        value is None,
                        value == value,
                    )
                except (ValueError, KeyError, TypeError) as error:
                    self.tell(kind, field, type(error).__name__, str(error))
                    break

    @task
    def lists(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/list/3", name=kind)
            try:
                for one in r.json():
                    self.client.get(f"/one/{one['id']}/{one.get('name')}", name="/one")
                self.tell(
                    len(r.json()),
                    r.json()[0]["id"],
                    r.json()[-1]["tags"][:1],
                    sum(o["price"] for o in r.json()),
                )
            except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
                self.tell(kind, type(error).__name__, str(error))

    @task
    def sent_back(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/5", name=kind)
            try:
                self.client.post("/back", json=r.json())
            except (ValueError, TypeError) as error:
                self.tell(kind, type(error).__name__, str(error))
            self.client.post("/back", data=r.content, headers={"X-Kind": kind})
            try:
                self.client.post("/back", data=r.text[:25])
            except ValueError as error:
                self.tell(kind, str(error))

    @task
    def text(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/4", name=kind)
            self.tell(
                "name" in r.text,
                r.text.find("id"),
                r.text.count('"'),
                r.text.split('"')[1:4],
                r.text[-5:],
            )
            self.tell(
                r.text.upper()[:20],
                r.text.replace(" ", "")[5:25],
                r.text.startswith("{"),
                b"id" in r.content,
            )

    @task
    def raised(self):
        for kind in KINDS:
            r = self.client.get(f"/k/{kind}/items/3", name=kind)
            try:
                r.raise_for_status()
            except Exception as error:
                self.tell(
                    kind, type(error).__name__, str(error).split(" for url")[0], error.response is r
                )

    @task
    def other_verbs(self):
        for kind in KINDS:
            for r in (
                self.client.head(f"/k/{kind}/2", name=kind),
                self.client.post(f"/k/{kind}/2", json=1, name=kind),
            ):
                self.tell(
                    kind, r.status_code, r.text[:9], len(r.history), r.headers.get("content-length")
                )
            r = self.client.get(f"/k/{kind}/2", allow_redirects=False, name=kind)
            self.tell(kind, r.status_code, r.is_redirect, r.headers.get("location"))

    @task
    def cookies(self):
        r = self.client.get("/k/cookies/1")
        self.tell(r.cookies.get_dict(), self.client.cookies.get_dict(), r.headers["set-cookie"])

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
