"""Standard output that may break: a closed pipe or a full disk must not end an attack."""

from __future__ import annotations

import contextlib
import os
import sys

from goose._log import LOG


class Output:
    """Writes text to stdout until that fails; ``lost`` tells that it did on a full disk or so.

    A closed pipe (``goose-py ... | head``) is no loss: its reader wanted no more.
    """

    def __init__(self) -> None:
        self.lost = False
        self._open = sys.stdout is not None
        with contextlib.suppress(AttributeError, OSError, ValueError):
            # A name that the terminal's encoding lacks must not end the tables.
            sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    def write(self, text: str) -> None:
        """Writes and flushes ``text``; never raises ``OSError``."""
        if not self._open:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            self._give_up()
        except (OSError, ValueError) as error:
            self.lost = True
            self._give_up()
            LOG.error("standard output failed, the tables are not whole: %s", error)

    def _give_up(self) -> None:
        """What is left in the buffer goes nowhere, or the interpreter's exit would fail on it."""
        self._open = False
        with contextlib.suppress(OSError, ValueError, AttributeError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


def write_raw(descriptor: int, text: str) -> None:
    """Writes ``text`` past all buffers, for a process that is about to end; ignores errors."""
    rest = text.encode("utf-8", "backslashreplace")
    with contextlib.suppress(OSError):
        while rest:
            rest = rest[os.write(descriptor, rest) :]
