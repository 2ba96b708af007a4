"""The target server, route by route and fault by fault, seen by the standard library."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
ALPHABET = b"abcdefghijklmnopqrstuvwxyz"


@dataclass
class Target:
    """A running goose-target."""

    process: subprocess.Popen[str]
    port: int
    cert_file: str | None = None

    def connect(self) -> http.client.HTTPConnection:
        if self.cert_file is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        context = ssl.create_default_context(cafile=self.cert_file)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request on a connection of its own."""
        connection = self.connect()
        with contextlib.closing(connection):
            fields = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, fields)
            return read_answer(connection)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def counters(self) -> dict[str, Any]:
        counters: dict[str, Any] = self.get("/_counters").json()
        return counters

    def reset(self) -> None:
        assert self.ask("POST", "/_reset").status == 200

    def raw(self, data: bytes) -> socket.socket:
        """A plain socket with these bytes sent."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.sendall(data)
        return connection

    def fault(self, name: str) -> bytes:
        """The bytes of a fault: up to the close, or what comes within a moment, 200 kB at most."""
        with self.raw(f"GET /fault/{name} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) as connection:
            return read_some(connection)


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def read_answer(connection: http.client.HTTPConnection) -> Answer:
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def read_some(connection: socket.socket, wait: float = 0.15, most: int = 200_000) -> bytes:
    data = b""
    while len(data) < most and select.select([connection], [], [], wait)[0]:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def pattern(length: int) -> bytes:
    return (ALPHABET * (length // 26 + 1))[:length]


def build(directory: Path) -> str:
    if path := os.environ.get("GOOSE_TARGET"):
        return path
    folders = ("target", "base", "stat")
    sources = [p for f in folders for p in sorted((ROOT / "csrc" / f).glob("*.c"))]
    sources = [p for p in sources if not p.name.endswith("_test.c")]
    sources += [ROOT / "csrc" / "net" / f"{name}.c" for name in ("poller", "tls", "mailbox")]
    program = directory / "goose-target"
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra", "-Wshadow", "-Werror"]
    libraries = ["-luv", "-lssl", "-lcrypto", "-lz", "-lm", "-lpthread"]
    command = ["cc", *flags, f"-I{ROOT / 'csrc'}", *map(str, sources), "-o", str(program)]
    subprocess.run([*command, *libraries], check=True)
    return str(program)


@contextlib.contextmanager
def running(program: str, *options: str, cert_file: str | None = None) -> Iterator[Target]:
    process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    assert line.startswith("target listening on http")
    yield Target(process, int(line.rsplit(":", 1)[1]), cert_file)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


@pytest.fixture(scope="session")
def target_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(tmp_path_factory.mktemp("target"))


@pytest.fixture(scope="session")
def target_process(target_program: str) -> Iterator[Target]:
    with running(target_program) as target:
        yield target


@pytest.fixture(scope="session")
def tls_target(target_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    cert_file = str(tmp_path_factory.mktemp("cert") / "cert.pem")
    options = ("--tls", "--cert-file", cert_file)
    with running(target_program, *options, cert_file=cert_file) as target:
        yield target


# ---- the program


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_on_signal(target_program: str, number: int) -> None:
    with running(target_program) as target:
        target.process.send_signal(number)
        assert target.process.wait(10) == 0


@pytest.mark.parametrize(
    "options",
    [["--port", "x"], ["--port", "70000"], ["--port"], ["--backend", "kqueue"], ["--frob"]],
)
def test_bad_option(target_program: str, options: list[str]) -> None:
    done = subprocess.run([target_program, *options], capture_output=True, text=True)
    assert done.returncode == 2
    assert options[0] in done.stderr


def test_port_in_use(target_program: str, target_process: Target) -> None:
    port = str(target_process.port)
    done = subprocess.run([target_program, "--port", port], capture_output=True, text=True)
    assert done.returncode == 1
    assert "in use" in done.stderr


@pytest.mark.parametrize("options", [["--backend", "uv"], ["--backend", "epoll"], ["--spin"]])
def test_ways_to_run(target_program: str, options: list[str]) -> None:
    with running(target_program, *options) as target:
        assert target.get("/").body == b"ok, goose\n"
        assert target.get("/bytes/3000000").body == pattern(3_000_000)
        begin = time.monotonic()
        assert target.get("/delay/20").status == 200
        assert 0.02 <= time.monotonic() - begin < 1
        body = os.urandom(3_000_000)
        assert target.ask("PUT", "/upload", body).json()["crc32"] == zlib.crc32(body)


# ---- plain routes


def test_small(target_process: Target) -> None:
    with target_process.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        data = read_some(connection)
    assert data.endswith(b"\r\n\r\nok, goose\n")
    assert 90 <= len(data) <= 105
    assert target_process.get("/new").body == b"ok, goose\n"


def test_keep_alive(target_process: Target) -> None:
    connection = target_process.connect()
    for path in ["/", "/status/404", "/bytes/100000", "/chunked/3/10", "/empty", "/redirect/1"] * 3:
        connection.request("GET", path)
        port = connection.sock.getsockname()
        read_answer(connection)
        connection.request("HEAD", path)
        assert connection.sock.getsockname() == port
        assert read_answer(connection).body == b""
    connection.close()


def test_pipelined(target_process: Target) -> None:
    one = b"GET /bytes/20000 HTTP/1.1\r\nHost: x\r\n\r\n"
    two = b"GET /delay/5 HTTP/1.1\r\nHost: x\r\n\r\n"
    three = b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    with target_process.raw((one + two + three) * 20) as connection:
        data = read_some(connection, most=10_000_000)
    assert data.count(b"HTTP/1.1 200 OK") == 60
    assert data.count(pattern(20000)) == 20
    assert data.count(b'{"length": 3, ') == 20


def test_byte_by_byte(target_process: Target) -> None:
    head = b"POST /upload HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    request = head + b"3;x=1\r\nabc\r\n0\r\n\r\n"
    with target_process.raw(b"") as connection:
        for i in range(len(request)):
            connection.sendall(request[i : i + 1])
            time.sleep(0.0005)
        assert b'{"length": 3, ' in read_some(connection)


@pytest.mark.parametrize("length", [0, 1, 16384, 16385, 1_000_000, 20_000_000])
def test_bytes(target_process: Target, length: int) -> None:
    assert target_process.get(f"/bytes/{length}").body == pattern(length)


@pytest.mark.parametrize("path", ["/bytes", "/bytes/x", "/bytes/-1", "/bytes/100000001"])
def test_bytes_refused(target_process: Target, path: str) -> None:
    assert target_process.get(path).status == 400


def test_json(target_process: Target) -> None:
    for length in (80, 81, 200, 1000, 100_000):
        answer = target_process.get(f"/json/{length}")
        assert len(answer.body) == length
        assert set(answer.json()) == {"id", "token", "items", "pad"}
    assert answer.json()["items"][3] == {"id": 3, "name": "item 3"}
    assert answer.headers["Content-Type"] == "application/json"


def test_status(target_process: Target) -> None:
    for status in (200, 201, 204, 304, 404, 418, 500, 503, 999):
        assert target_process.get(f"/status/{status}?retry=1").status == status
    assert target_process.get("/status/99").status == 400
    assert target_process.get("/nowhere").status == 404


def test_delay(target_process: Target) -> None:
    target_process.reset()
    begin = time.monotonic()
    for _ in range(20):
        assert target_process.get("/delay/2.5").status == 200
    assert time.monotonic() - begin >= 0.05
    delays = target_process.counters()["delays_ms"]
    assert delays["count"] == 20
    assert 2.5 <= delays["min"] <= delays["p50"] <= delays["p99_9"] <= delays["max"]


@pytest.mark.parametrize("law", ["exp/1", "uniform/1/2", "lognormal/1/0.5"])
def test_drawn_delay(target_process: Target, law: str) -> None:
    target_process.reset()
    assert all(target_process.get(f"/delay/{law}").status == 200 for _ in range(20))
    delays = target_process.counters()["delays_ms"]
    assert delays["count"] == 20
    assert delays["min"] < delays["max"]
    assert target_process.get("/delay/exp/x").status == 400


def test_redirect(target_process: Target) -> None:
    answer = target_process.get("/redirect/2")
    assert (answer.status, answer.headers["Location"]) == (302, "/redirect/1")
    answer = target_process.get("/redirect/1?status=307")
    assert (answer.status, answer.headers["Location"]) == (307, "/redirect/0?status=307")
    assert target_process.get("/redirect/0").status == 200
    answer = target_process.get("/redirect-to?url=http%3A%2F%2Fx%2F%3Fa%3Db&status=308")
    assert (answer.status, answer.headers["Location"]) == (308, "http://x/?a=b")
    assert target_process.get("/redirect-to?url=/a%0d%0ab").status == 400


def test_cookies(target_process: Target) -> None:
    answer = target_process.get("/cookies/set?a=1&b=x%20y")
    assert answer.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=x y; Path=/"]
    assert (answer.status, answer.headers["Location"]) == (302, "/cookies")
    answer = target_process.get("/cookies", Cookie="a=1; b=x=y")
    assert answer.json() == {"cookies": {"a": "1", "b": "x=y"}}
    answer = target_process.get("/cookies/delete?a")
    assert answer.headers["Set-Cookie"] == "a=; Path=/; Max-Age=0"


def test_echo(target_process: Target) -> None:
    path = "/echo/deep?a=1&a=2&b=%C3%A4+c"
    echo = target_process.ask("PATCH", path, 'h\u00e4 "\\\n\0'.encode(), X_One="1").json()
    assert echo["method"] == "PATCH"
    assert (echo["path"], echo["query"]) == ("/echo/deep", "a=1&a=2&b=%C3%A4+c")
    assert echo["args"] == [["a", "1"], ["a", "2"], ["b", "\u00e4 c"]]
    assert echo["body"] == 'h\u00e4 "\\\n\0'
    assert echo["body_length"] == 8
    assert ["X-One", "1"] in echo["headers"]
    assert echo["headers"][0][0] == "Host"
    body = bytes(range(256))
    echo = target_process.ask("POST", "/echo", body).json()
    assert base64.b64decode(echo["body_base64"]) == body
    echo = target_process.get("/echo", X_Latin=b"gr\xfcn".decode("latin-1")).json()
    assert ["X-Latin", "gr\u00fcn"] in echo["headers"]


def test_upload(target_process: Target) -> None:
    body = os.urandom(5_000_000)
    wanted = {"length": len(body), "crc32": zlib.crc32(body)}
    assert target_process.ask("POST", "/upload", body).json() == wanted
    pieces = [body[i : i + 70_001] for i in range(0, len(body), 70_001)]
    assert target_process.ask("PUT", "/upload", iter(pieces)).json() == wanted
    assert target_process.get("/upload").json() == {"length": 0, "crc32": 0}


def test_expect(target_process: Target) -> None:
    head = b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with target_process.raw(head) as connection:
        assert read_some(connection) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"abc")
        assert b'{"length": 3, ' in read_some(connection)


def test_login(target_process: Target) -> None:
    page = target_process.get("/login").body.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    form = f"user=J%C3%B6rg+B.&password=x&token={token}"
    answer = target_process.ask("POST", "/login", form)
    assert (answer.status, answer.headers["Location"]) == (302, "/account")
    session, *attributes = answer.headers["Set-Cookie"].split("; ")
    assert "HttpOnly" in attributes
    answer = target_process.get("/account", Cookie=f"other=1; {session}")
    assert answer.json() == {"user": "J\u00f6rg B."}
    assert target_process.get("/account", Cookie=session[:-1] + "!").status == 401
    assert target_process.get("/account").status == 401
    assert target_process.ask("POST", "/login", "user=a&password=wrong").status == 401
    assert target_process.ask("POST", "/login", "user=a&password=b&token=c").status == 403
    assert target_process.ask("POST", "/login", "password=b").status == 400
    assert target_process.ask("PUT", "/login").status == 405
    assert "Max-Age=0" in target_process.get("/logout").headers["Set-Cookie"]


def test_basic_auth(target_process: Target) -> None:
    answer = target_process.get("/basic-auth/al/s%20cret")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="goose"'
    good, bad = (f"Basic {base64.b64encode(t).decode()}" for t in (b"al:s cret", b"al:other"))
    answer = target_process.get("/basic-auth/al/s%20cret", Authorization=good)
    assert answer.json() == {"authenticated": True, "user": "al"}
    assert target_process.get("/basic-auth/al/s%20cret", Authorization=bad).status == 401


def test_compressed(target_process: Target) -> None:
    answer = target_process.get("/gzip/5000")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(answer.body)) == 5000
    assert json.loads(gzip.decompress(target_process.get("/gzip").body))["compressed"]
    assert len(zlib.decompress(target_process.get("/deflate/3000000").body)) == 3_000_000
    assert len(zlib.decompress(target_process.get("/deflate-raw/100").body, -15)) == 100


def test_chunked(target_process: Target) -> None:
    answer = target_process.get("/chunked/30/1000")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.body == pattern(1000) * 30
    assert target_process.get("/chunked/7/1000000").body == pattern(1_000_000) * 7
    assert target_process.get("/chunked/0/5").body == b""
    assert target_process.get("/chunked/1000/1000000").status == 400


def test_closing(target_process: Target) -> None:
    answer = target_process.get("/close")
    assert answer.headers["Connection"] == "close"
    for length in (0, 10, 1_000_000):
        answer = target_process.get(f"/close-delimited/{length}")
        assert answer.headers["Content-Length"] is None
        assert answer.body == pattern(length)
    for head in (b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"):
        with target_process.raw(head) as connection:
            data = b"".join(iter(lambda: connection.recv(65536), b""))
        assert data.endswith(b"ok, goose\n")


def test_half_closed(target_process: Target) -> None:
    with target_process.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as connection:
        connection.shutdown(socket.SHUT_WR)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    assert data.endswith(b"ok, goose\n")


def test_small_things(target_process: Target) -> None:
    assert target_process.get("/empty").status == 204
    assert "\U0001fabf" in target_process.get("/utf8").body.decode()
    assert "\xa7 1" in target_process.get("/latin1").body.decode("latin-1")
    assert target_process.get("/ip").json()["ip"] == "127.0.0.1"
    assert target_process.get("/headers", X_One="1").json()["headers"]["X-One"] == "1"
    answer = target_process.get("/set-header?X-A=b%20c&X-D=e")
    assert (answer.headers["X-A"], answer.headers["X-D"]) == ("b c", "e")
    assert target_process.get("/set-header?X-A=b%0d%0aX-B:c").status == 400


# ---- counters


def test_counters(target_process: Target) -> None:
    target_process.reset()
    for _ in range(3):
        target_process.get("/?q=1")
    target_process.get("/status/404?x")
    target_process.ask("POST", "/status/404")
    target_process.fault("hang")
    counters = target_process.counters()
    assert (counters["requests"], counters["answered"]) == (6, 5)
    assert counters["connections"] == 7  # and the one that asks
    assert counters["open"] == 1
    assert counters["by"] == [
        {"method": "GET", "path": "/", "count": 3, "status": {"200": 3}},
        {"method": "GET", "path": "/status/404", "count": 1, "status": {"404": 1}},
        {"method": "POST", "path": "/status/404", "count": 1, "status": {"404": 1}},
        {"method": "GET", "path": "/fault/hang", "count": 1, "status": {}},
    ]
    assert target_process.get("/_reset").status == 405
    target_process.reset()
    assert target_process.counters()["by"] == []


def test_counters_are_bounded(target_process: Target) -> None:
    target_process.reset()
    asked = 0
    with target_process.raw(b"") as connection:
        for first in range(0, 21_000, 100):
            paths = range(first, first + 100)
            connection.sendall(b"".join(b"GET /status/200/%d HTTP/1.1\r\n\r\n" % i for i in paths))
            asked += 100
            data = b""
            while data.count(b"HTTP/1.1 400") < 100:
                data += connection.recv(65536)
    counters = target_process.counters()
    assert counters["requests"] == asked == sum(row["count"] for row in counters["by"])
    assert len(counters["by"]) == 20_001
    assert counters["by"][-1]["path"] == "(other)"
    assert counters["by"][-1]["count"] == 1000
    target_process.reset()


# ---- what it refuses


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"FROB\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET /\x01 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\rX: y\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nX: y\r\n folded\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 67108865\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n", 413),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_refused(target_process: Target, request_bytes: bytes, status: int) -> None:
    target_process.reset()
    with target_process.raw(request_bytes) as connection:
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    assert data.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close\r\n" in data
    assert target_process.counters()["refused"] == 1


# ---- faults


def test_fault_reset(target_process: Target) -> None:
    connection = target_process.raw(b"GET /fault/reset HTTP/1.1\r\n\r\n")
    with connection, pytest.raises(ConnectionResetError):
        connection.recv(1)
    with target_process.raw(b"GET /fault/half-reset/10 HTTP/1.1\r\n\r\n") as connection:
        assert connection.recv(100) == b"HTTP/1.1 2"
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_fault_close(target_process: Target) -> None:
    with target_process.raw(b"GET /fault/close HTTP/1.1\r\n\r\n") as connection:
        assert connection.recv(1) == b""
    whole = target_process.fault("half/100000")
    for length in (0, 1, 17, len(whole) - 1, len(whole)):
        with target_process.raw(b"GET /fault/half/%d HTTP/1.1\r\n\r\n" % length) as connection:
            data = b"".join(iter(lambda: connection.recv(65536), b""))
        assert len(data) == length


def test_fault_idle_close(target_process: Target) -> None:
    with target_process.raw(b"GET /fault/idle-close/20 HTTP/1.1\r\n\r\n") as connection:
        assert b"Connection" not in connection.recv(1000)
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.recv(1) == b""


def test_fault_drip(target_process: Target) -> None:
    begin = time.monotonic()
    assert target_process.get("/fault/drip/2").body == b"ok, goose\n"
    assert time.monotonic() - begin > 0.15


@pytest.mark.parametrize(
    "name",
    [
        "headers-endless",
        "header-huge",
        "status-endless",
        "body-endless",
        "chunks-endless",
        "bad-chunk/endless",
        "bad-trailer/endless",
        "1xx-endless",
    ],
)
def test_fault_endless(target_process: Target, name: str) -> None:
    assert len(target_process.fault(name)) >= 200_000


def test_fault_endless_ends_with_the_client(target_process: Target) -> None:
    for _ in range(10):
        target_process.fault("headers-endless")
    deadline = time.monotonic() + 5
    while target_process.counters()["open"] > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert target_process.counters()["open"] == 1


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("hang", b""),
        ("bad-status", b"HTP/1.1 200 OK\r\n"),
        ("bad-status/number", b"HTTP/1.1 abc"),
        ("bad-header", b"No colon here\r\n"),
        ("bad-length/neg", b"Content-Length: -5\r\n"),
        ("bad-length/dup", b"Content-Length: 3\r\nContent-Length: 3\r\n"),
        ("bad-length/huge", b"Content-Length: 99999999999999999999\r\n"),
        ("bad-length/text", b"Content-Length: three\r\n"),
        ("bad-length/differ", b"Content-Length: 3\r\nContent-Length: 4\r\n"),
        ("bad-chunk", b"\r\n\r\nzz\r\n"),
        ("bad-chunk/cut", b"5\r\nab"),
        ("bad-encoding", b"Transfer-Encoding: frob\r\n"),
        ("101", b"HTTP/1.1 101 "),
        ("surplus", b"\r\n\r\nok\nand more"),
        ("redirect-loop", b"Location: /fault/redirect-loop\r\n"),
        ("bad-location", b"Location: http://[::bad:99999/\r\n"),
        ("garbage", b"\x16\x03\x01"),
        ("nonsense", b"HTTP/1.1 404 "),
    ],
)
def test_fault_bytes(target_process: Target, name: str, part: bytes) -> None:
    assert part in target_process.fault(name)


def test_fault_interim(target_process: Target) -> None:
    data = target_process.fault("1xx/3")
    assert data.count(b"HTTP/1.1 103 Early Hints\r\n") == 3
    assert data.endswith(b"ok, goose\n")


def test_fault_gzip(target_process: Target) -> None:
    answer = target_process.get("/fault/gzip-bomb")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 3_000_000
    unpack, length, data = zlib.decompressobj(31), 0, answer.body
    while not unpack.eof:
        length += len(unpack.decompress(data, 1 << 24))
        data = unpack.unconsumed_tail
    assert length == 1 << 30
    answer = target_process.get("/fault/gzip-broken")
    with pytest.raises((OSError, EOFError, zlib.error)):
        gzip.decompress(answer.body)


# ---- TLS


def test_tls(tls_target: Target) -> None:
    assert tls_target.get("/").body == b"ok, goose\n"
    assert tls_target.get("/bytes/5000000").body == pattern(5_000_000)
    assert tls_target.get("/close-delimited/100000").body == pattern(100_000)
    assert tls_target.get("/delay/5").status == 200
    body = os.urandom(3_000_000)
    assert tls_target.ask("PUT", "/upload", body).json()["crc32"] == zlib.crc32(body)
    connection = tls_target.connect()
    for path in ["/", "/chunked/5/100000", "/empty"] * 5:
        connection.request("GET", path)
        assert read_answer(connection).status in (200, 204)
    connection.close()


def test_tls_counts(tls_target: Target) -> None:
    tls_target.reset()
    context = ssl.create_default_context(cafile=tls_target.cert_file)
    session = None
    for _ in range(3):
        plain = socket.create_connection(("127.0.0.1", tls_target.port), timeout=10)
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as secure:
            secure.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert secure.recv(1000).endswith(b"ok, goose\n")
            session = secure.session
    counters = tls_target.counters()
    assert (counters["tls_handshakes"], counters["tls_resumed"]) == (4, 2)


def test_tls_rubbish(tls_target: Target) -> None:
    with tls_target.raw(b"GET / HTTP/1.1\r\n\r\n") as connection:
        read_some(connection)
    plain = socket.create_connection(("127.0.0.1", tls_target.port), timeout=10)
    with plain, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
    assert tls_target.get("/").status == 200
