"""Header fields: a mapping that does not mind case, and the bytes that are sent for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch
_FORBIDDEN = re.compile(r"[\r\n\0]").search
_FORBIDDEN_NAMES = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}
_OF_THE_ENGINE = ("content-length", "transfer-encoding")

_KNOWN_MAXIMUM = 512
_KNOWN_LENGTH = 256
_known: dict[tuple[str, object], str] = {}  # lines that were found good


class Headers(MutableMapping[str, str]):
    """Header fields in their order; names compare without case and keep that of the last set.

    ``items``: a mapping or pairs. ``changed`` is called after each mutation. Values are checked
    when they are rendered: ``str`` or ``bytes``; ``None`` stands for a field that is not sent.
    """

    __slots__ = ("_changed", "_fields")

    def __init__(
        self,
        items: Iterable[tuple[str, str]] | Mapping[str, str] = (),
        changed: Callable[[], None] | None = None,
    ) -> None:
        self._fields: dict[str, tuple[str, object]] = {}
        self._changed: Callable[[], None] | None = None
        self.update(items)
        self._changed = changed

    @classmethod
    def from_pairs(cls, pairs: list[tuple[str, str]]) -> Headers:
        """The fields of a response; repeated ones are joined by ", " (RFC 9110 section 5.3)."""
        made = cls()
        fields = made._fields
        for name, value in pairs:
            lower = name.lower()
            first = fields.get(lower)
            fields[lower] = (name, value) if first is None else (first[0], f"{first[1]}, {value}")
        return made

    def __getitem__(self, name: str) -> str:
        try:
            return self._fields[name.lower()][1]  # type: ignore[return-value]
        except (KeyError, AttributeError):
            raise KeyError(name) from None

    def __setitem__(self, name: str, value: str) -> None:
        name = _name(name)
        self._fields[name.lower()] = (name, value)
        if self._changed:
            self._changed()

    def __delitem__(self, name: str) -> None:
        try:
            del self._fields[name.lower()]
        except (KeyError, AttributeError):
            raise KeyError(name) from None
        if self._changed:
            self._changed()

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, _ in self._fields.values()])

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        mine = {lower: value for lower, (_, value) in self._fields.items()}
        return mine == {_lower(name): value for name, value in other.items()}

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(dict(self._fields.values()))

    def replace(self, items: Iterable[tuple[str, str]] | Mapping[str, str]) -> None:
        """Has these fields instead of those before."""
        self._fields = Headers(items)._fields
        if self._changed:
            self._changed()

    def copy(self) -> Headers:
        """The same fields without the ``changed`` callback."""
        made = Headers()
        made._fields = dict(self._fields)
        return made

    def render(self) -> bytes:
        """``Name: value`` lines, each ended by CR LF. Raises ``ValueError`` as ``merge`` does."""
        return _render(self._fields)


def merge(session: Headers, call: Mapping[str, object], authorization: str | None = None) -> bytes:
    """The rendered fields of a session with those of one call in their place or behind them.

    A value of ``None`` removes the field. A value is Latin-1, or UTF-8 where that is not enough.
    ``authorization`` stands over any Authorization in both. Content-Length and Transfer-Encoding
    are left out: what is sent says so itself, and twice would be an attack (RFC 9112 section 6.3).
    Raises ``ValueError`` that names the field: a name that is no token (RFC 9110 section 5.1), a
    value that is neither ``str`` nor ``bytes``, begins with white space, or holds CR, LF or NUL;
    ``TypeError`` for a call's headers that are no mapping.
    """
    if not isinstance(call, Mapping):
        raise TypeError(f"headers is a mapping of names to values, not {type(call).__name__}")
    fields = dict(session._fields)
    for name, value in call.items():
        name = _name(name)
        fields[name.lower()] = (name, value)
    if authorization is not None:
        fields["authorization"] = ("Authorization", authorization)
    return _render(fields)


def _render(fields: dict[str, tuple[str, object]]) -> bytes:
    lines: list[str] = []
    for lower, field in fields.items():
        name, value = field
        if lower in _OF_THE_ENGINE or value is None:
            continue
        if isinstance(value, str):
            line = _known.get(field)
            lines.append(line if line is not None else _line(name, value))
        elif isinstance(value, bytes):
            lines.append(_line(name, value.decode("latin-1")))
        else:
            raise ValueError(f"header {name!r}: the value must be str, not {type(value).__name__}")
    text = "".join(lines)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b"".join(_encode(line) for line in lines)


def _line(name: str, value: str) -> str:
    if not _TOKEN(name):
        raise ValueError(f"header {name!r}: the name has a character that no name may have")
    if value and value[0].isspace():
        raise ValueError(f"header {name!r}: the value begins with white space")
    bad = _FORBIDDEN(value)
    if bad:
        raise ValueError(f"header {name!r}: the value has {_FORBIDDEN_NAMES[bad[0]]}")
    line = f"{name}: {value}\r\n"
    if len(line) <= _KNOWN_LENGTH:
        if len(_known) >= _KNOWN_MAXIMUM:
            _known.clear()
        _known[name, value] = line
    return line


def _encode(line: str) -> bytes:
    try:
        return line.encode("utf-8" if any(char > "\xff" for char in line) else "latin-1")
    except UnicodeEncodeError:
        name = line.partition(":")[0]
        raise ValueError(f"header {name!r}: the value has a lone surrogate") from None


def _name(name: object) -> str:
    if isinstance(name, bytes):
        return name.decode("latin-1")
    if not isinstance(name, str):
        raise ValueError(f"header {name!r}: the name must be str, not {type(name).__name__}")
    return name


def _lower(name: object) -> object:
    return name.lower() if isinstance(name, str) else name
