"""Header fields: the mapping beside that of ``requests``, and what may be sent."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from goose._headers import Headers, merge

PAIRS = [("Accept", "*/*"), ("X-One", "1"), ("accept", "text/html"), ("x-two", "ä")]


def both(pairs: list[tuple[str, str]]) -> tuple[Headers, CaseInsensitiveDict[str]]:
    return Headers(pairs), CaseInsensitiveDict(pairs)


def test_as_the_mapping_of_requests() -> None:
    mine, theirs = both(PAIRS)
    assert list(mine.items()) == list(theirs.items())
    assert list(mine.items()) == [("accept", "text/html"), ("X-One", "1"), ("x-two", "ä")]
    assert repr(mine) == repr(theirs)
    assert len(mine) == len(theirs) == 3
    assert mine == theirs
    assert theirs == mine
    for name in ("ACCEPT", "x-one", "X-Two"):
        assert mine[name] == theirs[name]
        assert name in mine
    assert mine.get("none", "default") == "default"
    assert "none" not in mine
    assert 5 not in mine  # type: ignore[comparison-overlap]


def test_mutation() -> None:
    mine, theirs = both(PAIRS)
    for headers in (mine, theirs):
        headers["X-ONE"] = "2"
        headers.update({"New": "n"}, other="o")
        del headers["ACCEPT"]
        assert headers.setdefault("new", "unused") == "n"
        assert headers.pop("X-Two") == "ä"
        assert headers.pop("X-Two", "gone") == "gone"
        with pytest.raises(KeyError, match="missing"):
            del headers["missing"]
        with pytest.raises(KeyError, match="missing"):
            headers["missing"]
    assert list(mine.items()) == list(theirs.items())


def test_changes_are_told() -> None:
    calls: list[int] = []
    headers = Headers([("A", "1")], lambda: calls.append(1))
    assert not calls
    headers["A"] = "2"
    assert len(calls) == 1
    del headers["a"]
    assert len(calls) == 2
    headers.update({"B": "1", "C": "2"})
    assert len(calls) == 4
    headers.clear()
    assert len(calls) == 6
    with pytest.raises(KeyError):
        del headers["a"]
    assert len(calls) == 6
    headers.replace({"D": "1", "E": "2"})
    assert len(calls) == 7
    assert headers == {"D": "1", "E": "2"}
    headers.replace(headers)
    assert headers == {"D": "1", "E": "2"}


def test_a_copy_is_on_its_own() -> None:
    calls: list[int] = []
    headers = Headers({"A": "1"}, lambda: calls.append(1))
    copy = headers.copy()
    copy["a"] = "2"
    assert headers == {"A": "1"}
    assert copy == {"A": "2"}
    assert not calls


@pytest.mark.parametrize(
    ("other", "equal"),
    [
        ({"a": "1", "B": "2"}, True),
        ({"B": "2", "A": "1"}, True),
        (Headers([("b", "2"), ("a", "1")]), True),
        ({"a": "1"}, False),
        ({"a": "1", "b": "3"}, False),
        ({"a": "1", "b": "2", 3: "4"}, False),
        ([("A", "1"), ("b", "2")], False),
        (None, False),
    ],
)
def test_equality(other: object, equal: bool) -> None:
    assert (Headers({"A": "1", "b": "2"}) == other) is equal


def test_is_not_hashable() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Headers())


def test_repeated_fields_of_a_response_are_joined() -> None:
    headers = Headers.from_pairs(
        [("Via", "a"), ("Set-Cookie", "x=1"), ("set-cookie", "y=2"), ("VIA", ""), ("B", "b")]
    )
    assert list(headers.items()) == [("Via", "a, "), ("Set-Cookie", "x=1, y=2"), ("B", "b")]


def test_rendering() -> None:
    assert Headers().render() == b""
    headers = Headers([("A", "1"), ("B", ""), ("C", "in ner\t "), ("D", "ä"), ("E", "€ä")])
    assert headers.render() == (
        b"A: 1\r\nB: \r\nC: in ner\t \r\nD: \xe4\r\nE: \xe2\x82\xac\xc3\xa4\r\n"
    )


def test_bytes_are_sent_as_they_are() -> None:
    headers: Any = Headers()
    headers[b"A"] = b"\xc3\xa4"
    assert headers["a"] == b"\xc3\xa4"
    assert headers.render() == b"A: \xc3\xa4\r\n"


MERGES: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"A": "1"}, {}),
    ({"A": "1", "B": "2"}, {"b": "3", "C": "4"}),
    ({"A": "1", "B": "2"}, {"a": None}),
    ({"A": "1"}, {"b": None}),
    ({"Accept": "*/*", "X": "1"}, {"accept": "text/html", "x": b"bytes"}),
    ({"A": "1"}, {"A": ""}),
]


@pytest.mark.parametrize(("session", "call"), MERGES)
def test_a_call_overrides_the_session(session: dict[str, str], call: dict[str, Any]) -> None:
    peer = requests.Session()
    peer.headers = CaseInsensitiveDict(session)
    prepared = peer.prepare_request(requests.Request("GET", "http://h.example/", headers=call))
    expected = b"".join(
        f"{name}: ".encode() + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
        for name, value in prepared.headers.items()
    )
    assert merge(Headers(session), call) == expected


def test_authorization_stands_over_both() -> None:
    session = Headers({"authorization": "Bearer a", "B": "1"})
    expected = b"Authorization: Basic x\r\nB: 1\r\n"
    assert merge(session, {}, "Basic x") == expected
    assert merge(session, {"AUTHORIZATION": "Bearer c"}, "Basic x") == expected
    assert merge(Headers(), {}, "Basic x") == b"Authorization: Basic x\r\n"


def test_the_length_is_not_for_scripts_to_say() -> None:
    session = Headers({"Content-length": "5", "A": "1"})
    assert session.render() == b"A: 1\r\n"
    assert merge(session, {"Transfer-Encoding": "chunked", "B": "2"}) == b"A: 1\r\nB: 2\r\n"


def test_none_in_the_session_is_not_sent() -> None:
    headers: Any = Headers({"A": "1", "B": "2"})
    headers["a"] = None
    assert headers.render() == b"B: 2\r\n"
    assert merge(headers, {"C": "3"}) == b"B: 2\r\nC: 3\r\n"


BAD: list[tuple[Any, Any, str]] = [
    ("X", "a\r\nY: b", "header 'X': the value has a carriage return"),
    ("X", "a\nb", "header 'X': the value has a line feed"),
    ("X", "a\0b", "header 'X': the value has a NUL"),
    ("X", b"a\nb", "header 'X': the value has a line feed"),
    ("X", " a", "header 'X': the value begins with white space"),
    ("X", "\n", "header 'X': the value begins with white space"),
    ("X", 5, "header 'X': the value must be str, not int"),
    ("X", 1.5, "header 'X': the value must be str, not float"),
    ("X", ["a"], "header 'X': the value must be str, not list"),
    ("X", "\ud800", "header 'X': the value has a lone surrogate"),
    ("X:Y", "a", "header 'X:Y': the name has a character that no name may have"),
    ("X Y", "a", "header 'X Y': the name has"),
    ("X\r\nY", "a", r"header 'X\\r\\nY': the name has"),
    ("X\n", "a", r"header 'X\\n': the name has"),
    (" X", "a", "header ' X': the name has"),
    ("ä", "a", "header 'ä': the name has"),
    ("", "a", "header '': the name has"),
    (5, "a", "header 5: the name must be str, not int"),
]


@pytest.mark.parametrize(("name", "value", "text"), BAD)
def test_what_cannot_be_sent_is_refused_by_name(name: Any, value: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}"):
        Headers({name: value}).render()
    with pytest.raises(ValueError, match=f"^{text}"):
        merge(Headers({"A": "1"}), {name: value})


@pytest.mark.parametrize("headers", [[("A", "1")], 5, "A: 1", None])
def test_headers_are_a_mapping(headers: Any) -> None:
    with pytest.raises(TypeError, match=r"^headers is a mapping of names to values, not"):
        merge(Headers(), headers)


STRICTER = ("a\0b", "\ud800")  # requests leaves these to the server
NO_TOKENS = ("X Y", "ä")  # and sends them


@pytest.mark.parametrize(
    ("name", "value"),
    [case[:2] for case in BAD if case[1] not in STRICTER and case[0] not in NO_TOKENS],
)
def test_requests_refuses_the_same(name: Any, value: Any) -> None:
    with pytest.raises(ValueError, match=r"[Hh]eader"):
        requests.Request("GET", "http://h.example/", headers={name: value}).prepare()
