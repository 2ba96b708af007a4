"""A server that is not ours: nginx, its status page and its access log against our totals."""

from __future__ import annotations

import collections
import os
import re
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from helpers import RunCli, end_process, run, until

import goose
from goose import Attack, HttpUser, task

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
if NGINX is None:
    if os.environ.get("CI"):
        raise RuntimeError("nginx is not installed: apt-get install nginx-light")
    pytest.skip("nginx is not installed: apt-get install nginx-light", allow_module_level=True)

CONFIG = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 2000; }
http {
    log_format plain '$request_method $uri $status $body_bytes_sent $connection_requests';
    access_log access.log plain;
    client_body_temp_path temp;
    proxy_temp_path temp;
    fastcgi_temp_path temp;
    uwsgi_temp_path temp;
    scgi_temp_path temp;
    types { text/html html; application/json json; }
    default_type application/octet-stream;
    keepalive_requests 100000;
    gzip on;
    gzip_min_length 1;
    gzip_types application/json;
    server {
        listen 127.0.0.1:PORT;
        root www;
        location /stub { stub_status; access_log off; }
        location /plain/ { gzip off; alias www/; }
        location /ssi.html { ssi on; gzip off; }
        location /moved { return 301 /page.html; }
        location /few { keepalive_timeout 60; return 200 "few\\n"; }
        location /short { keepalive_timeout 0; return 200 "short\\n"; }
        location /no-post { return 405; }
    }
    server {
        listen 127.0.0.1:OTHER;
        location / { keepalive_requests 5; return 200 "five\\n"; }
    }
}
"""

PAGE = "<p>goose</p>\n" * 400
DATA = '{"items": [' + ", ".join(str(number) for number in range(2000)) + "]}"


@dataclass
class Nginx:
    """A running nginx with a folder of its own."""

    folder: Path
    port: int
    other: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def requests(self) -> int:
        """What stub_status counts, without the asking."""
        with urllib.request.urlopen(f"{self.url}/stub", timeout=5) as answer:
            text = answer.read().decode()
        found = re.search(r"\n\s*(\d+) (\d+) (\d+)\s", text)
        assert found is not None, text
        return int(found[3])

    def log(self) -> list[list[str]]:
        """Method, path, status, bytes of the body and place on its connection of each request."""
        return [line.split() for line in (self.folder / "access.log").read_text().splitlines()]

    def forget(self) -> None:
        """Empties the log."""
        (self.folder / "access.log").write_text("")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def nginx_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    (folder / "www").mkdir()
    (folder / "www" / "page.html").write_text(PAGE)
    (folder / "www" / "data.json").write_text(DATA)
    (folder / "www" / "big.bin").write_bytes(bytes(range(256)) * 4000)
    (folder / "www" / "ssi.html").write_text('<!--#echo var="request_method" -->' + PAGE)
    server = Nginx(folder, free_port(), free_port())
    text = CONFIG.replace("PORT", str(server.port)).replace("OTHER", str(server.other))
    if os.geteuid() == 0:
        text = "user root;\n" + text
    (folder / "nginx.conf").write_text(text.replace("www", f"{folder}/www"))
    assert NGINX is not None
    command = [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        until(lambda: process.poll() is not None or is_listening(server.port), "nginx listens")
        assert process.poll() is None, process.stderr and process.stderr.read()
        yield server
    finally:
        end_process(process)


@pytest.fixture
def nginx(nginx_server: Nginx) -> Nginx:
    nginx_server.forget()
    return nginx_server


SCRIPT = """
from goose import HttpUser, constant, task

class Reader(HttpUser):
    wait_time = constant(0.002)

    @task(3)
    def page(self):
        assert "goose" in self.client.get("/page.html").text

    @task
    def data(self):
        assert self.client.get("/data.json").json()["items"][-1] == 1999

    @task
    def big(self):
        assert len(self.client.get("/plain/big.bin").content) == 1024000

    @task
    def chunked(self):
        response = self.client.get("/ssi.html")
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.text.startswith("GET<p>")

    @task
    def missing(self):
        with self.client.get("/missing", catch_response=True) as response:
            if response.status_code == 404:
                response.success()

    @task
    def moved(self):
        assert self.client.get("/moved").url.endswith("/page.html")

    @task
    def refused(self):
        self.client.post("/no-post", data={"a": 1})

    @task
    def head(self):
        assert self.client.head("/page.html").text == ""
"""


@pytest.mark.parametrize(("users", "lanes"), [(1, 1), (20, 2)])
def test_totals_are_those_of_nginx(nginx: Nginx, run_cli: RunCli, users: int, lanes: int) -> None:
    before = nginx.requests()
    options = ["-H", nginx.url, "-u", str(users), "-r", "1000", "-t", "1", "--no-reset-metrics"]
    found = run_cli(*options, "--lanes", str(lanes), script=SCRIPT)
    total = found.report["total"]
    made = total["count"] + total["redirects"]
    assert nginx.requests() - before - 1 == made > 100
    log = nginx.log()
    assert len(log) == made
    seen = collections.Counter(f"{method} {path}" for method, path, *_ in log)
    told = found.counts()
    seen["GET /page.html"] -= told["GET /moved"]  # where it leads to
    assert told == dict(seen)
    statuses = collections.Counter(status for _, _, status, *_ in log)
    assert total["failures"] == statuses["405"]
    assert found.report["tasks_total"]["failures"] == 0, found.err
    assert found.code == 1
    # one connection for each user; HEAD, 404, redirects and chunks keep it
    assert found.report["connect"]["count"] == users
    assert max(int(place) for *_, place in log) >= made // users // 4


def one(nginx: Nginx, call: Any, host: str = "") -> Any:
    """What ``call(client)`` gives inside of a user."""
    results: list[Any] = []

    class Once(HttpUser):
        @task
        def go(self) -> None:
            results.append(call(self.client))
            raise goose.StopUser

    attack = Attack(Once, host=host or nginx.url, users=1, lanes=1, no_reset_metrics=True)
    metrics = run(attack)
    assert metrics.tasks_total.failures == 0, metrics.errors
    return (*results, metrics)


def test_gzip(nginx: Nginx) -> None:
    response, metrics = one(nginx, lambda client: client.get("/page.html"))
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.text == PAGE
    assert metrics.total.bytes_received < len(PAGE) / 2
    plain, metrics = one(
        nginx, lambda client: client.get("/page.html", headers={"Accept-Encoding": "identity"})
    )
    assert plain.text == PAGE
    assert "Content-Encoding" not in plain.headers
    assert metrics.total.bytes_received > len(PAGE)


def test_not_modified_range_and_missing(nginx: Nginx) -> None:
    def call(client: Any) -> Any:
        first = client.get("/plain/data.json")
        again = client.get("/plain/data.json", headers={"If-None-Match": first.headers["ETag"]})
        part = client.get("/plain/big.bin", headers={"Range": "bytes=10-19"})
        return first, again, part, client.get("/missing"), client.get("/short")

    (first, again, part, missing, short), metrics = one(nginx, call)
    assert first.json()["items"][0] == 0
    assert (again.status_code, again.content) == (304, b"")
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert missing.status_code == 404
    assert short.text == "short\n"
    assert metrics.total.status_codes == {200: 2, 206: 1, 304: 1, 404: 1}
    assert metrics.total.failures == 1
    assert metrics.connect.times.count == 1


def test_connections_that_nginx_closes_after_some_requests(nginx: Nginx) -> None:
    def call(client: Any) -> Any:
        return [client.get("/").text for _ in range(20)]

    texts, metrics = one(nginx, call, f"http://127.0.0.1:{nginx.other}")
    assert texts == ["five\n"] * 20
    assert metrics.connect.times.count == 4
    assert metrics.total.failures == 0
    assert len(nginx.log()) == 20 + metrics.total.resent
