"""What a call's arguments become on the wire: URL, body, content type, Authorization.

This is the slow path of the client; plain calls never come here. It prepares as ``requests`` does;
the differences are listed in ``docs/differences-from-requests.md``.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Mapping

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_PLAIN_URL = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*").fullmatch
_URL_PARTS = re.compile(
    r"(?:(https?)://([^\\/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.IGNORECASE | re.DOTALL
).fullmatch
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}").subn
_SAFE_QUERY = re.compile(r"[A-Za-z0-9\-._~!#$&'()*+,/:;=?@\[\]]*").fullmatch
_UNRESERVED_ONLY = re.compile(r"[A-Za-z0-9\-._~]*").fullmatch
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})[^\W_]{2}").search
_UNRESERVED = re.compile(r"%(2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])").sub
_USERINFO = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^\\/?#]*)@").match
_LINE_BREAKS = re.compile(r"[\r\n\0]").search
_PARAMETER_ESCAPES = {10: "%0A", 13: "%0D", 34: "%22"}

_dumps: Callable[[object], str] | None = None


def prepare(
    url: str, params: object, data: object, json: object, files: object, auth: object
) -> tuple[str, bytes | None, str | None, str | None]:
    """The URL with ``params`` in it, the body, its content type and the Authorization value.

    - ``params``: a mapping, pairs, ``str`` or ASCII ``bytes``.
    - ``data``: a mapping or pairs (a form), ``str`` (UTF-8), ``bytes``, an open file, or an
      iterable of ``bytes`` or ``str``.
    - ``json``: counts only without ``data`` and ``files``.
    - ``files``: a mapping or pairs; a value is a file, ``bytes``, ``str``, or
      ``(file name, one of these[, content type[, headers]])``. ``data`` is then a form or nothing.
    - ``auth``: a pair of user and password, or an object with ``username`` and ``password``. Where
      it is ``None``, ``user:password@`` in the URL is taken; it stays in the URL.

    Raises ``TypeError`` for an argument of another kind and ``ValueError`` for a value that cannot
    be sent; the text names the argument.
    """
    url = requote(url)
    if params:
        url = _with_query(url, params)
    return url, *_body(data, json, files), _authorization(auth, url)


def requote(url: str) -> str:
    """A URL, absolute or below the host, in the form in which it is sent (RFC 3986 section 6.2).

    Space in front goes, and "." and ".." in the path, and a query that is empty. What may not
    stand in a URL is percent-encoded as UTF-8; an escape stays, in capitals, unless it stands for
    an unreserved character. A component with a malformed escape is taken to hold none.

    Raises ``ValueError`` for a host name that is not ASCII and that IDNA does not know.
    """
    if _PLAIN_URL(url) and url[:1] == "/" and "/." not in url and url[-1] != "?":
        return url
    found = _URL_PARTS(url.lstrip())
    assert found is not None  # every part may be empty
    scheme, authority, path, query, fragment = found.groups("")
    if "/." in path:
        path = _without_dots(path)
    text = _component(path, "!$&'()*+,;=:@/")
    if query:
        text += "?" + _component(query, "!$&'()*+,;=:@/?")
    if fragment:
        text += "#" + _component(fragment, "!$&'()*+,;=:@/?")
    if not scheme:
        return text
    return f"{scheme.lower()}://{_authority(authority)}{text if path else '/' + text}"


def _without_dots(path: str) -> str:
    """The path without its "." and ".." segments (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)


def _component(text: str, safe: str) -> str:
    """One part of a URL with all but unreserved and ``safe`` characters percent-encoded."""
    from urllib.parse import quote

    text, escapes = _ESCAPE(lambda found: found[0].upper(), text)
    if escapes == text.count("%"):
        safe += "%"
        text = _UNRESERVED(lambda found: chr(int(found[1], 16)), text)
    return quote(text, safe=safe)


def _authority(text: str) -> str:
    userinfo, at, place = text.rpartition("@")
    if not place.isascii():
        host, colon, port = place.partition(":")
        try:
            place = host.encode("idna").decode("ascii") + colon + port
        except UnicodeError:
            raise ValueError(f"the host name {host!r} has an invalid label") from None
    return _component(userinfo, "!$&'()*+,;=:") + at + place.lower()


def _with_query(url: str, params: object) -> str:
    """``url`` with ``params`` behind its query and before its fragment."""
    if isinstance(params, (bytes, bytearray)):
        params = params.decode("ascii")
    query = _requote(params) if isinstance(params, str) else _form("params", params)
    if not query:
        return url
    page, hash_mark, fragment = url.partition("#")
    path, _, old = page.partition("?")
    if old:
        query = f"{old}&{query}"
    return f"{path}?{query}{hash_mark}{fragment}"


def _requote(text: str) -> str:
    """A ready-made query, with what no URL may hold percent-encoded (RFC 3986 section 2).

    Escapes of unreserved characters are undone; other escapes stay, unless one of them is
    malformed: then every ``%`` is meant as itself.
    """
    if _SAFE_QUERY(text):
        return text
    from urllib.parse import quote

    safe = "!#$&'()*+,/:;=?@[]~"
    if _BAD_ESCAPE(text):
        return quote(text, safe=safe)
    return quote(_UNRESERVED(lambda found: chr(int(found[1], 16)), text), safe=safe + "%")


def _form(what: str, fields: object) -> str:
    """``application/x-www-form-urlencoded`` text; a value that is a list is several fields."""
    parts: list[str] = []
    for name, values in _pairs(what, fields):
        key = _plus(name)
        if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
            values = (values,)
        for value in values:
            if isinstance(value, (str, bytes)) or not hasattr(value, "__len__"):
                if value is not None:
                    parts.append(f"{key}={_plus(value)}")
            else:
                parts.extend(f"{key}={_plus(part)}" for part in value)
    return "&".join(parts)


def _plus(value: object) -> str:
    """A name or value in a form: a space is ``+``, and only unreserved characters are bare."""
    if not isinstance(value, (str, bytes)):
        value = str(value)
    if isinstance(value, str) and _UNRESERVED_ONLY(value):
        return str.__str__(value)
    from urllib.parse import quote_plus

    return quote_plus(value)


def _pairs(what: str, fields: object) -> list[tuple[object, object]]:
    """The items of a mapping, or the pairs of an iterable."""
    items = getattr(fields, "items", None)
    rows = items() if callable(items) else fields
    if isinstance(rows, (str, bytes)) or not hasattr(rows, "__iter__"):
        raise TypeError(f"{what} is a mapping or pairs of name and value, not {_kind(fields)}")
    pairs: list[tuple[object, object]] = []
    for row in rows:
        if isinstance(row, (str, bytes)) or not hasattr(row, "__len__") or len(row) != 2:
            raise TypeError(f"{what} has pairs of name and value, not {_short(row)}")
        name, value = row
        pairs.append((name, value))
    return pairs


def _body(data: object, json: object, files: object) -> tuple[bytes | None, str | None]:
    if files:
        return _multipart(data, files)
    if not data:
        return (None, None) if json is None else (_json(json), JSON)
    if isinstance(data, bytes):
        return data, None
    if isinstance(data, str):
        return data.encode(), None
    if isinstance(data, (list, tuple, Mapping)):
        return _form("data", data).encode("ascii"), FORM
    return _read("data", data), None


def _read(what: str, source: object) -> bytes:
    """All of a file from where it stands, of a buffer, or of an iterable of pieces."""
    if isinstance(source, (bytearray, memoryview)):
        return bytes(source)
    read = getattr(source, "read", None)
    if callable(read):
        return _bytes(what, read())
    if not hasattr(source, "__iter__"):
        raise TypeError(
            f"{what} is a mapping, pairs, str, bytes, a file or an iterable of bytes, "
            f"not {_kind(source)}"
        )
    return b"".join(_bytes(what, piece) for piece in source)


def _bytes(what: str, piece: object) -> bytes:
    if isinstance(piece, str):
        return piece.encode()
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    raise TypeError(f"{what} gave {_kind(piece)}, not bytes or str")


def _json(value: object) -> bytes:
    global _dumps
    if _dumps is None:
        from json import JSONEncoder

        _dumps = JSONEncoder(allow_nan=False).encode
    try:
        return _dumps(value).encode()
    except ValueError as error:
        raise ValueError(f"json: {error}") from None
    except TypeError as error:
        raise TypeError(f"json: {error}") from None


def _multipart(data: object, files: object) -> tuple[bytes, str]:
    """``multipart/form-data`` (RFC 7578): the fields of ``data``, then ``files``.

    Names are UTF-8; in them only quotation marks and line breaks are escaped, as browsers do
    (WHATWG HTML, "Multipart form data").
    """
    from os import urandom

    parts: list[bytes] = []
    if data:
        if not isinstance(data, (list, tuple, Mapping)):
            raise ValueError(f"data beside files is a mapping or pairs, not {_kind(data)}")
        for name, values in _pairs("data", data):
            if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
                values = (values,)
            head = _part_head(name, None, None, None)
            parts.extend(head + _content(value) for value in values if value is not None)
    for name, value in _pairs("files", files):
        part = _file(name, value)
        if part is not None:
            parts.append(part)
    boundary = urandom(16).hex()
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _content(value: object) -> bytes:
    return value if isinstance(value, bytes) else _text(value).encode()


def _file(name: object, value: object) -> bytes | None:
    """The part of one file; ``None`` where its content is ``None``."""
    file_name: object
    content_type = headers = None
    if isinstance(value, (tuple, list)):
        if not 2 <= len(value) <= 4:
            raise ValueError(
                f"files: {_short(name)} is (file name, content[, content type[, headers]]), "
                f"not {len(value)} things"
            )
        file_name, content, content_type, headers = (*value, None, None)[:4]
    else:
        file_name, content = _file_name(value) or name, value
    if content is None:
        return None
    if isinstance(content, (str, bytes, int)):
        body = _content(content)
    else:
        body = _read(f"files: {_short(name)}", content)
    return _part_head(name, file_name, content_type, headers) + body


def _file_name(file: object) -> str | bytes | None:
    """The last part of an open file's name, if it was opened by name."""
    name = getattr(file, "name", None)
    if not isinstance(name, (str, bytes)) or not name:
        return None
    if isinstance(name, str) and (name[0] == "<" or name[-1] == ">"):
        return None
    from os.path import basename

    return basename(name)


def _part_head(name: object, file_name: object, content_type: object, headers: object) -> bytes:
    disposition = f'form-data; name="{_parameter(name)}"'
    if file_name is not None:
        disposition += f'; filename="{_parameter(file_name)}"'
    lines = [("Content-Disposition", disposition)]
    if content_type:
        lines.append(("Content-Type", _text(content_type)))
    own = ("Content-Disposition", "Content-Type", "Content-Location")
    for key, value in _pairs("files: headers", headers) if headers else ():
        if value and key not in own:
            lines.append((_text(key), _text(value)))
    for key, value in lines:
        if _LINE_BREAKS(key) or _LINE_BREAKS(value):
            raise ValueError(f"files: line break or NUL in header {key!r} of part {_short(name)}")
    return "".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n"


def _parameter(value: object) -> str:
    return _text(value).translate(_PARAMETER_ESCAPES)


def _authorization(auth: object, url: str) -> str | None:
    """The value of Authorization for Basic authentication (RFC 7617), or ``None``."""
    if auth is None:
        return _url_authorization(url) if "@" in url else None
    if not auth:
        return None
    if isinstance(auth, (tuple, list)) and len(auth) == 2:
        return _basic(*auth)
    kinds = {base.__name__ for base in type(auth).__mro__}
    if (
        hasattr(auth, "username")
        and hasattr(auth, "password")
        and not kinds & {"HTTPDigestAuth", "HTTPProxyAuth"}
    ):
        return _basic(auth.username, auth.password)
    raise TypeError(
        f"auth is (user, password) or an object with .username and .password such as "
        f"requests.auth.HTTPBasicAuth, for Basic authentication; not {_kind(auth)}"
    )


def _url_authorization(url: str) -> str | None:
    auth = split_userinfo(url)[1]
    return None if auth is None else _basic(*auth)


def split_userinfo(url: str) -> tuple[str, tuple[str, str] | None]:
    """``http://user:password@host/`` as ``http://host/`` and the pair, unquoted.

    Without the colon, or with nothing beside it, it is no pair, as for ``requests``: ``None``.
    """
    found = _USERINFO(url)
    if not found:
        return url, None
    from urllib.parse import unquote

    user, colon, password = found[1].partition(":")
    pair = (unquote(user), unquote(password)) if colon and (user or password) else None
    return url[: found.start(1)] + url[found.end() :], pair


def _basic(user: object, password: object) -> str:
    parts: list[bytes] = []
    for what, value in (("user name", user), ("password", password)):
        try:
            parts.append(value if isinstance(value, bytes) else str(value).encode("latin-1"))
        except UnicodeEncodeError:
            raise ValueError(
                f"auth: the {what} has a character outside Latin-1; pass it as bytes, encoded "
                "as the server expects"
            ) from None
    return "Basic " + b2a_base64(b":".join(parts), newline=False).decode("ascii")


def _text(value: object) -> str:
    """``value`` as text; bytes are UTF-8, and a ``str`` that is also an enum is its value."""
    if isinstance(value, str):
        return str.__str__(value)
    return value.decode() if isinstance(value, bytes) else str(value)


def _kind(value: object) -> str:
    return type(value).__name__


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
