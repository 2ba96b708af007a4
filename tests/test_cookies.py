"""A client's cookies beside the jar of ``requests``, and those that a response set."""

from __future__ import annotations

from typing import Any

import pytest
import requests.cookies
from requests.cookies import RequestsCookieJar

from goose._cookies import CookieConflict, Cookies, encode, response_cookies


class Jar:
    """What the client in C does, in Python."""

    def __init__(self) -> None:
        self.cookies: list[tuple[str, str, str, str]] = []

    def cookie_list(self) -> list[tuple[str, str, str, str]]:
        return list(self.cookies)

    def cookie_set(self, name: str, value: str, domain: str, path: str) -> None:
        for place, (old, _, at, under) in enumerate(self.cookies):
            if (old, at, under) == (name, domain, path):
                self.cookies[place] = (name, value, domain, path)
                return
        self.cookies.append((name, value, domain, path))

    def cookie_remove(self, name: str, domain: str, path: str) -> int:
        before = len(self.cookies)
        self.cookies = [
            cookie
            for cookie in self.cookies
            if (name and cookie[0] != name)
            or (domain and cookie[2] != domain)
            or (path and cookie[3] != path)
        ]
        return before - len(self.cookies)


def both() -> tuple[Cookies, RequestsCookieJar]:
    return Cookies(Jar()), RequestsCookieJar()


def filled(cookies: Any) -> Any:
    cookies.set("a", "1")
    cookies.set("b", "2", domain="one.example", path="/")
    cookies.set("b", "3", domain="two.example", path="/sub")
    cookies["c"] = "4"
    return cookies


@pytest.mark.parametrize("cookies", both(), ids=["ours", "requests"])
def test_reading(cookies: Any) -> None:
    filled(cookies)
    assert len(cookies) == 4
    assert cookies["a"] == "1"
    assert cookies.get("a") == "1"
    assert cookies.get("none") is None
    assert cookies.get("none", "default") == "default"
    assert cookies.get("b", domain="two.example") == "3"
    assert cookies.get("b", path="/") == "2"
    assert cookies.get("b", "x", domain="two.example", path="/") == "x"
    assert sorted(cookies.keys()) == ["a", "b", "b", "c"]
    assert sorted(cookies.values()) == ["1", "2", "3", "4"]
    assert sorted(cookies.items()) == [("a", "1"), ("b", "2"), ("b", "3"), ("c", "4")]
    assert cookies.get_dict() == {"a": "1", "b": "3", "c": "4"}
    assert cookies.get_dict(domain="one.example") == {"b": "2"}
    assert cookies.get_dict(path="/sub") == {"b": "3"}
    assert all(name in cookies for name in "abc")
    assert "none" not in cookies
    with pytest.raises(KeyError):
        cookies["none"]
    with pytest.raises(RuntimeError, match=r"cookies.*'b'"):
        cookies["b"]
    with pytest.raises(RuntimeError, match=r"cookies.*'b'"):
        cookies.get("b")


@pytest.mark.parametrize("cookies", both(), ids=["ours", "requests"])
def test_writing(cookies: Any) -> None:
    filled(cookies)
    cookies["a"] = "5"
    cookies.update({"d": "6", "e": "7"})
    del cookies["c"]
    del cookies["missing"]
    assert cookies.pop("d") == "6"
    assert cookies.pop("d", "gone") == "gone"
    cookies["e"] = None
    cookies.set("b", None, domain="one.example")
    assert sorted(cookies.items()) == [("a", "5"), ("b", "3")]
    create_cookie: Any = requests.cookies.create_cookie
    cookies.set_cookie(create_cookie("f", "8", domain="one.example"))
    assert cookies.get("f", domain="one.example") == "8"
    cookies.clear()
    assert len(cookies) == 0
    assert not cookies


@pytest.mark.parametrize("cookies", both(), ids=["ours", "requests"])
def test_clearing(cookies: Any) -> None:
    filled(cookies)
    with pytest.raises(ValueError, match=r"domain"):
        cookies.clear(name="b")
    with pytest.raises(ValueError, match="domain"):
        cookies.clear(path="/")
    with pytest.raises(KeyError):
        cookies.clear("three.example")
    with pytest.raises(KeyError):
        cookies.clear("one.example", "/", "none")
    cookies.clear("one.example", "/", "b")
    assert cookies["b"] == "3"
    cookies.clear("two.example", "/sub")
    assert sorted(cookies.keys()) == ["a", "c"]


def test_jars_are_taken_over() -> None:
    jar = RequestsCookieJar()
    jar.set("a", "1", domain=".one.example", path="/sub")
    jar.set("b", "2", domain="localhost.local")
    cookies = Cookies(Jar())
    cookies.update(jar)
    assert cookies._jar.cookie_list() == [
        ("a", "1", "one.example", "/sub"),
        ("b", "2", "localhost", "/"),
    ]
    other = Cookies(Jar())
    other.update(cookies, c="3")
    other.update([("d", "4")])
    assert other._jar.cookie_list() == [
        *cookies._jar.cookie_list(),
        ("c", "3", "", "/"),
        ("d", "4", "", "/"),
    ]
    assert other.get("a", domain=".one.example") == "1"


def test_iteration_gives_names_and_repr_a_dict() -> None:
    cookies = Cookies(Jar())
    cookies.update({"a": "1", "b": "2"})
    assert list(cookies) == ["a", "b"]
    assert dict(cookies) == {"a": "1", "b": "2"}
    assert cookies == {"a": "1", "b": "2"}
    assert repr(cookies) == "Cookies({'a': '1', 'b': '2'})"


def test_a_conflict_says_what_to_do() -> None:
    cookies = filled(Cookies(Jar()))
    with pytest.raises(CookieConflict, match=r"2 cookies 'b'; say which with get"):
        cookies["b"]


BAD: list[tuple[Any, Any, type[Exception], str]] = [
    ("a", "b;c", ValueError, "cookie 'a': the value has a control character or ';'"),
    ("a", "b\r\nX: y", ValueError, "cookie 'a': the value has a control character"),
    ("a", "\x7f", ValueError, "cookie 'a': the value has a control character"),
    ("", "b", ValueError, "cookie '': a name is not empty"),
    ("a=b", "c", ValueError, "cookie 'a=b': a name"),
    ("a b", "c", ValueError, "cookie 'a b': a name"),
    ("a;", "c", ValueError, "cookie 'a;': a name"),
    ("a\n", "c", ValueError, r"cookie 'a\\n': a name"),
    ("a", 5, TypeError, "cookie 'a': name and value must be str, not str and int"),
    (5, "a", TypeError, "cookie 5: name and value must be str, not int and str"),
]


@pytest.mark.parametrize(("name", "value", "error", "text"), BAD)
def test_what_no_cookie_may_hold(name: Any, value: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Cookies(Jar())[name] = value
    with pytest.raises(error, match=text):
        encode({name: value})


@pytest.mark.parametrize(
    ("cookies", "text"),
    [
        ({}, ""),
        ({"a": "1"}, "a=1"),
        ({"a": "1", "b": ""}, "a=1; b="),
        ({"a": "with space", "b": '"quoted"', "c": "x=y,z"}, 'a=with space; b="quoted"; c=x=y,z'),
        ([("a", "1"), ["a", "2"]], "a=1; a=2"),
        ({"a": None, "b": "2"}, "b=2"),
        ({"ä": "€"}, "ä=€"),
    ],
)
def test_encoding(cookies: Any, text: str) -> None:
    assert encode(cookies) == text


def test_encoding_jars() -> None:
    jar = RequestsCookieJar()
    jar.set("a", "1")
    jar.set("b", "2", domain="one.example")
    assert encode(jar) == "a=1; b=2"
    assert encode(filled(Cookies(Jar()))) == "a=1; b=2; b=3; c=4"


@pytest.mark.parametrize("cookies", ["a=b", b"a=b", 5, None, ["ab"], [1]])
def test_other_things_are_no_cookies(cookies: Any) -> None:
    with pytest.raises(TypeError, match=r"^a? ?cookies? is "):
        encode(cookies)
    with pytest.raises(TypeError, match=r"^a? ?cookies? is "):
        Cookies(Jar()).update(cookies)


LATER = "Expires=Wed, 09 Jun 2999 10:18:14 GMT"
BEFORE = "Expires=Wed, 09 Jun 2021 10:18:14 GMT"


@pytest.mark.parametrize(
    ("values", "cookies"),
    [
        ([], {}),
        (["a=1"], {"a": "1"}),
        (["a=1; Path=/x; HttpOnly", "b=2; Secure"], {"a": "1", "b": "2"}),
        (["a=x=y"], {"a": "x=y"}),
        ([" a = 1 "], {"a": "1"}),
        (['a="quoted"'], {"a": '"quoted"'}),
        (["a="], {"a": ""}),
        (["flag", "=x", "", ";"], {}),
        (["a=1", "a=2"], {"a": "2"}),
        (["a=1; Max-Age=0"], {}),
        (["a=1; max-age=-5"], {}),
        (["a=1; Max-Age=60"], {"a": "1"}),
        (["a=1; Max-Age=nonsense"], {"a": "1"}),
        ([f"a=1; {LATER}"], {"a": "1"}),
        ([f"a=1; {BEFORE}"], {}),
        ([f"a=1; {BEFORE}; Max-Age=60"], {"a": "1"}),
        ([f"a=1; Max-Age=0; {LATER}"], {}),
        (["a=1; Expires=nonsense"], {"a": "1"}),
        (["a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT"], {}),
        (["a=1; Expires=Thursday, 01-Jan-70 00:00:01 GMT"], {}),
        (["a=1; Expires=Wed Jun  9 10:18:14 2021"], {}),
        (["a=1; Expires=Wed, 99 Jun 2021 10:18:14 GMT"], {"a": "1"}),
        (["a=1; Expires=Wed, 09 Jun 2021"], {"a": "1"}),
        (["a=1", "a=gone; Max-Age=0"], {}),
        (["a=1; Path=/x", "a=gone; Max-Age=0"], {"a": "1"}),
    ],
)
def test_what_a_response_set(values: list[str], cookies: dict[str, str]) -> None:
    assert response_cookies(values) == cookies


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("", ["a", "b", "c", "d"]),
        ("http://www.one.example/", ["a", "b"]),
        ("http://ONE.example:80", ["a", "b"]),
        ("http://user:x@one.example?q", ["a", "b"]),
        ("http://someone.example/", ["a"]),
        ("http://127.0.0.1:8/one.example", ["a", "c"]),
        ("http://7.127.0.0.1/", ["a"]),
        ("http://[::1]:8/", ["a", "d"]),
    ],
)
def test_cookies_for_another_domain_are_left_out(url: str, names: list[str]) -> None:
    values = ["a=1", "b=2; Domain=.one.example", "c=3; Domain=127.0.0.1", "d=4; Domain=::1"]
    assert list(response_cookies(values, url)) == names


def test_a_response_names_domain_and_path() -> None:
    cookies = response_cookies(
        ["a=1; Domain=.One.Example; Path=/x", "a=2; Path=relative", "b=3; domain=two.example"]
    )
    assert cookies.get("a", domain="one.example") == "1"
    assert cookies.get("a", path="/") == "2"
    assert cookies.get("b", domain="two.example", path="/") == "3"
    assert cookies.get_dict(path="/x") == {"a": "1"}
    assert len(cookies) == 3
    assert repr(response_cookies(["a=1"])) == "ResponseCookies({'a': '1'})"
    with pytest.raises(CookieConflict):
        cookies["a"]
    with pytest.raises(TypeError):
        cookies["a"] = "1"  # type: ignore[index]
