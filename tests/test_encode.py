"""The client's encoding, call by call beside ``requests.Request(...).prepare()``."""

from __future__ import annotations

import enum
import io
import re
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth, HTTPProxyAuth

from goose._encode import prepare, split_userinfo

HOST = "http://host.example"


class Colour(str, enum.Enum):
    RED = "red"


def ours(url: str = "/", **given: Any) -> tuple[str, bytes | None, str | None, str | None]:
    given = {"params": None, "data": None, "json": None, "files": None, "auth": None} | given
    return prepare(url, **given)


def theirs(url: str = "/", method: str = "POST", **given: Any) -> requests.PreparedRequest:
    absolute = url if "://" in url else HOST + url
    return requests.Request(method, absolute, **given).prepare()


PARAMS: list[object] = [
    None,
    {},
    [],
    "",
    b"",
    {"a": "1"},
    {"a": 1, "b": 2.5, "c": True, "d": None},
    {"a": ["1", 2, None, b"3"]},
    {"a": ("x", "y"), "b": []},
    {"a": {"x": 1, "y": 2}},
    {"a": range(3)},
    {"a": [(1, 2), [3]]},
    {"a b": "c d", "e&f": "g=h", "plus": "1+1", "slash": "/?#"},
    {"ä": "ö €", "emoji": "\U0001f600"},
    {b"k": b"v \xff"},
    {1: 2, None: "x", 2.5: 1},
    {"empty": "", "none": None, "zero": 0},
    {Colour.RED: Colour.RED},
    {"tilde": "~", "safe": "-._~", "quote": "'\"<>"},
    OrderedDict([("z", 1), ("a", 2)]),
    [("a", 1), ("a", 2), ("b", None)],
    [["a", "1"], ("b", ["2", "3"])],
    (("a", 1), ("b", 2)),
    "a=1&b=2",
    b"a=1&b=2",
    "a b=c d",
    "ä=€",
    "a=%7Eb&c=%2F%2f",
    "a=%zz",
    "a=100%",
    "a=%4",
    "a=%é1",
    "a=%%41",
    'raw={}|^`"<>\\',
    "list[]=1&list[]=2",
    "flag",
    "a=b#fragment",
]
URLS = ["/path", "/path?x=1", "/path?", "/path?x=1&", "/path#end", "/path?x=1#end"]


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("params", PARAMS)
def test_params(url: str, params: object) -> None:
    assert HOST + ours(url, params=params)[0] == theirs(url, method="GET", params=params).url


def test_params_from_an_iterator() -> None:
    assert ours(params={"a": iter("pq")})[0] == "/?a=p&a=q"
    assert ours(params=(pair for pair in [("a", 1)]))[0] == "/?a=1"


def test_what_the_url_already_has_is_not_escaped_again() -> None:
    assert ours("/?a=%20", params="b=%zz")[0] == "/?a=%20&b=%25zz"
    assert theirs("/?a=%20", params="b=%zz").url == HOST + "/?a=%2520&b=%25zz"


PATHS = [
    "",
    "/",
    "/a b?c=d e",
    "/ä/€?ö=ü#ß",
    "/%C3%A4?%c3%a4=%2f",
    "/%7Ea%2Db?c=%61%41%5f%7e%30%39%5A%7A%60%5B",
    "/100%",
    "/100%?a=%20",
    "/%20?a=5%",
    "/%zz%c3?b",
    '/{a}|b^c`d"<e>\\f?g={h}|^`"<>\\',
    "/[a]?b[]=1#[c]",
    "/a;b,c=d:e@f!g$h&i'(j)*+k?l;m,n?o/p:q@r",
    "/a/../b/./c",
    "/../../a",
    "/a/..",
    "/a/.",
    "/a/b/../",
    "/.a/..b/...",
    "/a/%2e%2e/b",
    "//a///b/../c",
    "/?",
    "/?#",
    "/#",
    "/#a#b",
    "/a\r\nX: 1\0\x7f",
    "?a=b",
    "#part",
]


@pytest.mark.parametrize("path", PATHS)
def test_urls(path: str) -> None:
    assert ours(HOST + path)[0] == theirs(HOST + path).url
    if path.startswith("/"):
        assert HOST + ours(path)[0] == theirs(path).url


@pytest.mark.parametrize(
    "url",
    [
        "  http://h.example/a",
        "HTTP://H.Example/A",
        "https://h.example:8443/",
        "http://us er:p%3aw@h.example/",
        "http://bücher.example/ä",
        "http://bücher.example:81/",
        "http://[::1]:80/a",
        "http://a@b@h.example/",
    ],
)
def test_absolute_urls(url: str) -> None:
    assert ours(url)[0] == theirs(url).url


@pytest.mark.parametrize("url", ["a b", "a/../b", "?a b", "", "/a"])
def test_urls_below_a_host_stay_so(url: str) -> None:
    assert ours(url)[0] == {"a b": "a%20b", "a/../b": "a/b", "?a b": "?a%20b"}.get(url, url)


def test_a_host_that_no_name_can_be() -> None:
    with pytest.raises(ValueError, match=r"the host name 'ä\.\.x' has an invalid label"):
        ours("http://ä..x/")


def test_params_on_an_absolute_url() -> None:
    assert ours("https://h.example/x?y=1", params={"z": 2})[0] == "https://h.example/x?y=1&z=2"


@pytest.mark.parametrize(
    ("params", "error", "text"),
    [
        (5, TypeError, "params is a mapping or pairs of name and value, not int"),
        (io.BytesIO(b"a=1"), TypeError, "params has pairs of name and value, not b'a=1'"),
        (["ab"], TypeError, "params has pairs of name and value, not 'ab'"),
        ([("a", 1, 2)], TypeError, r"params has pairs .* not \('a', 1, 2\)"),
        ([1], TypeError, "params has pairs of name and value, not 1"),
        (b"\xff", ValueError, "ascii"),
        ({"a": "\ud800"}, ValueError, "surrogate"),
    ],
)
def test_params_refused(params: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ours(params=params)


FORMS: list[object] = [
    {"a": 1, "b": [1, 2, None], "c": None},
    {"user": "ä", "password": "p&=+ €"},
    {"nested": [(1, 2)]},
    {"x": {"y": 1}},
    [("a", 1), ("a", 2)],
    (("a", b"\xff"),),
    {b"k": b"v"},
    {"a": None},
    OrderedDict(b=1, a=2),
]
TEXTS: list[object] = ["text", "ünïcode €", b"bytes \x00\xff", '{"json": "as text"}']


@pytest.mark.parametrize("data", FORMS)
def test_forms(data: object) -> None:
    _, body, content_type, _ = ours(data=data)
    expected = theirs(data=data)
    assert body is not None
    assert body.decode() == expected.body
    assert content_type == expected.headers["Content-Type"]


@pytest.mark.parametrize("data", TEXTS)
def test_text_and_bytes_go_as_they_are(data: object) -> None:
    _, body, content_type, _ = ours(data=data)
    expected = theirs(data=data)
    sent = expected.body.encode() if isinstance(expected.body, str) else expected.body
    assert body == sent
    assert expected.headers["Content-Length"] == str(len(body or b""))
    assert content_type is None
    assert "Content-Type" not in expected.headers


@pytest.mark.parametrize("data", [None, "", b"", {}, [], ()])
def test_nothing_is_no_body(data: object) -> None:
    assert ours(data=data) == ("/", None, None, None)
    assert theirs(data=data).body is None


def pieces() -> Iterator[bytes]:
    yield b"one, "
    yield b"two"


def test_streams_are_read_to_their_end(tmp_path: Path) -> None:
    path = tmp_path / "body.bin"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.seek(4)
        assert ours(data=file)[1:3] == (b"456789", None)
    with path.open(encoding="ascii") as text:
        assert ours(data=text)[1] == b"0123456789"
    assert ours(data=pieces())[1] == b"one, two"
    assert ours(data=(part for part in ["ä", b"b", bytearray(b"c")]))[1] == "äbc".encode()
    assert ours(data=io.BytesIO(b""))[1] == b""
    assert ours(data=bytearray(b"xy"))[1] == b"xy"
    assert ours(data=memoryview(b"xy"))[1] == b"xy"
    assert ours(data=SimpleNamespace(read=lambda: b"only read"))[1] == b"only read"


@pytest.mark.parametrize(
    ("data", "error", "text"),
    [
        (5, TypeError, "data is a mapping, pairs, str, bytes, a file or an iterable .* not int"),
        (object(), TypeError, "data is a mapping"),
        (range(3), TypeError, "data gave int, not bytes or str"),
        ([b"ab"], TypeError, "data has pairs of name and value, not b'ab'"),
        (["abc"], TypeError, "data has pairs of name and value, not 'abc'"),
        ("\ud800", ValueError, "surrogate"),
    ],
)
def test_data_refused(data: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ours(data=data)


JSONS: list[object] = [
    {},
    [],
    "",
    0,
    False,
    "ä €",
    {"a": [1, 2.5, None, True, {"b": "\U0001f600"}]},
    {1: 2, "k": "\u2028"},
    (1, 2),
]


@pytest.mark.parametrize("json", JSONS)
def test_json(json: object) -> None:
    _, body, content_type, _ = ours(json=json)
    expected = theirs(json=json)
    assert body == expected.body
    assert content_type == expected.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("data", [{"a": 1}, "text", b"bytes"])
def test_data_beats_json(data: object) -> None:
    expected = theirs(data=data, json={"b": 2})
    body = ours(data=data, json={"b": 2})[1]
    assert body == (expected.body.encode() if isinstance(expected.body, str) else expected.body)


@pytest.mark.parametrize("data", [{}, "", [], b""])
def test_json_beats_empty_data(data: object) -> None:
    assert ours(data=data, json=[1])[1] == theirs(data=data, json=[1]).body == b"[1]"


@pytest.mark.parametrize(
    ("json", "error"),
    [(float("nan"), ValueError), ({"a": float("inf")}, ValueError), ({"a": object()}, TypeError)],
)
def test_json_refused(json: object, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^json: "):
        ours(json=json)


def multipart(body: object, content_type: object) -> bytes:
    """The body with its random boundary replaced."""
    assert isinstance(body, bytes)
    assert isinstance(content_type, str)
    found = re.fullmatch(r"multipart/form-data; boundary=([0-9a-f]{32})", content_type)
    assert found
    return body.replace(found[1].encode(), b"BOUNDARY")


class Named(io.BytesIO):
    def __init__(self, content: bytes, name: object) -> None:
        super().__init__(content)
        self.name = name


FILES: list[tuple[object, object]] = [
    (None, {"f": b"content"}),
    (None, {"f": "text ä"}),
    (None, {"f": bytearray(b"array")}),
    (None, [("f", b"1"), ("f", b"2")]),
    (None, [["f", ["list.txt", b"1"]]]),
    (None, {"f": ("name.txt", b"content")}),
    (None, {"f": ("name.txt", "text", "text/plain")}),
    (None, {"f": ("name.txt", b"c", "text/plain", {"X-Part": "1", "Expires": "0"})}),
    (None, {"f": ("name.txt", b"c", None, {"Content-Type": "dropped", "X-None": None})}),
    (None, {"f": ("ü €.txt", b"c")}),
    (None, {"f": ('a"b\r\n.txt', b"c")}),
    (None, {'n"ame\n': b"c"}),
    (None, {"f": (None, "plain field")}),
    (None, {"f": ("", b"empty name")}),
    (None, {"f": ("n", "")}),
    (None, {"f": ("n", None)}),
    (None, {"f": ("n", 12)}),
    (None, {"f": (b"n\xc3\xa4me", b"c")}),
    ({"a": 1, "b": "ä", "c": b"\xff", "d": None}, {"f": b"1"}),
    ({"a": ["1", 2, None], "n": [(1, 2)]}, {"f": b"1"}),
    ([("a", "1"), (b"b", "2")], {"f": b"1"}),
    ({}, {"f": b"1"}),
]


@pytest.mark.parametrize("number", range(len(FILES)))
def test_files(number: int) -> None:
    data, files = FILES[number]
    _, body, content_type, _ = ours(data=data, files=files)
    expected = theirs(data=data, files=files)
    content_types = (content_type, expected.headers["Content-Type"])
    assert multipart(body, content_types[0]) == multipart(expected.body, content_types[1])


@pytest.mark.parametrize("name", [None, "/tmp/dir/file.txt", "<stdin>", b"b/bytes.bin", 3, ""])
def test_open_files(name: object) -> None:
    def files() -> dict[str, object]:
        return {"f": Named(b"content", name), "g": ("other.bin", Named(b"more", name), "x/y")}

    _, body, content_type, _ = ours(files=files())
    expected = theirs(files=files())
    content_types = (content_type, expected.headers["Content-Type"])
    assert multipart(body, content_types[0]) == multipart(expected.body, content_types[1])


def test_files_beat_json_and_boundaries_differ() -> None:
    first, second = (ours(files={"f": b"1"}, json={"a": 1}) for _ in range(2))
    assert first[2] != second[2]
    assert b'"a"' not in (first[1] or b"")


@pytest.mark.parametrize(
    ("data", "files", "error", "text"),
    [
        ("text", {"f": b""}, ValueError, "data beside files is a mapping or pairs, not str"),
        (b"raw", {"f": b""}, ValueError, "data beside files is a mapping or pairs, not bytes"),
        (pieces(), {"f": b""}, ValueError, "data beside files .* not generator"),
        (None, 5, TypeError, "files is a mapping or pairs of name and value, not int"),
        (None, b"raw", TypeError, "files is a mapping or pairs of name and value, not bytes"),
        (None, {"f": ("only name",)}, ValueError, "'f' is .file name, content.* not 1 things"),
        (None, {"f": (1, 2, 3, 4, 5)}, ValueError, "not 5 things"),
        (None, {"f": object()}, TypeError, "files: 'f' is .* not object"),
        (None, {"f": ("n", b"", "a/b\r\nX: y")}, ValueError, "line break .*'Content-Type'.*'f'"),
        (None, {"f": ("n", b"", "a/b", {"X": "1\n2"})}, ValueError, "line break .* header 'X'"),
    ],
)
def test_files_refused(data: object, files: object, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        ours(data=data, files=files)


AUTHS: list[object] = [
    ("user", "pass"),
    ("user", ""),
    ("", ""),
    ("ü", "ß"),
    ("user", "a:b"),
    (b"\xe2\x82\xac", b"raw"),
    HTTPBasicAuth("user", "pass"),
    (),
    "",
]


@pytest.mark.parametrize("url", ["/", "http://own:secret@host.example/"])
@pytest.mark.parametrize("auth", AUTHS)
def test_auth(auth: object, url: str) -> None:
    expected = theirs(url, auth=auth).headers.get("Authorization")
    assert ours(url, auth=auth)[3] == expected


@pytest.mark.filterwarnings("ignore:Non-string")
def test_auth_of_other_values_is_their_text() -> None:
    assert ours(auth=(1, None))[3] == theirs(auth=(1, None)).headers["Authorization"]


@pytest.mark.parametrize(
    "userinfo",
    ["user:pass@", "user@", "user:@", ":@", ":pass@", "u%40x:p%3Aq%2F@", "a:b@c:d@", "%C3%A9:x@"],
)
def test_auth_in_the_url(userinfo: str) -> None:
    url = f"http://{userinfo}host.example/p@th?a=b:c@d"
    assert ours(url)[3] == theirs(url).headers.get("Authorization")


@pytest.mark.parametrize("url", ["/user:pass@host/", "http://host/user:pass@x", "http://h?u:p@x"])
def test_no_auth_elsewhere_in_the_url(url: str) -> None:
    assert ours(url)[3] is None


@pytest.mark.parametrize(
    ("url", "plain", "pair"),
    [
        ("http://h.example/a@b", "http://h.example/a@b", None),
        ("http://h.example", "http://h.example", None),
        ("https://u:p@h.example:8/x", "https://h.example:8/x", ("u", "p")),
        ("http://u%40v:p%20%C3%A9@h.example", "http://h.example", ("u@v", "p é")),
        ("http://a:b@c:d@h.example", "http://h.example", ("a", "b@c:d")),
        ("http://user@h.example/", "http://h.example/", None),
        ("http://:@h.example/", "http://h.example/", None),
        ("/a:b@c", "/a:b@c", None),
    ],
)
def test_userinfo_is_split_off(url: str, plain: str, pair: tuple[str, str] | None) -> None:
    assert split_userinfo(url) == (plain, pair)


def test_auth_kinds_of_our_own() -> None:
    basic = "Basic dXNlcjpwYXNz"
    assert ours(auth=["user", "pass"])[3] == basic
    assert ours(auth=SimpleNamespace(username="user", password="pass"))[3] == basic


@pytest.mark.parametrize(
    "auth",
    [
        HTTPDigestAuth("user", "pass"),
        HTTPProxyAuth("user", "pass"),
        ("user",),
        ("a", "b", "c"),
        "user:pass",
        len,
        5,
    ],
)
def test_auth_refused(auth: object) -> None:
    with pytest.raises(TypeError, match=r"auth is \(user, password\) or an object with .username"):
        ours(auth=auth)


def test_auth_outside_latin_1() -> None:
    with pytest.raises(ValueError, match="the password has a character outside Latin-1"):
        ours(auth=("user", "€"))
