"""Hands the extension the Python parts that it calls."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from goose import _cookies, _encode, _engine, _headers, _natives, _patches, exception

if TYPE_CHECKING:
    from goose._engine import Client, Response


def _make_headers(client: Client, default: str) -> _headers.Headers:
    pairs = [tuple(line.split(": ", 1)) for line in default.split("\r\n") if line]
    return _headers.Headers(pairs, client.headers_changed)  # type: ignore[arg-type]


def _http_error(response: Response) -> exception.HTTPError:
    """Worded as requests does."""
    status = response.status_code
    if status == 0:
        return exception.HTTPError(f"{response.error} for url: {response.url}", response)
    side = "Client" if status < 500 else "Server"
    text = f"{status} {side} Error: {response.reason} for url: {response.url}"
    return exception.HTTPError(text, response)


def _join_url(base: str, url: str) -> str:
    if url and not url.startswith("/"):
        url = "/" + url
    return base.rstrip("/") + url


_engine.configure(
    {
        **{
            name: getattr(exception, name)
            for name in (
                "StopAttack",
                "StopUser",
                "InterruptTaskSet",
                "RescheduleTask",
                "RescheduleTaskImmediately",
                "ResponseError",
                "RequestError",
            )
        },
        "prepare": _encode.prepare,
        "merge_headers": _headers.merge,
        "encode_cookies": _cookies.encode,
        "make_headers": _make_headers,
        "make_cookies": _cookies.Cookies,
        "response_headers": _headers.Headers.from_pairs,
        "response_cookies": _cookies.response_cookies,
        "http_error": _http_error,
        "json_loads": json.loads,
        "json_dumps": partial(json.dumps, allow_nan=False),
        "timedelta": timedelta,
        "natives": _natives.natives(_engine.program_tables()["native_names"]),
        "unbound": _natives.UNBOUND,
        "unpack": _natives.unpack,
        "make_error": _natives.make_error,
        "is_error": _natives.is_error,
        "add_trace": _natives.add_trace,
        "sleep": _patches.sleep,
        "write_lines": _natives.write_lines,
        "join_url": _join_url,
        "split_userinfo": _encode.split_userinfo,
    }
)
