# ruff: noqa
"""The client's own headers, cookies and auth; responses that are kept over later requests."""

import json

from goose import HttpUser, SequentialTaskSet, StopUser, task


class Steps(SequentialTaskSet):
    def tell(self, *values):
        self.client.post("/told", data=repr(values))

    @task
    def headers(self):
        self.client.headers["X-Session"] = "s1"
        self.client.headers.update({"Accept": "text/html", "X-Two": "2"})
        self.client.get("/a", headers={"X-Session": "own", "X-Three": "3"})
        self.client.get("/b", headers={"x-two": None})
        del self.client.headers["X-Two"]
        self.tell(
            self.client.headers.get("x-session"),
            "X-Two" in self.client.headers,
            dict(self.client.headers),
        )
        self.client.headers.pop("X-Session")
        self.client.get("/c", headers={"X-Number": 5})

    @task
    def header_values(self):
        for value in ("ü", "a\nb", "", " padded ", "x" * 500, b"bytes", None, 7, True):
            try:
                self.client.get("/header", headers={"X-V": value})
            except (ValueError, TypeError) as error:
                self.tell(type(error).__name__, str(error))

    @task
    def cookies(self):
        r = self.client.get("/k/cookies/1")
        self.tell(
            r.cookies.get("sid"),
            r.cookies.get_dict(),
            self.client.cookies.get_dict(),
            len(r.cookies),
        )
        self.client.get("/with")
        self.client.get("/with", cookies={"own": "1", "sid": "other"})
        self.client.cookies.set("mine", "m")
        self.client.cookies["more"] = "n"
        self.client.get("/with")
        self.client.cookies.clear()
        self.client.get("/without")
        self.tell(r.cookies["sid"], r.cookies["lang"], r.cookies["nothing"])

    @task
    def auth(self):
        self.client.auth = ("user", "pass")
        self.client.get("/signed")
        self.client.get("/signed", auth=("other", "pä"))
        self.client.auth = None
        self.client.get("/unsigned")

    @task
    def kept_responses(self):
        kept = [self.client.get(f"/k/ok/items/{n}") for n in range(4)]
        late = self.client.get("/k/gzip/items/9")
        self.client.get("/between")
        self.tell(
            [r.json()["id"] for r in kept],
            kept[1].text[:30],
            kept[2].content[:9],
            late.json()["id"],
        )
        kept[0].json()["id"] = 99
        data = kept[3].json()
        data["id"] = 98
        self.tell(kept[0].json()["id"], data["id"], kept[3].json()["id"], data is kept[3].json())
        self.user.kept = kept[1]

    @task
    def kept_by_the_user(self):
        self.client.get("/between")
        r = self.user.kept
        self.tell(
            r.status_code,
            r.json()["tags"],
            r.url.split("/", 3)[-1],
            len(r.history),
            r.headers["content-length"],
        )
        self.client.post("/again", json=r.json(), headers={"X-Of": r.json()["token"]})
        self.client.post("/again", data=json.dumps(r.json()["lines"]))
        self.client.post(
            "/again", json=r.json()["owner"]["address"], params=r.json()["owner"]["address"]
        )

    @task
    def urls(self):
        for url in (
            "/a b",
            "/ä?q=ü",
            "relative",
            "/x?y=%20&z",
            "/#fragment",
            "//double",
            "/a/../b",
            "",
            "/%zz",
            "/'\"<>",
        ):
            r = self.client.get(url)
            self.tell(url, r.status_code)
        r = self.client.get("/absolute")
        self.client.get(r.url + "?again=1", name="absolute")
        for wrong in (None, 5, b"/bytes", ["/x"]):
            try:
                self.client.get(wrong)
            except TypeError as error:
                self.tell(str(error))

    @task
    def names(self):
        for name in ("plain", "größe", "", "/items/[id]", 5, None, ["x"]):
            try:
                self.client.get("/named", name=name)
            except TypeError as error:
                self.tell(str(error))

    @task
    def bodies(self):
        for body in (
            None,
            {},
            [],
            "",
            0,
            False,
            "text",
            {"k": None},
            [1.0, 1e400],
            {"n": float("nan")},
            {1: 2, None: 3},
        ):
            try:
                self.client.post("/json", json=body)
                self.client.post("/data", data=body)
            except (TypeError, ValueError) as error:
                self.tell(type(error).__name__, str(error))
        self.client.put("/json", json={"ü": "\u2028\ud83d\ude00/", "f": [0.1, 1e22, -0.0, 2**70]})
        self.client.patch(
            "/form", data={"a": ["1", "2"], "b": None, "c": 3, "d": True, "ü": "ä b&="}
        )
        self.client.delete("/with-body", json={"a": 1})
        self.client.post("/positional", {"p": 1}, {"j": 2})

    @task
    def parameters(self):
        for params in (
            {"a": "b c"},
            {"a": [1, "x"]},
            {"a": None},
            {"f": 1.0, "t": True},
            "raw=1&b",
            [("a", 1), ("a", 2)],
            {},
            {"ü": "ß"},
        ):
            self.client.get("/query", params=params)
            self.client.get("/query?had=1#f", params=params)

    @task
    def methods(self):
        for verb in ("get", "options", "head", "delete"):
            r = getattr(self.client, verb)(f"/{verb}")
            self.tell(verb, r.status_code, len(r.content))
        for method in ("PURGE", "post", "G T", "", None):
            try:
                self.tell(self.client.request(method, "/any").status_code)
            except (TypeError, ValueError) as error:
                self.tell(str(error))

    @task
    def leave(self):
        raise StopUser


class Visitor(HttpUser):
    tasks = [Steps]
