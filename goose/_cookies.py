"""Cookies: a view of a client's jar with the habits of ``requests``, and those of one response."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Protocol

_NAME = re.compile(r"[^\x00-\x20\x7f;=]+").fullmatch
_VALUE = re.compile(r"[^\x00-\x1f\x7f;]*").fullmatch
_DATE_WORDS = re.compile(r"[^ ,\-/\t]+").findall
_DATE_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})").match
_HOST = re.compile(r"[^/?#]*//(?:[^/?#]*@)?(\[[^/?#]*\]|[^/?#:]*)").match
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"

Cookie = tuple[str, str, str, str]
"""name, value, domain, path; an empty domain is every host"""


class CookieConflict(RuntimeError):
    """Several cookies have this name; ask with ``get(name, domain=..., path=...)``."""


class Jar(Protocol):
    """Where the cookies are: the client, in C."""

    def cookie_list(self) -> list[Cookie]: ...

    def cookie_set(self, name: str, value: str, domain: str, path: str) -> None: ...

    def cookie_remove(self, name: str, domain: str, path: str) -> int: ...


class _Reading(Mapping[str, str]):
    """What can be asked of cookies. Iteration gives their names, a name for each cookie."""

    __slots__ = ()

    def _all(self) -> list[Cookie]:
        raise NotImplementedError

    def _find(self, name: object, domain: str | None, path: str | None) -> str | None:
        found = [c[1] for c in self._all() if c[0] == name and _is_at(c, domain, path)]
        if len(found) > 1:
            raise CookieConflict(
                f"there are {len(found)} cookies {name!r}; say which with get(name, domain=, path=)"
            )
        return found[0] if found else None

    def __getitem__(self, name: str) -> str:
        value = self._find(name, None, None)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._all())

    def __contains__(self, name: object) -> bool:
        return any(cookie[0] == name for cookie in self._all())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.get_dict()!r})"

    def keys(self) -> list[str]:  # type: ignore[override]
        """The names, as a list."""
        return [cookie[0] for cookie in self._all()]

    def values(self) -> list[str]:  # type: ignore[override]
        """The values, as a list."""
        return [cookie[1] for cookie in self._all()]

    def items(self) -> list[tuple[str, str]]:  # type: ignore[override]
        """Names and values, as a list."""
        return [cookie[:2] for cookie in self._all()]

    def get(  # type: ignore[override]
        self,
        name: str,
        default: str | None = None,
        domain: str | None = None,
        path: str | None = None,
    ) -> str | None:
        """The value of the one cookie of this name (domain, path), else ``default``.

        Raises ``CookieConflict`` if there are several.
        """
        value = self._find(name, domain, path)
        return default if value is None else value

    def get_dict(self, domain: str | None = None, path: str | None = None) -> dict[str, str]:
        """Names and values of the cookies of this domain and path (``None``: of any)."""
        return {cookie[0]: cookie[1] for cookie in self._all() if _is_at(cookie, domain, path)}


class Cookies(_Reading, MutableMapping[str, str]):
    """A client's cookies. A cookie set without domain is sent to every host."""

    __slots__ = ("_jar",)

    def __init__(self, jar: Jar) -> None:
        self._jar = jar

    def _all(self) -> list[Cookie]:
        return self._jar.cookie_list()

    def __setitem__(self, name: str, value: str | None) -> None:
        self.set(name, value)

    def __delitem__(self, name: str) -> None:
        """Removes all cookies of this name; none is no error."""
        if name:
            self._jar.cookie_remove(name, "", "")

    def set(
        self, name: str, value: str | None, domain: str | None = None, path: str | None = None
    ) -> None:
        """Sets a cookie for the session; by default for every host and path.

        A value of ``None`` removes those of this name (domain, path). Raises ``ValueError`` for
        what no cookie may hold.
        """
        domain = _domain(domain or "")
        if value is not None:
            _check(name, value)
            self._jar.cookie_set(name, value, domain, path or "/")
        elif name:
            self._jar.cookie_remove(name, domain, path or "")

    def set_cookie(self, cookie: object) -> None:
        """Sets an ``http.cookiejar.Cookie``; its expiry and flags are not taken over."""
        name, value, domain, path = _cookie(cookie)
        self.set(name, value, domain, path)

    def update(  # type: ignore[override]
        self, other: Mapping[str, str] | Iterable[object] = (), **more: str
    ) -> None:
        """Sets the cookies of a mapping, of pairs, of another client or of a ``CookieJar``."""
        for name, value, domain, path in _cookies(other):
            self.set(name, value, domain, path)
        for name, value in more.items():
            self.set(name, value)

    def clear(
        self, domain: str | None = None, path: str | None = None, name: str | None = None
    ) -> None:
        """Removes all cookies, or those of a domain, of a path there, or one of this name there.

        Empty text stands for any. Raises ``ValueError`` for a path without domain or a name
        without both, and ``KeyError`` where a domain is given and nothing was removed.
        """
        if name is not None and (domain is None or path is None):
            raise ValueError("to remove a cookie by name, domain and path must be given")
        if path is not None and domain is None:
            raise ValueError("to remove cookies by path, the domain must be given")
        removed = self._jar.cookie_remove(name or "", _domain(domain or ""), path or "")
        if domain is not None and not removed:
            raise KeyError(name or path or domain)


class ResponseCookies(_Reading):
    """The cookies that one response set."""

    __slots__ = ("_list",)

    def __init__(self, cookies: list[Cookie]) -> None:
        self._list = cookies

    def _all(self) -> list[Cookie]:
        return self._list


def response_cookies(set_cookie_values: list[str], url: str = "") -> ResponseCookies:
    """The cookies of these ``Set-Cookie`` values (RFC 6265 section 5.2), set by ``url``.

    The domain is that of the attribute without a leading dot, or empty; the path that of the
    attribute, or "/". One that has expired is left out, and takes its namesake with it. So is one
    for a domain to which the URL's host does not belong; without URL that is not looked at.
    """
    kept: dict[tuple[str, str, str], str] = {}
    for text in set_cookie_values:
        first, *attributes = text.split(";")
        name, equals, value = first.partition("=")
        name = name.strip(" \t")
        if not equals or not name:
            continue
        domain, path, alive = _attributes(attributes)
        if domain and url and not _belongs(url, domain):
            continue
        kept.pop((name, domain, path), None)
        if alive:
            kept[name, domain, path] = value.strip(" \t")
    return ResponseCookies([(key[0], value, key[1], key[2]) for key, value in kept.items()])


def _belongs(url: str, domain: str) -> bool:
    """Whether the host of ``url`` is the domain or below it (RFC 6265 section 5.1.3)."""
    found = _HOST(url)
    host = found[1].lower().strip("[]") if found else ""
    if host == domain:
        return True
    return "." in domain and host.endswith("." + domain) and not host[-1].isdigit()


def _attributes(attributes: list[str]) -> tuple[str, str, bool]:
    """Domain, path, and whether the cookie lives on; ``Max-Age`` beats ``Expires``."""
    domain, path = "", "/"
    expired = by_age = None
    for attribute in attributes:
        key, _, value = attribute.partition("=")
        key, value = key.strip(" \t").lower(), value.strip(" \t")
        if key == "domain":
            domain = _domain(value)
        elif key == "path":
            path = value if value.startswith("/") else "/"
        elif key == "max-age" and re.fullmatch(r"-?[0-9]+", value):
            by_age = value[0] == "-" or not value.strip("0")
        elif key == "expires":
            expired = _is_past(value)
    return domain, path, not (expired if by_age is None else by_age)


def _is_past(text: str) -> bool:
    """Whether a cookie date (RFC 6265 section 5.1.1) is over; one that is none is not."""
    from datetime import datetime, timezone

    clock: tuple[int, int, int] | None = None
    day = month = year = -1
    for word in _DATE_WORDS(text):
        time = _DATE_TIME(word)
        digits = re.match(r"\d{1,4}(?!\d)", word)
        if time:
            clock = clock or (int(time[1]), int(time[2]), int(time[3]))
        elif digits and day < 0 and len(digits[0]) <= 2:
            day = int(digits[0])
        elif digits and year < 0:
            year = int(digits[0])
            year += 2000 if year < 70 else 1900 if year < 100 else 0
        elif month < 0 and len(word) >= 3:
            place = _MONTHS.find(word[:3].lower())
            month = place // 3 + 1 if place >= 0 and place % 3 == 0 else -1
    if clock is None:
        return False
    try:
        end = datetime(year, month, day, *clock, 0, timezone.utc)
    except ValueError:
        return False
    return end <= datetime.now(timezone.utc)


def encode(cookies: Mapping[str, str] | Iterable[object]) -> str:
    """The value of a Cookie field: ``a=b; c=d``, of a mapping, pairs or a ``CookieJar``.

    A value of ``None`` leaves the cookie out. Raises ``ValueError`` that names the cookie for an
    empty name, a control character or ``;``, and in the name also for a space or ``=``.
    """
    fields: list[str] = []
    for name, value, _, _ in _cookies(cookies):
        if value is not None:
            _check(name, value)
            fields.append(f"{name}={value}")
    return "; ".join(fields)


def _cookies(source: object) -> list[tuple[str, str | None, str, str]]:
    """Name, value, domain and path of all cookies in whatever holds some."""
    if isinstance(source, _Reading):
        return list(source._all())
    if isinstance(source, Mapping) and not hasattr(source, "set_cookie"):
        return [(name, value, "", "/") for name, value in source.items()]
    if isinstance(source, (str, bytes)) or not isinstance(source, Iterable):
        raise TypeError(f"cookies is a mapping, pairs or a jar, not {type(source).__name__}")
    return [_cookie(item) for item in source]


def _cookie(item: object) -> tuple[str, str | None, str, str]:
    """A pair, or an object like ``http.cookiejar.Cookie``."""
    if isinstance(item, (tuple, list)) and len(item) == 2:
        return item[0], item[1], "", "/"
    try:
        name, value = item.name, item.value  # type: ignore[attr-defined]
    except AttributeError:
        raise TypeError(f"a cookie is a pair of name and value, not {item!r:.60}") from None
    domain = getattr(item, "domain", None) or ""
    if domain.endswith(".local") and domain.count(".") == 1:
        domain = domain[: -len(".local")]  # http.cookiejar adds it to names without a dot
    return name, value, domain, getattr(item, "path", None) or "/"


def _check(name: object, value: object) -> None:
    if not isinstance(name, str) or not isinstance(value, str):
        raise TypeError(f"cookie {name!r}: name and value must be str, not {_kinds(name, value)}")
    if not _NAME(name):
        raise ValueError(
            f"cookie {name!r}: a name is not empty and has no control character, space, ';' or '='"
        )
    if not _VALUE(value):
        raise ValueError(f"cookie {name!r}: the value has a control character or ';'")


def _kinds(*values: object) -> str:
    return " and ".join(type(value).__name__ for value in values)


def _is_at(cookie: Cookie, domain: str | None, path: str | None) -> bool:
    return (domain is None or _domain(domain) == _domain(cookie[2])) and (
        path is None or path == cookie[3]
    )


def _domain(text: str) -> str:
    return text.lower().removeprefix(".")
