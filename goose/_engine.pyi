"""The C engine as Python sees it (csrc/py)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, Literal

from goose._cookies import Cookies, ResponseCookies
from goose._headers import Headers
from goose.exception import RequestError

_Verify = bool | str
_Timeout = float | tuple[float | None, float | None] | None
_Params = Mapping[str, Any] | Iterable[tuple[str, Any]] | str | bytes | None
_HeadersIn = Mapping[str, Any] | None
_Bytes = bytes

class Response:
    """An answer; status_code 0: there was none, see error."""

    @property
    def status_code(self) -> int: ...
    @property
    def ok(self) -> bool: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def cookies(self) -> ResponseCookies: ...
    @property
    def url(self) -> str: ...
    @property
    def history(self) -> list[Response]: ...
    @property
    def elapsed(self) -> timedelta: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def error(self) -> RequestError | None: ...
    @property
    def is_redirect(self) -> bool: ...
    encoding: str | None
    def json(self, **keywords: Any) -> Any: ...
    def raise_for_status(self) -> None: ...
    def success(self) -> None: ...
    def failure(self, message: object) -> None: ...
    def close(self) -> None: ...
    def __bool__(self) -> bool: ...
    def __enter__(self) -> Response: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool: ...

class Client:
    """One user's HTTP client: cookies and connections of its own."""

    @property
    def headers(self) -> Headers: ...
    @headers.setter
    def headers(self, value: Mapping[str, str]) -> None: ...
    @property
    def cookies(self) -> Cookies: ...
    @cookies.setter
    def cookies(self, value: Mapping[str, str]) -> None: ...
    auth: Any
    verify: _Verify
    @property
    def base_url(self) -> str: ...
    @property
    def user_id(self) -> int | None: ...
    def request(
        self,
        method: str,
        url: str,
        name: str | None = None,
        *,
        params: _Params = None,
        data: Any = None,
        json: Any = None,
        headers: _HeadersIn = None,
        cookies: Mapping[str, str] | None = None,
        auth: Any = None,
        timeout: _Timeout = None,
        allow_redirects: bool = True,
        verify: _Verify | None = None,
        catch_response: bool = False,
        files: Any = None,
        stream: bool = False,
        context: Any = None,
        cert: Any = None,
        proxies: Any = None,
        hooks: Any = None,
    ) -> Response: ...
    def get(
        self,
        url: str,
        params: _Params = None,
        *,
        name: str | None = None,
        data: Any = None,
        json: Any = None,
        headers: _HeadersIn = None,
        cookies: Mapping[str, str] | None = None,
        auth: Any = None,
        timeout: _Timeout = None,
        allow_redirects: bool = True,
        verify: _Verify | None = None,
        catch_response: bool = False,
        files: Any = None,
        stream: bool = False,
        context: Any = None,
        cert: Any = None,
        proxies: Any = None,
        hooks: Any = None,
    ) -> Response: ...
    def post(
        self,
        url: str,
        data: Any = None,
        *,
        name: str | None = None,
        params: _Params = None,
        json: Any = None,
        headers: _HeadersIn = None,
        cookies: Mapping[str, str] | None = None,
        auth: Any = None,
        timeout: _Timeout = None,
        allow_redirects: bool = True,
        verify: _Verify | None = None,
        catch_response: bool = False,
        files: Any = None,
        stream: bool = False,
        context: Any = None,
        cert: Any = None,
        proxies: Any = None,
        hooks: Any = None,
    ) -> Response: ...
    put = post
    patch = post
    def delete(
        self,
        url: str,
        *,
        name: str | None = None,
        params: _Params = None,
        data: Any = None,
        json: Any = None,
        headers: _HeadersIn = None,
        cookies: Mapping[str, str] | None = None,
        auth: Any = None,
        timeout: _Timeout = None,
        allow_redirects: bool = True,
        verify: _Verify | None = None,
        catch_response: bool = False,
        files: Any = None,
        stream: bool = False,
        context: Any = None,
        cert: Any = None,
        proxies: Any = None,
        hooks: Any = None,
    ) -> Response: ...
    head = delete
    options = delete

    # for goose's own files
    def headers_changed(self) -> None: ...
    def cookie_list(self) -> list[tuple[str, str, str, str]]: ...
    def cookie_set(self, name: str, value: str, domain: str, path: str, /) -> None: ...
    def cookie_remove(self, name: str, domain: str, path: str, /) -> int: ...
    def park(self, timeout: float = -1, /) -> None: ...
    def wake(self) -> None: ...

class Histogram:
    """Durations in HdrHistogram's layout: 3 digits, 1 us to 1 h."""

    def __init__(self) -> None: ...
    @property
    def count(self) -> int: ...
    @property
    def minimum_ms(self) -> float: ...
    @property
    def maximum_ms(self) -> float: ...
    @property
    def mean_ms(self) -> float: ...
    def percentile(self, p: float, /) -> float: ...
    def record_ms(self, ms: float, /) -> None: ...
    def merge(self, other: Histogram, /) -> None: ...
    def buckets(self) -> list[tuple[float, int]]: ...

class Attack:
    """One run of Python users on the engine."""

    def __init__(
        self,
        description: Mapping[str, Any],
        shares: list[tuple[float, int]],
        environment: Any,
        on_error: Callable[[str, BaseException], None],
        *,
        users: int,
        lanes: int,
        hatch_rate: float,
        run_time: float,
        stop_timeout: float,
        seed: int,
        reset: bool,
        metrics: bool,
        stepped: bool,
        fake: bool,
    ) -> None: ...
    @property
    def phase(
        self,
    ) -> Literal[
        "starting", "test_start", "hatching", "running", "stopping", "test_stop", "done"
    ]: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def wait(self, seconds: float, /) -> bool: ...
    def snapshot(self, timeout: float, emergency: bool = False, /) -> dict[str, Any]: ...
    def before(self) -> dict[str, Any] | None: ...
    def held(self) -> list[tuple[float, int, int]]: ...
    def printed(self) -> str: ...
    def close(self) -> None: ...

class Program:
    """Compiled functions of a user class, verified and loaded."""

    def __init__(
        self,
        constants: list[tuple[Any, bool]],
        functions: list[tuple[Any, ...]],
        sites: list[tuple[int, bool, _Bytes]],
        set_slots: list[str],
        user_slots: list[str],
        islands: tuple[Callable[..., Any], ...],
    ) -> None: ...
    def print(self, function: int, /) -> str: ...
    def bytes(self) -> _Bytes: ...

def configure(parts: Mapping[str, Any], /) -> None: ...
def current_client() -> Client | None: ...
def sleep(seconds: float, /) -> bool: ...
def random_unit() -> float: ...
def random_bits(bits: int, /) -> int: ...
def in_user() -> bool: ...
def program_tables() -> dict[str, Any]: ...
def evaluate(name: str, /, *args: Any) -> Any: ...
def last_words_open() -> int: ...
def last_words_set(path: str | None, report: bytes, tables: bytes, /) -> None: ...
def last_words_beat(on: bool, /) -> None: ...
def last_words_heard() -> int: ...
def last_words_close() -> None: ...
