"""``goose-py demo`` and ``goose-py target``: the packaged example and the packaged server."""

from __future__ import annotations

import argparse
import os
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from goose._options import OptionError
from goose._values import Refused, whole

DEFAULT_PORT = 8080
START_S = 20.0
DEMO_OPTIONS = ("--users", "20", "--hatch-rate", "10", "--run-time", "15s")


def demo_file() -> Path:
    """The packaged example."""
    return Path(__file__).parent / "demo" / "simple.py"


def run_target(argv: Sequence[str]) -> int:
    """Runs the target server until it is stopped. Raises ``OptionError``."""
    parser = argparse.ArgumentParser(
        prog="goose-py target",
        description="Runs the packaged target server on 127.0.0.1 until ctrl-c.",
        exit_on_error=False,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port", default=str(DEFAULT_PORT), help="port to listen on (default: 8080; 0: a free one)"
    )
    parser.add_argument("--tls", action="store_true", help="serve https")
    parser.add_argument(
        "--cert-file", metavar="FILE", help="file for the certificate that --tls serves with"
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    try:
        parsed, surplus = parser.parse_known_args(list(argv))
    except argparse.ArgumentError as error:
        raise OptionError(error.argument_name or "target", "", f"usable so: {error.message}") from (
            None
        )
    for word in surplus:
        raise OptionError("goose-py target", word, "one of its options: --port, --tls, --cert-file")
    try:
        port = whole(0, 65535)(parsed.port)
    except Refused as refused:
        raise OptionError("--port", parsed.port, str(refused)) from None
    from goose import _target

    if parsed.until_stdin_closes:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    try:
        _target.serve(port, parsed.tls, parsed.cert_file)
    except KeyboardInterrupt:
        pass
    except OSError as error:
        sys.stderr.write(f"goose-py target: {error}\n")
        return 2
    return 0


def _end_with_stdin() -> None:
    """Ends this process when whoever started it has gone."""
    while os.read(0, 4096):
        pass
    os._exit(0)


@contextmanager
def running_target() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A target in a process of its own: its address and the process, ended with the context.

    Raises ``RuntimeError`` where it does not start.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "goose", "target", "--port", "0", "--until-stdin-closes"],
        stdin=subprocess.PIPE,  # held open as long as this process lives, however it ends
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,  # a ctrl-c in the terminal must end the attack before its target
    )
    try:
        yield _address(process), process
    finally:
        process.terminate()
        try:
            process.wait(5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _address(process: subprocess.Popen[bytes]) -> str:
    """The address that the target says it listens on."""
    assert process.stdout is not None
    said, until = b"", time.monotonic() + START_S
    while (left := until - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            break
        piece = os.read(process.stdout.fileno(), 4096)
        said += piece
        if match := re.search(rb"listening on (https?://\S+)\s", said):
            return match[1].decode("ascii")
        if not piece:
            break
    raise RuntimeError(
        f"the target server did not start; it said: {said.decode(errors='replace').strip()!r}"
    )
