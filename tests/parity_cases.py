"""Calls to be made with ``requests`` and with our client: what ``test_requests_parity`` compares.

A case gets the client and the target's address and returns a response or a list of responses. Each
has a client of its own, so that nothing is left over from another.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from requests.auth import HTTPBasicAuth
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

Case = Callable[[Any, str], Any]

FORM = {"user": "ä €", "password": "a&b=c+d", "list": ["1", "2"], "none": None}


def pieces() -> Iterator[bytes]:
    yield b"one "
    yield b"two"


def elsewhere(host: str) -> str:
    """The same target under another name."""
    return host.replace("127.0.0.1", "localhost")


def after(client: Any, *steps: Callable[[], Any]) -> Any:
    """The response of the last step."""
    return [step() for step in steps][-1]


def jar(**cookies: str) -> Any:
    made: Any = RequestsCookieJar()
    made.update(cookies)
    return made


def with_headers(client: Any, **fields: Any) -> Any:
    client.headers.update({name.replace("_", "-"): value for name, value in fields.items()})
    return client


def with_cookies(client: Any, **cookies: str) -> Any:
    client.cookies.update(cookies)
    return client


def with_auth(client: Any, auth: Any) -> Any:
    client.auth = auth
    return client


PARAMS: dict[str, Case] = {
    "dict": lambda c, h: c.get("/echo", params={"a": 1, "b": "x y", "c": None, "d": True}),
    "lists": lambda c, h: c.get("/echo", params={"a": [1, "2", None], "b": ()}),
    "pairs": lambda c, h: c.get("/echo", params=[("a", 1), ("a", 2)]),
    "unicode": lambda c, h: c.get("/echo", params={"ä": "€ \U0001f600"}),
    "reserved": lambda c, h: c.get("/echo", params={"a&b": "c=d+e/f?g#h"}),
    "text": lambda c, h: c.get("/echo", params="a=1&b=x y&c=%7E"),
    "bytes": lambda c, h: c.get("/echo", params=b"a=1&b=2"),
    "empty": lambda c, h: c.get("/echo", params={}),
    "behind a query": lambda c, h: c.get("/echo?x=1", params={"a": 2}),
    "before a fragment": lambda c, h: c.get("/echo#part", params={"a": 2}),
    "positional": lambda c, h: c.get("/echo", {"a": 1}),
    "in a post": lambda c, h: c.post("/echo", params={"a": 1}, data={"b": 2}),
    "in an absolute URL": lambda c, h: c.get(f"{h}/echo?x=1", params={"a": 1}),
}

URLS: dict[str, Case] = {
    "plain": lambda c, h: c.get("/echo"),
    "by keyword": lambda c, h: c.get(url="/echo", params={"a": 1}),
    "all by keyword": lambda c, h: c.request(method="POST", url="/echo", data=b"x"),
    "absolute": lambda c, h: c.get(f"{h}/echo/a?b=c"),
    "absolute without path": lambda c, h: c.get(h),
    "scheme in capitals": lambda c, h: c.get(h.replace("http", "HTTP") + "/echo"),
    "spaces": lambda c, h: c.get("/echo/a b?c=d e"),
    "unicode": lambda c, h: c.get("/echo/ä/€?ö=ü"),
    "escaped": lambda c, h: c.get("/echo/%C3%A4%20b?c=%26"),
    "escapes in small letters": lambda c, h: c.get("/echo/%c3%a4?c=%2f"),
    "escapes that need not be": lambda c, h: c.get("/echo/%7Ea%2Db?c=%61"),
    "lone percent": lambda c, h: c.get("/echo/100%?a=5%"),
    "characters no URL has": lambda c, h: c.get('/echo/{a}|b^c`d"<e>\\f?g={h}|^`"<>\\'),
    "brackets": lambda c, h: c.get("/echo/[a]?b[]=1"),
    "dots": lambda c, h: c.get("/echo/a/../b/./c"),
    "double slashes": lambda c, h: c.get("/echo//a///b"),
    "empty query": lambda c, h: c.get("/echo?"),
    "fragment": lambda c, h: c.get("/echo?a=b#part"),
    "semicolon and comma": lambda c, h: c.get("/echo/a;b,c=d:e@f!g$h&i'(j)*+k?l;m,n"),
    "question mark in the query": lambda c, h: c.get("/echo?a=b?c/d"),
    "line breaks": lambda c, h: c.get("/echo/a\r\nX-Smuggled: 1"),
    "query only": lambda c, h: c.get("?a=b"),
    "leading white space": lambda c, h: c.get(f"  {h}/echo"),
}

BODIES: dict[str, Case] = {
    "form": lambda c, h: c.post("/echo", data=FORM),
    "form of pairs": lambda c, h: c.post("/echo", data=[("a", "1"), ("a", "2")]),
    "positional": lambda c, h: c.post("/echo", {"a": 1}),
    "two positional": lambda c, h: c.post("/echo", None, {"a": 1}),
    "text": lambda c, h: c.post("/echo", data="a=ä €"),
    "bytes": lambda c, h: c.post("/echo", data=b"\x00\xff\r\n"),
    "bytearray": lambda c, h: c.post("/echo", data=bytearray(b"abc")),
    "file": lambda c, h: c.post("/echo", data=io.BytesIO(b"from a file")),
    "iterator": lambda c, h: c.post("/echo", data=pieces()),
    "nothing": lambda c, h: c.post("/echo"),
    "empty text": lambda c, h: c.post("/echo", data=""),
    "empty bytes": lambda c, h: c.post("/echo", data=b""),
    "empty form": lambda c, h: c.post("/echo", data={}),
    "empty text by get": lambda c, h: c.get("/echo", data=""),
    "json": lambda c, h: c.post("/echo", json={"a": [1, 2.5, None, True], "ä": "€"}),
    "json list": lambda c, h: c.put("/echo", json=[]),
    "json text": lambda c, h: c.post("/echo", json="text"),
    "json false": lambda c, h: c.post("/echo", json=False),
    "json none": lambda c, h: c.post("/echo", json=None),
    "json and data": lambda c, h: c.post("/echo", json={"a": 1}, data={"b": 2}),
    "json and empty data": lambda c, h: c.post("/echo", json={"a": 1}, data={}),
    "json with nan": lambda c, h: c.post("/echo", json=float("nan")),
    "json with an object": lambda c, h: c.post("/echo", json=object()),
    "get with json": lambda c, h: c.get("/echo", json={"a": 1}),
    "get with text": lambda c, h: c.get("/echo", data="text"),
    "put": lambda c, h: c.put("/echo", data={"a": 1}),
    "put nothing": lambda c, h: c.put("/echo"),
    "patch": lambda c, h: c.patch("/echo", data=b"patch"),
    "patch nothing": lambda c, h: c.patch("/echo"),
    "delete": lambda c, h: c.delete("/echo"),
    "delete with json": lambda c, h: c.delete("/echo", json={"a": 1}),
    "options": lambda c, h: c.options("/echo"),
    "head": lambda c, h: c.head("/echo?a=b"),
    "own method": lambda c, h: c.request("PROPFIND", "/echo", data=b"x"),
    "own method without body": lambda c, h: c.request("PROPFIND", "/echo"),
    "method in small letters": lambda c, h: c.request("post", "/echo", data=b"x"),
    "one megabyte": lambda c, h: c.post("/upload", data=b"0123456789" * 100_000),
}

FILES: dict[str, Case] = {
    "bytes": lambda c, h: c.post("/echo", files={"f": b"content"}),
    "named": lambda c, h: c.post("/echo", files={"f": ("ä.txt", io.BytesIO(b"x"), "text/plain")}),
    "with fields": lambda c, h: c.post("/echo", data=FORM, files=[("f", b"1"), ("f", b"2")]),
    "with headers": lambda c, h: c.post(
        "/echo", files={"f": ("n", "text", "a/b", {"X-Part": "1"})}
    ),
    "with a content type": lambda c, h: c.post(
        "/echo", files={"f": b"x"}, headers={"Content-Type": "multipart/form-data; boundary=own"}
    ),
    "with text": lambda c, h: c.post("/echo", data="text", files={"f": b"x"}),
    "put": lambda c, h: c.put("/echo", files={"f": ("n", b"\x00\xff")}),
}

HEADERS: dict[str, Case] = {
    "added": lambda c, h: c.get("/echo", headers={"X-One": "1", "X-Two": "zwei drei"}),
    "empty value": lambda c, h: c.get("/echo", headers={"X-One": ""}),
    "empty": lambda c, h: c.get("/echo", headers={}),
    "another mapping": lambda c, h: c.get("/echo", headers=CaseInsensitiveDict({"accept": "a/b"})),
    "overriding": lambda c, h: c.get("/echo", headers={"accept": "text/html"}),
    "none": lambda c, h: c.get("/echo", headers={"Accept": None, "X-None": None}),
    "none for the encoding": lambda c, h: c.get("/echo", headers={"Accept-Encoding": None}),
    "none for the agent": lambda c, h: c.get("/echo", headers={"User-Agent": None}),
    "own agent": lambda c, h: c.get("/echo", headers={"user-agent": "mine/1.0"}),
    "bytes": lambda c, h: c.get("/echo", headers={"X-One": b"\xc3\xa4"}),
    "latin-1": lambda c, h: c.get("/echo", headers={"X-One": "ä"}),
    "beyond latin-1": lambda c, h: c.get("/echo", headers={"X-One": "€"}),
    "trailing space": lambda c, h: c.get("/echo", headers={"X-One": "a "}),
    "host": lambda c, h: c.get("/echo", headers={"Host": "other.example"}),
    "connection": lambda c, h: c.get("/echo", headers={"Connection": "close"}),
    "of the session": lambda c, h: with_headers(c, X_One="1", Accept="a/b").get("/echo"),
    "session and call": lambda c, h: with_headers(c, X_One="1", X_Two="2").get(
        "/echo", headers={"x-one": "3", "X-Two": None, "X-Three": "3"}
    ),
    "session without": lambda c, h: after(
        c, lambda: c.headers.pop("accept"), lambda: c.get("/echo")
    ),
    "of the session, all": lambda c, h: after(
        c,
        lambda: setattr(c, "headers", dict(c.headers) | {"X-One": "1", "Accept": "a/b"}),
        lambda: c.get("/echo"),
    ),
    "session none": lambda c, h: with_headers(c, Accept=None).get("/echo"),
    "content type of json": lambda c, h: c.post(
        "/echo", json={}, headers={"content-type": "application/vnd.api+json"}
    ),
    "content type of a form": lambda c, h: c.post(
        "/echo", data={"a": 1}, headers={"Content-Type": "text/plain"}
    ),
    "content type of text": lambda c, h: c.post(
        "/echo", data="<a/>", headers={"Content-Type": "text/xml"}
    ),
    "session content type": lambda c, h: with_headers(c, Content_Type="a/b").post(
        "/echo", json={"a": 1}
    ),
    "content type none": lambda c, h: c.post("/echo", json={}, headers={"Content-Type": None}),
    "content length": lambda c, h: c.post("/echo", data=b"abc", headers={"Content-Length": "99"}),
    "line break in a value": lambda c, h: c.get("/echo", headers={"X-One": "a\r\nX-Two: b"}),
    "line break in a name": lambda c, h: c.get("/echo", headers={"X-One: a\r\nX-Two": "b"}),
    "number": lambda c, h: c.get("/echo", headers={"X-One": 1}),
    "leading space": lambda c, h: c.get("/echo", headers={"X-One": " a"}),
}

AUTH: dict[str, Case] = {
    "good": lambda c, h: c.get("/basic-auth/user/pass", auth=("user", "pass")),
    "bad": lambda c, h: c.get("/basic-auth/user/pass", auth=("user", "wrong")),
    "none": lambda c, h: c.get("/basic-auth/user/pass"),
    "latin-1": lambda c, h: c.get("/echo", auth=("ü", "ß")),
    "object": lambda c, h: c.get("/basic-auth/user/pass", auth=HTTPBasicAuth("user", "pass")),
    "bytes": lambda c, h: c.get("/echo", auth=(b"u", b"\xe2\x82\xac")),
    "of the session": lambda c, h: with_auth(c, ("user", "pass")).get("/basic-auth/user/pass"),
    "session and call": lambda c, h: with_auth(c, ("a", "b")).get("/echo", auth=("c", "d")),
    "session and empty": lambda c, h: with_auth(c, ("a", "b")).get("/echo", auth=()),
    "in the URL": lambda c, h: c.get(h.replace("://", "://us%40er:pa:ss@") + "/echo"),
    "in the URL and call": lambda c, h: c.get(
        h.replace("://", "://user:pass@") + "/echo", auth=("c", "d")
    ),
    "over a header": lambda c, h: c.get(
        "/echo", auth=("c", "d"), headers={"Authorization": "Bearer token"}
    ),
    "over a session header": lambda c, h: with_headers(c, Authorization="Bearer token").get(
        "/echo", auth=("c", "d")
    ),
    "header only": lambda c, h: c.get("/echo", headers={"Authorization": "Bearer token"}),
    "with a form": lambda c, h: c.post("/echo", data={"a": 1}, auth=("c", "d")),
    "one word": lambda c, h: c.get("/echo", auth="user:pass"),
}

COOKIES: dict[str, Case] = {
    "set by the server": lambda c, h: after(
        c, lambda: c.get("/cookies/set?a=1&b=x%20y"), lambda: c.get("/echo")
    ),
    "set and followed": lambda c, h: c.get("/cookies/set?a=1&b=2"),
    "deleted by the server": lambda c, h: after(
        c,
        lambda: c.get("/cookies/set?a=1&b=2"),
        lambda: c.get("/cookies/delete?a"),
        lambda: c.get("/echo"),
    ),
    "of a response": lambda c, h: c.get("/cookies/set?a=1&b=2", allow_redirects=False),
    "of a path": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/echo"),
        c.get("/echo"),
        c.get("/echo/below"),
        c.get("/echoes"),
        c.get("/cookies"),
    ],
    "longest path first": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/"),
        c.get("/set-header?Set-Cookie=b=2;%20Path=/echo/x"),
        c.get("/set-header?Set-Cookie=c=3;%20Path=/echo"),
        c.get("/echo/x/y"),
    ],
    "of a domain": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Domain=127.0.0.1"),
        c.get("/set-header?Set-Cookie=b=1;%20Domain=other.example"),
        c.get("/echo"),
    ],
    "of a host": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/"),
        c.get(elsewhere(h) + "/echo"),
        c.get("/echo"),
    ],
    "secure": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/;%20Secure"),
        c.get("/echo"),
    ],
    "expiry": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/;%20Max-Age=60"),
        c.get("/set-header?Set-Cookie=b=1;%20Path=/;%20Max-Age=0"),
        c.get(
            "/set-header?Set-Cookie=c=1;%20Path=/;%20Expires=Wed,%2009%20Jun%202999%2010:18:14%20GMT"
        ),
        c.get(
            "/set-header?Set-Cookie=d=1;%20Path=/;%20Expires=Wed,%2009%20Jun%202021%2010:18:14%20GMT"
        ),
        c.get("/echo"),
    ],
    "odd values": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=b=c;%20Path=/"),
        c.get("/set-header?Set-Cookie=q=%22quoted%22;%20Path=/"),
        c.get("/set-header?Set-Cookie=e=;%20Path=/"),
        c.get("/echo"),
    ],
    "without a value": lambda c, h: [c.get("/set-header?Set-Cookie=flag"), c.get("/echo")],
    "default path": lambda c, h: [
        c.get("/redirect-to?url=/set-header?Set-Cookie=a=1"),
        c.get("/set-header"),
        c.get("/echo"),
    ],
    "two in one response": lambda c, h: [
        c.get("/set-header?Set-Cookie=a=1;%20Path=/&Set-Cookie=b=2;%20Path=/"),
        c.get("/echo"),
    ],
    "of the session": lambda c, h: with_cookies(c, a="1", b="2").get("/echo"),
    "of the session elsewhere": lambda c, h: with_cookies(c, a="1").get(elsewhere(h) + "/echo"),
    "of the call": lambda c, h: [c.get("/echo", cookies={"a": "1", "b": "2"}), c.get("/echo")],
    "jar of the call": lambda c, h: c.get("/echo", cookies=jar(a="1")),
    "jar of the session": lambda c, h: after(
        c,
        lambda: setattr(c, "cookies", jar(a="1")),
        lambda: c.get("/cookies/set?b=2"),
        lambda: c.get("/echo"),
    ),
    "session and call": lambda c, h: with_cookies(c, a="1", b="2").get("/echo", cookies={"a": "3"}),
    "server and call": lambda c, h: after(
        c, lambda: c.get("/cookies/set?a=1"), lambda: c.get("/echo", cookies={"a": "2"})
    ),
    "of the call in a redirect": lambda c, h: c.get("/redirect-to?url=/echo", cookies={"a": "1"}),
    "of the call in a redirect that sets": lambda c, h: c.get(
        "/cookies/set?b=2", cookies={"a": "1"}
    ),
    "header": lambda c, h: c.get("/echo", headers={"Cookie": "own=1"}),
    "header and session": lambda c, h: with_cookies(c, a="1").get(
        "/echo", headers={"Cookie": "own=1"}
    ),
    "header and call": lambda c, h: c.get("/echo", headers={"Cookie": "o=1"}, cookies={"a": "1"}),
    "header in a redirect": lambda c, h: c.get(
        "/redirect-to?url=/echo", headers={"Cookie": "own=1"}
    ),
    "session header": lambda c, h: with_headers(c, Cookie="own=1").get("/echo"),
    "removed by the script": lambda c, h: after(
        c,
        lambda: c.get("/cookies/set?a=1&b=2"),
        lambda: c.cookies.pop("a"),
        lambda: c.get("/echo"),
    ),
    "cleared by the script": lambda c, h: after(
        c, lambda: c.get("/cookies/set?a=1"), c.cookies.clear, lambda: c.get("/echo")
    ),
    "set by the script for a path": lambda c, h: after(
        c,
        lambda: c.cookies.set("a", "1", domain="127.0.0.1", path="/echo"),
        lambda: c.cookies.set("b", "2", domain="127.0.0.1", path="/other"),
        lambda: c.cookies.set("c", "3", domain="other.example"),
        lambda: c.get("/echo"),
    ),
    "unicode": lambda c, h: c.get("/echo", cookies={"a": "ä"}),
    "with a semicolon": lambda c, h: c.get("/echo", cookies={"a": "1; b=2"}),
    "with a line break": lambda c, h: c.get("/echo", cookies={"a": "1\r\nX: y"}),
    "none": lambda c, h: c.get("/echo", cookies={"a": None, "b": "2"}),
    "login": lambda c, h: [
        c.get("/account"),
        c.post("/login", data={"user": "gänse", "password": "secret"}),
        c.get("/account"),
        c.get("/logout", allow_redirects=False),
        c.get("/account"),
    ],
}


def _redirects() -> dict[str, Case]:
    """Each method through each status, with what it usually carries."""
    carried: dict[str, dict[str, Any]] = {
        "GET": {},
        "HEAD": {"allow_redirects": True},
        "POST": {"data": {"a": 1}},
        "PUT": {"json": {"a": 1}},
        "PATCH": {"data": b"patch"},
        "DELETE": {},
        "OPTIONS": {},
    }

    def case(status: int, method: str, given: dict[str, Any]) -> Case:
        url = f"/redirect-to?url=/echo?b=c&status={status}"
        return lambda c, h: c.request(
            method, url, headers={"X-Kept": "1"}, auth=("user", "pass"), **given
        )

    return {
        f"{status} {method}": case(status, method, given)
        for status in (301, 302, 303, 307, 308)
        for method, given in carried.items()
    }


REDIRECTS: dict[str, Case] = {
    **_redirects(),
    "not followed": lambda c, h: c.get("/redirect/2", allow_redirects=False),
    "head by request": lambda c, h: c.request("HEAD", "/redirect/2"),
    "head is not followed": lambda c, h: c.head("/redirect/2"),
    "three hops": lambda c, h: c.get("/redirect/3"),
    "thirty hops": lambda c, h: c.get("/redirect/30"),
    "thirty-one hops": lambda c, h: c.get("/redirect/31"),
    "post through three hops": lambda c, h: c.post("/redirect/3?status=307", data=b"x"),
    "300": lambda c, h: c.get("/redirect-to?url=/echo&status=300"),
    "304": lambda c, h: c.get("/redirect-to?url=/echo&status=304"),
    "305": lambda c, h: c.get("/redirect-to?url=/echo&status=305"),
    "without location": lambda c, h: c.get("/status/302"),
    "to another host": lambda c, h: c.get(
        f"/redirect-to?url={elsewhere(h)}/echo", auth=("u", "p"), headers={"X-Kept": "1"}
    ),
    "to another host with a token": lambda c, h: c.get(
        f"/redirect-to?url={elsewhere(h)}/echo", headers={"Authorization": "Bearer t"}
    ),
    "to another host with a session token": lambda c, h: with_headers(
        c, Authorization="Bearer t"
    ).get(f"/redirect-to?url={elsewhere(h)}/echo"),
    "to another host and back": lambda c, h: c.get(
        f"/redirect-to?url={elsewhere(h)}/redirect-to?url={h}/echo", auth=("u", "p")
    ),
    "to another host with cookies": lambda c, h: after(
        c,
        lambda: c.get("/cookies/set?a=1"),
        lambda: c.get(f"/redirect-to?url={elsewhere(h)}/echo", cookies={"b": "2"}),
    ),
    "post kept to another host": lambda c, h: c.post(
        f"/redirect-to?url={elsewhere(h)}/echo&status=307", data={"a": 1}
    ),
    "to an absolute URL": lambda c, h: c.get(f"/redirect-to?url={h}/echo"),
    "to the same scheme": lambda c, h: c.get(
        "/redirect-to?url=//" + h.partition("://")[2] + "/echo"
    ),
    "to a relative path": lambda c, h: c.get("/redirect-to?url=echo/x"),
    "to a parent": lambda c, h: c.get("/redirect-to?url=../echo/a/../b"),
    "to a query": lambda c, h: c.get("/redirect-to?url=?url=/echo"),
    "to spaces and unicode": lambda c, h: c.get("/redirect-to?url=/echo/a%20b/%C3%A4?c=%C3%B6"),
    "to escapes": lambda c, h: c.get("/redirect-to?url=/echo/a%2520b%253Fc"),
    "to a fragment": lambda c, h: c.get("/redirect-to?url=/echo%23part"),
    "from a fragment": lambda c, h: c.get("/redirect-to?url=/echo#part"),
    "to an empty path": lambda c, h: c.get(f"/redirect-to?url={h}"),
    "to no http": lambda c, h: c.get("/redirect-to?url=ftp://127.0.0.1/"),
    "with files": lambda c, h: c.post(
        "/redirect-to?url=/echo&status=307", files={"f": b"x"}, data={"a": "1"}
    ),
    "with a file body": lambda c, h: c.post(
        "/redirect-to?url=/echo&status=307", data=io.BytesIO(b"again")
    ),
    "post nothing, kept": lambda c, h: c.post("/redirect-to?url=/echo&status=307"),
    "with params": lambda c, h: c.get("/redirect-to", params={"url": "/echo?x=y", "status": 302}),
}


def _status(status: int) -> Case:
    return lambda c, h: c.get(f"/status/{status}")


RESPONSES: dict[str, Case] = {
    **{
        f"status {status}": _status(status)
        for status in (
            200,
            201,
            202,
            204,
            206,
            304,
            399,
            400,
            401,
            404,
            418,
            429,
            500,
            503,
            599,
            999,
        )
    },
    "utf-8": lambda c, h: c.get("/utf8"),
    "latin-1": lambda c, h: c.get("/latin1"),
    "gzip": lambda c, h: c.get("/gzip/5000"),
    "deflate": lambda c, h: c.get("/deflate/5000"),
    "raw deflate": lambda c, h: c.get("/deflate-raw/5000"),
    "chunked": lambda c, h: c.get("/chunked/5/1000"),
    "no chunks": lambda c, h: c.get("/chunked/0/10"),
    "until close": lambda c, h: [c.get("/close-delimited/1000"), c.get("/echo")],
    "close": lambda c, h: [c.get("/close"), c.get("/echo")],
    "empty": lambda c, h: c.get("/empty"),
    "no bytes": lambda c, h: c.get("/bytes/0"),
    "a megabyte": lambda c, h: c.get("/bytes/1000000"),
    "json": lambda c, h: c.get("/json/1000"),
    "head": lambda c, h: c.head("/json/1000"),
    "head of gzip": lambda c, h: c.head("/gzip/1000"),
    "head of chunked": lambda c, h: c.head("/chunked/5/10"),
    "head of an error": lambda c, h: c.head("/status/404"),
    "options": lambda c, h: c.options("/"),
    "repeated header": lambda c, h: c.get("/set-header?X-One=1&x-one=2&X-Two=3"),
    "empty header": lambda c, h: c.get("/set-header?X-One="),
    "header in utf-8": lambda c, h: c.get("/set-header?X-One=%C3%A4"),
    "header in latin-1": lambda c, h: c.get("/set-header?X-One=%E4"),
    "text by default": lambda c, h: c.get("/"),
}


def _cases() -> dict[str, Case]:
    groups = {
        "params": PARAMS,
        "url": URLS,
        "body": BODIES,
        "files": FILES,
        "headers": HEADERS,
        "auth": AUTH,
        "cookies": COOKIES,
        "redirect": REDIRECTS,
        "response": RESPONSES,
    }
    return {
        f"{group}: {name}": case for group, cases in groups.items() for name, case in cases.items()
    }


CASES = _cases()


def _answer(body: bytes, *fields: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    head = "".join(
        f"{line}\r\n"
        for line in (status, "Connection: close", *fields, f"Content-Length: {len(body)}")
    )
    return head.encode("latin-1") + b"\r\n" + body


def _typed(content_type: str, body: bytes) -> bytes:
    return _answer(body, f"Content-Type: {content_type}")


TEXT = "Grüß € 日本".encode()
ANSWERS: dict[str, bytes] = {
    "no type": _answer(TEXT),
    "no type, ascii": _answer(b"plain"),
    "text": _typed("text/plain", TEXT),
    "text in capitals": _typed("TEXT/HTML", TEXT),
    "html": _typed("text/html; Charset=UTF-8", TEXT),
    "quoted charset": _typed('text/html; a=b; charset="utf-8"; c=d', TEXT),
    "spaced charset": _typed("text/html;charset = utf-8", TEXT),
    "latin-15": _typed("text/plain; charset=iso-8859-15", b"\xa4"),
    "utf-16": _typed("text/plain; charset=utf-16", "Grüß".encode("utf-16")),
    "unknown charset": _typed("text/plain; charset=klingon", TEXT),
    "no text charset": _typed("text/plain; charset=hex", b"6162"),
    "wrong utf-8": _typed("text/plain; charset=utf-8", b"a\xff\xe4b"),
    "octets": _typed("application/octet-stream", b"\x00\x01\xff"),
    "xml": _typed("application/xml", b"<a/>"),
    "json": _typed("application/json", '{"ä": "€"}'.encode()),
    "json with charset": _typed(
        "application/json; charset=latin-1", '{"a": "ä"}'.encode("latin-1")
    ),
    "json of a kind": _typed("application/problem+json", '{"a": "ä€"}'.encode()),
    "json as text": _typed("text/plain", b'{"a": "b"}'),
    "json in utf-16": _typed("application/json", '{"a": "ä"}'.encode("utf-16")),
    "json in utf-16 without a type": _answer('{"a": "ä"}'.encode("utf-16")),
    "json with a mark": _answer(b"\xef\xbb\xbf" + b'{"a": "b"}'),
    "json that is none": _typed("application/json", b"{'a'}"),
    "json that is empty": _typed("application/json", b""),
    "no reason": _answer(b"x", status="HTTP/1.1 200"),
    "long reason": _answer(b"x", status="HTTP/1.1 404 Not here,  sorry "),
    "latin-1 reason": _answer(b"x", status="HTTP/1.1 500 Größe"),
    "utf-8 reason": _answer(b"x", status="HTTP/1.1 500 " + "Größe".encode().decode("latin-1")),
    "http/1.0": _answer(b"x", status="HTTP/1.0 200 OK"),
    "spaces round values": _answer(b"x", "A:1", "B:  2  ", "C:\t3\t"),
    "folded": _answer(b"x", "A: 1\r\n 2"),
    "100 first": b"HTTP/1.1 100 Continue\r\n\r\n" + _answer(b"x"),
    "cookies": _answer(
        b"x", "Set-Cookie: a=1", "Set-Cookie: b=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "A: b"
    ),
    "location without redirect": _answer(b"x", "Location: /elsewhere"),
    "created with location": _answer(b"x", "Location: /elsewhere", status="HTTP/1.1 201 Created"),
    "unknown coding": _answer(b"x", "Content-Encoding: klingon"),
    "identity coding": _answer(b"x", "Content-Encoding: identity"),
    "empty gzip": _answer(b"", "Content-Encoding: gzip"),
    "gzip in capitals": _answer(gzip.compress(TEXT), "Content-Encoding: GZIP"),
    "x-gzip": _answer(gzip.compress(TEXT), "Content-Encoding: x-gzip"),
    "gzip in two parts": _answer(
        gzip.compress(b"one ") + gzip.compress(b"two"), "Content-Encoding: gzip"
    ),
    "gzip with more behind it": _answer(gzip.compress(b"one") + b"more", "Content-Encoding: gzip"),
    "two codings": _answer(gzip.compress(zlib.compress(b"x")), "Content-Encoding: deflate, gzip"),
    "damaged gzip": _answer(b"no gzip", "Content-Encoding: gzip"),
    "cut gzip": _answer(gzip.compress(TEXT)[:-12], "Content-Encoding: gzip"),
    "chunks with extension and trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4;a=b\r\nabcd\r\n0\r\nTrailer: x\r\n\r\n",
    "chunks in capitals": b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n"
    b"0A\r\n0123456789\r\n00\r\n\r\n",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "chunks cut short": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab",
    "nothing": b"",
    "no http": b"220 mail.example ESMTP\r\n\r\n",
    "until close": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end",
    "until close, empty": b"HTTP/1.1 200 OK\r\n\r\n",
    "redirect with a body": _answer(b"moved", "Location: /0", status="HTTP/1.1 302 Found"),
    "redirect in utf-8": _answer(
        b"", "Location: /0?" + "ä".encode().decode("latin-1"), status="HTTP/1.1 302 Found"
    ),
    "redirect to nowhere": _answer(b"", "Location: http://", status="HTTP/1.1 302 Found"),
    "redirect to nothing": _answer(b"x", "Location: ", status="HTTP/1.1 302 Found"),
    "cookie in utf-8": _answer(b"", "Set-Cookie: a=" + "ä".encode().decode("latin-1")),
    "cookies in a redirect": _answer(
        b"", "Location: /0", "Set-Cookie: a=1", status="HTTP/1.1 302 Found"
    ),
    "204 with a length": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
}
