"""Our client beside ``requests``, call by call: what the target saw and what the response gives."""

from __future__ import annotations

import itertools
import re
import socketserver
import threading
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from parity_cases import ANSWERS, CASES, Case
from parity_differences import DIFFERENCES, REASONS

import goose
from goose._demo import running_target

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "differences-from-requests.md"

Facts = dict[str, Any]
Outcomes = Callable[[str], tuple[list[Facts], list[Facts]]]
BOUNDARY = re.compile(r"\b[0-9a-f]{32}\b")


class Peer(requests.Session):
    """A session with a host, as Locust's client is one."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self.host = host
        self.trust_env = False
        self.headers["User-Agent"] = f"goose-py/{goose.__version__}"
        self.headers["Accept-Encoding"] = "gzip, deflate"  # whatever else is installed

    def request(self, method: str, url: Any, *args: Any, **given: Any) -> requests.Response:  # type: ignore[override]
        absolute = re.match("https?://", url.strip(), re.IGNORECASE)
        given.setdefault("timeout", 10)
        return super().request(method, url if absolute else self.host + url, *args, **given)


class Raw(socketserver.ThreadingTCPServer):
    """Answers a request for ``/N`` with the N-th of ``ANSWERS``, then closes."""

    daemon_threads = True
    allow_reuse_address = True

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().split()[1]
            while self.rfile.readline().strip():
                pass
            number = int(path[1:].partition(b"?")[0])
            self.wfile.write(list(ANSWERS.values())[number])

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Raw.Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


def attempt(case: Case, client: Any, host: str) -> list[Facts]:
    """What came of a case: the facts of each of its responses."""
    try:
        outcome = case(client, host)
    except Exception as error:
        return [{"raises": type(error).__name__, "text": str(error)}]
    return [facts(item, host) for item in (outcome if isinstance(outcome, list) else [outcome])]


def facts(response: Any, host: str) -> Facts:
    """Everything that can be asked of a response, in a form that compares."""
    found: Facts = {
        "status_code": response.status_code,
        "ok": response.ok,
        "truth": bool(response),
        "repr": repr(response),
        "reason": response.reason,
        "url": response.url,
        "encoding": response.encoding,
        "elapsed": type(response.elapsed).__name__,
        "is_redirect": response.is_redirect,
        "cookies": response.cookies.get_dict(),
        "history": [
            (hop.status_code, hop.url, hop.headers.get("Location"), hop.reason, len(hop.content))
            for hop in response.history
        ],
        "headers": {
            name.lower(): value
            for name, value in response.headers.items()
            if name.lower() not in ("date", "server")
        },
        "raise_for_status": raised(response.raise_for_status),
    }
    sent = value_of(response.json)
    if isinstance(sent, dict) and {"method", "args", "headers"} <= sent.keys():
        del found["headers"]["content-length"]
        found.update({f"sent.{name}": value for name, value in sent_facts(sent).items()})
    else:
        found.update({"content": response.content, "text": response.text, "json": sent})
    return found


def raised(function: Callable[[], Any]) -> str | None:
    try:
        function()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def value_of(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except ValueError:
        return "ValueError"


def sent_facts(sent: dict[str, Any]) -> Facts:
    """What the target saw of a request; random boundaries are made equal."""
    found = {name: sent.get(name) for name in ("method", "path", "query", "body_length")}
    body = b64decode(sent["body_base64"]) if "body_base64" in sent else sent["body"].encode()
    found["body"] = BOUNDARY.sub("BOUNDARY", body.decode("latin-1"))
    for name, value in sent["headers"]:
        key = f"header.{name.lower()}"
        value = BOUNDARY.sub("BOUNDARY", value)
        found[key] = f"{found[key]} AND {value}" if key in found else value
    return found


def cases_at(raw: str) -> dict[str, Case]:
    """All cases; those of ``ANSWERS`` ask the raw server."""

    def case(number: int) -> Case:
        return lambda client, host: client.get(f"{raw}/{number}")

    return CASES | {f"answer: {name}": case(n) for n, name in enumerate(ANSWERS)}


NAMES = list(cases_at(""))


def with_requests(cases: dict[str, Case], host: str) -> dict[str, list[Facts]]:
    found = {}
    for name, case in cases.items():
        with Peer(host) as peer:
            found[name] = attempt(case, peer, host)
    return found


def with_goose(cases: dict[str, Case], host: str) -> dict[str, list[Facts]]:
    """Each case in a user of its own."""
    found: dict[str, list[Facts]] = {}
    rest = iter(cases.items())
    finished = itertools.count(1)

    class Parity(goose.HttpUser):
        network_timeout = 10

        @goose.task
        def one(self) -> None:
            name, case = next(rest)
            found[name] = attempt(case, self.client, host)
            if next(finished) == len(cases):
                self.environment.runner.quit()
            raise goose.StopUser

    goose.Attack(Parity, host=host, users=len(cases), hatch_rate=1000, run_time=60, lanes=1).run()
    return found


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """A function from the name of a case to what ``requests`` and goose found."""
    with running_target() as (host, _), Raw() as raw:
        threading.Thread(target=raw.serve_forever, daemon=True).start()
        cases = cases_at(raw.address)
        theirs, ours = with_requests(cases, host), with_goose(cases, host)
        raw.shutdown()
    return lambda name: (theirs[name], ours[name])


def differing(theirs: list[Facts], ours: list[Facts]) -> dict[str, tuple[Any, Any]]:
    """Where the facts of two outcomes differ, and how."""
    if "raises" in theirs[0] or "raises" in ours[0]:
        kinds = tuple("raises" if "raises" in found[0] else "answers" for found in (theirs, ours))
        return {"outcome": (theirs[0], ours[0])} if kinds[0] != kinds[1] else {}
    assert len(theirs) == len(ours)
    found = {}
    for number, (one, other) in enumerate(zip(theirs, ours, strict=True)):
        prefix = f"{number}." if len(theirs) > 1 else ""
        for key in {**one, **other}:
            if one.get(key) != other.get(key):
                found[prefix + key] = (one.get(key), other.get(key))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, outcomes: Outcomes) -> None:
    theirs, ours = outcomes(name)
    found = differing(theirs, ours)
    expected = DIFFERENCES[name][1] if name in DIFFERENCES else set()
    assert set(found) == expected, "\n".join(
        f"{key}:\n  requests {pair[0]!r}\n  goose    {pair[1]!r}" for key, pair in found.items()
    )


def test_user_and_password_in_the_host() -> None:
    def case(client: Any, host: str) -> Any:
        return [client.get("/echo"), client.get("/echo?a=b", auth=("c", "d"))]

    with running_target() as (host, _):
        signed = host.replace("://", "://us%40er:pass@")
        theirs, ours = with_requests({"": case}, signed)[""], with_goose({"": case}, signed)[""]
    found = differing(theirs, ours)
    assert {key: pair[1] for key, pair in found.items()} == {
        "0.url": f"{host}/echo",  # requests shows the password
        "1.url": f"{host}/echo?a=b",
    }


def test_every_difference_has_its_reason_in_the_document() -> None:
    assert set(DIFFERENCES) <= set(NAMES)
    assert {reason for reason, _ in DIFFERENCES.values()} == set(REASONS)
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [reason for reason in REASONS.values() if reason not in text] == []
