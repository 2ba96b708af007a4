"""A server on loopback that records the exact bytes of every request, in order. It answers by
itself (``answers.py``), or has another server answer and only listens."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from typing import NamedTuple

from .answers import Answer, Ending, answer

PIECE = 65536
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)


class Seen(NamedTuple):
    """One request as it came: number of its connection in the run, and its bytes."""

    connection: int
    data: bytes

    @property
    def line(self) -> str:
        """Method and target."""
        return self.data.partition(b"\r\n")[0].decode("latin-1").rpartition(" ")[0]


class Server:
    """Listens from the making on. ``begin`` forgets, ``seen`` gives what has come since.

    ``is_full``: a request came beyond the limit.

    ``upstream``: (host, port) of a server that answers. One user at a time: requests of several
    connections at once would be recorded in the order of their threads.
    """

    def __init__(self, upstream: tuple[str, int] | None = None) -> None:
        self._upstream = upstream
        self._guard = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.begin()
        threading.Thread(target=self._accept, name="differential", daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def begin(self, limit: int | None = None) -> None:
        """Forgets what was seen. Requests beyond ``limit`` are neither recorded nor answered."""
        with self._guard:
            self._run: list[Seen] = []
            self._connections = 0
            self._limit = limit
            self.is_full = False

    def seen(self) -> list[Seen]:
        """The requests since ``begin``."""
        with self._guard:
            return list(self._run)

    def close(self) -> None:
        """Accepts no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                with self._guard:
                    self._connections += 1
                    visit = _Visit(self, peer, self._connections)
                serve = visit.answer if self._upstream is None else visit.relay
                threading.Thread(target=serve, name="differential", daemon=True).start()

    def record(self, connection: int, data: bytes) -> bool:
        """Adds a request; False beyond the limit."""
        with self._guard:
            self.is_full = self._limit is not None and len(self._run) >= self._limit
            if not self.is_full:
                self._run.append(Seen(connection, data))
            return not self.is_full

    @property
    def upstream(self) -> tuple[str, int]:
        """Who answers."""
        assert self._upstream is not None
        return self._upstream


class _Visit:
    """One connection, in a thread of its own."""

    def __init__(self, server: Server, peer: socket.socket, number: int) -> None:
        self.server = server
        self.peer = peer
        self.number = number
        self.rest = b""
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self) -> None:
        """Answers until the connection ends."""
        with contextlib.suppress(OSError), self.peer:
            while (data := self._next()) is not None:
                made, method = _answer_to(data)
                if made.ending not in (Ending.DROP, Ending.RESET):
                    self.peer.sendall(made.rendered(method))
                if made.ending is Ending.RESET:
                    _reset(self.peer)
                if made.ending is not Ending.KEEP:
                    return

    def relay(self) -> None:
        """Passes requests on, and answers back."""
        with contextlib.suppress(OSError), self.peer:
            other = socket.create_connection(self.server.upstream)
            other.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=self._pass_back, args=(other,), daemon=True)
            back.start()
            with other:
                while (data := self._next()) is not None:
                    other.sendall(data)
                other.shutdown(socket.SHUT_WR)
                back.join()

    def _pass_back(self, other: socket.socket) -> None:
        try:
            while piece := other.recv(PIECE):
                self.peer.sendall(piece)
            self.peer.shutdown(socket.SHUT_RDWR)
        except ConnectionResetError:
            _reset(self.peer)
            with contextlib.suppress(OSError):
                self.peer.shutdown(socket.SHUT_RD)  # wakes the other thread, which closes
        except OSError:
            pass

    def _next(self) -> bytes | None:
        """The next request, recorded; None at the end of the connection or of the run."""
        while (length := _request_length(self.rest)) is None:
            piece = self.peer.recv(PIECE)
            if not piece:
                if self.rest:
                    self.server.record(self.number, self.rest)
                return None
            self.rest += piece
        data, self.rest = self.rest[:length], self.rest[length:]
        if self.server.record(self.number, data):
            return data
        while self.peer.recv(PIECE):  # beyond the limit: no answer until the client leaves
            pass
        return None


def _reset(peer: socket.socket) -> None:
    """Closing sends RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _request_length(data: bytes) -> int | None:
    """Bytes of the request that ``data`` begins with; None while some are missing."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    found = _LENGTH.search(data, 0, end + 2)
    length = end + 4 + (int(found[1]) if found else 0)
    return length if len(data) >= length else None


def _answer_to(data: bytes) -> tuple[Answer, str]:
    """The answer to a request, and its method."""
    head, _, body = data.partition(b"\r\n\r\n")
    method, target, *_ = head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    return answer(method, target, body), method
