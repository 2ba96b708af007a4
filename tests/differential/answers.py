"""What the recording server answers: a pure function of method, target and body, so that the same
stream of requests gets the same answers. ``/k/KIND/...`` asks for one kind of answer by name."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

NAMES = ("ada", "Bob", "eve o'hara", "Zoë", "", "x/y&z=1", "李四", 'say "hi"')
CITIES = ("Rome", "São Paulo", "Oslo", "")


class Ending(Enum):
    """What becomes of the connection."""

    KEEP = "the next request may come"
    CLOSE = "closed behind the answer"
    DROP = "closed without an answer"
    RESET = "reset without an answer"
    CUT = "closed in the middle of the body"


class Answer(NamedTuple):
    """One answer; ``body`` as it stands behind the head."""

    body: bytes = b""
    status: int = 200
    fields: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    ending: Ending = Ending.KEEP
    chunked: bool = False

    def rendered(self, method: str) -> bytes:
        """The bytes of the answer to a request of this method."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Whatever')}"]
        lines += [f"{name}: {value}" for name, value in self.fields]
        bodiless = method == "HEAD" or self.status in (204, 304)
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif self.status not in (204, 304):
            more = 9 if self.ending is Ending.CUT else 0
            lines.append(f"Content-Length: {len(self.body) + more}")
        if self.ending is Ending.CLOSE or (self.ending is Ending.CUT and bodiless):
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        return head if bodiless else head + self._framed()

    def _framed(self) -> bytes:
        if not self.chunked:
            return self.body
        half = len(self.body) // 2
        pieces = [piece for piece in (self.body[:half], self.body[half:]) if piece]
        return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


REASONS = {
    200: "OK",
    201: "Created",
    204: "No Content",
    302: "Found",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    418: "I'm a teapot",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


# ---- what there is


def line(number: int) -> dict[str, Any]:
    """A line of an order."""
    return {"id": number, "qty": number % 4, "price": number * 0.5 + 0.25}


def item(number: int) -> dict[str, Any]:
    """A thing with fields of every sort."""
    return {
        "id": number,
        "name": NAMES[number % len(NAMES)],
        "price": round(number * 1.25 + 0.1, 2),
        "stock": None if number % 5 == 4 else number % 5,
        "active": number % 2 == 0,
        "tags": ["new", "red", "größe", ""][: number % 5],
        "owner": {
            "name": NAMES[(number + 3) % len(NAMES)],
            "address": {"city": CITIES[number % len(CITIES)], "zip": f"{number:05d}"},
        },
        "lines": [line(number + i) for i in range(number % 4)],
        "token": f"t-{number:04d}",
        "note": 'tab\t "quoted" \\ \u2028 😀\n',
        "ratio": number / 7,
        "count": number * 1000,
        "big": 2**70 + number,
        "next": f"/items/{number + 1}",
    }


def items(number: int) -> list[dict[str, Any]]:
    """None to three things."""
    return [item(number + i) for i in range(number % 4)]


def value_of(method: str, target: str, body: bytes) -> Any:
    """The JSON that stands under a target, whatever the kind of answer."""
    path = target.partition("?")[0]
    digits = re.findall(r"\d+", path)
    number = int(digits[-1][-3:]) if digits else _digest(method, target, b"") % 30
    if "/list" in path:
        return items(number)
    if "/echo" in path:
        text = body.decode("utf-8", "replace")
        return {**item(number), "method": method, "target": target, "body": text}
    return item(number)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# ---- how it is answered


def _status(status: int, body: bytes | None = None) -> Callable[[Any], Answer]:
    return lambda value: Answer(_dumped(value) if body is None else body, status)


def _raw(body: bytes, media_type: str | None = "application/json") -> Callable[[Any], Answer]:
    fields = (("Content-Type", media_type),) if media_type is not None else ()
    return lambda value: Answer(body, fields=fields)


def _without_fields(value: Any) -> Answer:
    """Every second field is missing, in the inner objects too."""

    def thin(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: thin(part[key]) for key in list(part)[::2]}
        return [thin(inner) for inner in part] if isinstance(part, list) else part

    return Answer(_dumped(thin(value)))


def _other_types(value: Any) -> Answer:
    """Numbers are strings, strings are numbers, lists are objects and objects are null."""

    def other(part: Any, depth: int = 0) -> Any:
        if isinstance(part, dict):
            return {k: other(v, depth + 1) for k, v in part.items()} if depth == 0 else None
        if isinstance(part, list):
            return {str(i): inner for i, inner in enumerate(part)}
        return len(part) if isinstance(part, str) else str(part)

    return Answer(_dumped(other(value)))


def _cookies(value: Any) -> Answer:
    return Answer(
        _dumped(value),
        fields=(
            ("Content-Type", "application/json"),
            ("Set-Cookie", "sid=s-1; Path=/; HttpOnly"),
            ("Set-Cookie", "lang=de; Path=/"),
            ("Set-Cookie", "old=; Max-Age=0; Path=/"),
        ),
    )


def _repeated_fields(value: Any) -> Answer:
    fields = (
        ("content-type", "application/json; charset=UTF-8"),
        ("X-Part", "one"),
        ("X-PART", "two"),
        ("X-Count", "7"),
        ("X-Latin", "Zo\xeb"),
    )
    return Answer(_dumped(value), fields=fields)


def _redirect(to: str, status: int = 302) -> Callable[[Any], Answer]:
    fields = (("Location", to), ("Content-Type", "text/plain"))
    return lambda value: Answer(b"over there", status, fields)


def _gzip(value: Any) -> Answer:
    fields = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
    return Answer(gzip.compress(_dumped(value), mtime=0), fields=fields)


def _damaged_gzip(value: Any) -> Answer:
    good = _gzip(value)
    return good._replace(body=good.body[: len(good.body) // 2])


ODD_NUMBERS = b"""{"id": 9223372036854775807, "price": 1E5, "stock": -0, "ratio": 1e400,
 "count": 9223372036854775808, "big": -123456789012345678901234567890, "token": 5e-324,
 "tags": [1.0, 1e-7, 0.1, 1e22], "name": -0.0,
 "lines": [{"id": -9223372036854775808, "qty": 1e0, "price": 1.7976931348623157e308}],
 "owner": {"name": 12345678901234567890.5, "address": {"city": 0.30000000000000004}}}"""
ODD_TEXT = (
    rb'{"name": "\ud83d\ude00 \u00e9 \/ \u0000", "token": "\ud800", "id": 1, "tags": '
    rb'["\b\f\n\r\t", "\u2028", "\"\\"], "note": "", "owner": {"name": "\uDFFF", "address": {}}}'
)
DOUBLED = b'{"id": 1, "name": "first", "name": "second", "id": 2, "": 3, "tags": [], "tags": ["t"]}'

KINDS: dict[str, tuple[int, Callable[[Any], Answer]]] = {
    "ok": (180, lambda value: Answer(_dumped(value))),
    "created": (4, _status(201)),
    "ascii": (4, lambda value: Answer(json.dumps(value, indent=1).encode())),
    "close": (2, lambda value: Answer(_dumped(value), ending=Ending.CLOSE)),
    "chunked": (2, lambda value: Answer(_dumped(value), chunked=True)),
    "gzip": (2, _gzip),
    "cookies": (4, _cookies),
    "repeated": (2, _repeated_fields),
    "redirect": (2, _redirect("/k/ok/items/12")),
    "moved": (1, _redirect("/k/broken/items/13", 307)),
    "nowhere": (1, _redirect("mailto:nobody")),
    "not-modified": (1, _status(304)),
    "no-content": (2, _status(204)),
    "empty": (2, _raw(b"")),
    "bad-request": (2, _status(400, b'{"error": "bad", "code": 17}')),
    "unauthorized": (1, _status(401, b'{"error": "who are you?"}')),
    "missing": (3, _status(404, b"not found")),
    "teapot": (1, _status(418, b"")),
    "limited": (1, _status(429)),
    "failed": (3, _status(500, b"<html>oops</html>")),
    "unavailable": (2, _status(503)),
    "unknown-status": (1, _status(799)),
    "thin": (4, _without_fields),
    "other-types": (3, _other_types),
    "null": (1, _raw(b"null")),
    "true": (1, _raw(b"true")),
    "seven": (1, _raw(b" 7 ")),
    "word": (1, _raw(b'"word"')),
    "list": (1, lambda value: Answer(_dumped([value, None, []]))),
    "nothing": (1, _raw(b"{}")),
    "odd-numbers": (2, _raw(ODD_NUMBERS)),
    "odd-text": (2, _raw(ODD_TEXT)),
    "doubled": (1, _raw(DOUBLED)),
    "nan": (1, _raw(b'{"id": NaN, "price": Infinity, "ratio": -Infinity}')),
    "deep": (1, _raw(b"[" * 60 + b'{"id": 1}' + b"]" * 60)),
    "broken": (3, lambda value: Answer(_dumped(value)[:-9])),
    "tail": (1, _raw(b'{"id": 1} x')),
    "single-quotes": (1, _raw(b"{'id': 1}")),
    "byte-order-mark": (1, _raw(b'\xef\xbb\xbf{"id": 1}')),
    "utf-16": (1, _raw('{"id": 1, "name": "ä"}'.encode("utf-16"))),
    "not-utf-8": (1, _raw(b'{"id": 1, "name": "\xff\xfe"}')),
    "latin-1": (1, _raw(b'{"id": 1, "name": "Zo\xeb"}', "application/json; charset=latin-1")),
    "unknown-charset": (1, _raw(b'{"id": 1, "name": "Zo\xc3\xab"}', "text/plain; charset=klingon")),
    "plain": (2, _raw("größe: 10 €\nok=1\n".encode(), "text/plain; charset=utf-8")),
    "html": (2, _raw(b'<p class="x">Zo\xc3\xab</p><a href="/items/3">3</a>', "text/html")),
    "untyped": (1, _raw(b'{"id": 1, "name": "Zo\xc3\xab"}', None)),
    "damaged-gzip": (1, _damaged_gzip),
    "cut": (1, lambda value: Answer(_dumped(value), ending=Ending.CUT)),
    "drop": (2, lambda value: Answer(ending=Ending.DROP)),
    "reset": (2, lambda value: Answer(ending=Ending.RESET)),
}
"""Weight and maker of each kind of answer."""

_WEIGHTED = [name for name, (weight, _) in KINDS.items() for _ in range(weight)]


def _digest(method: str, target: str, body: bytes) -> int:
    return zlib.crc32(b"\n".join([method.encode(), target.encode("latin-1"), body]))


def kind_of(method: str, target: str, body: bytes) -> str:
    """The name of the kind of answer that a request gets."""
    asked = re.match(r"/k/([a-z0-9-]+)", target)
    if asked and asked[1] in KINDS:
        return asked[1]
    return _WEIGHTED[_digest(method, target, body) % len(_WEIGHTED)]


def answer(method: str, target: str, body: bytes) -> Answer:
    """The answer to a request; nothing but its arguments counts."""
    return KINDS[kind_of(method, target, body)][1](value_of(method, target, body))
