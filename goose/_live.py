"""Progress while an attack runs: a live view in a terminal, else a line every few seconds.

Everything goes to stderr. A view decides itself when it is due: its own cost, the snapshot
included, stays near one percent of one core however many names there are.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from goose import _figures
from goose._glance import Glance, Glances
from goose._log import LOG
from goose._options import Options
from goose._snapshot import Snapshot

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

SHARE = 0.01
SLOWEST_S = 5.0

Take = Callable[[], Snapshot]


class View:
    """Shows nothing; the base of the others. Takes a snapshot each second for its caller."""

    period_s = 1.0
    """Seconds from one refresh to the next, if it is cheap."""

    def __init__(self, options: Options) -> None:
        self._glances = Glances(options)
        self._next = 0.0

    def due(self, now: float) -> bool:
        """True if ``refresh`` should be called; ``now`` is ``time.monotonic()``."""
        return now >= self._next

    def refresh(self, take: Take) -> Snapshot:
        """Takes a snapshot, shows it and gives it."""
        began = time.thread_time()
        snapshot = take()
        self.show(snapshot)
        cost = time.thread_time() - began
        pause = min(max(self.period_s, cost / SHARE), SLOWEST_S)
        self._next = time.monotonic() + pause
        return snapshot

    def show(self, snapshot: Snapshot) -> None:
        """Shows one snapshot."""

    def pause(self) -> None:
        """Leaves the terminal to somebody else until ``resume``."""

    def resume(self) -> None:
        """The terminal is the view's again."""

    def close(self) -> None:
        """The end; may be called twice."""


class LineView(View):
    """A log line every five seconds, for pipes and files."""

    every_s = 5.0

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._line = time.monotonic() + self.every_s

    def show(self, snapshot: Snapshot) -> None:
        """Logs one line, if it is time for one."""
        glance = self._glances.look(snapshot)
        if time.monotonic() >= self._line:
            self._line = time.monotonic() + self.every_s
            LOG.info("%s: %s", glance.state, glance.line())


class LiveView(View):
    """A progress bar, the main figures and the most frequent requests, drawn in place."""

    period_s = 0.25

    def __init__(self, options: Options, console: Console | None = None) -> None:
        from rich.console import Console

        super().__init__(options)
        self._console = console or Console(stderr=True)
        self._live = self._open()

    def show(self, snapshot: Snapshot) -> None:
        """Draws one snapshot."""
        rows = max(min(self._console.height - 7, 10), 0)
        glance = self._glances.look(snapshot, top=rows)
        unicode = self._console.encoding.lower().startswith("utf")
        self._live.update(draw(glance, self._console.width, unicode), refresh=True)

    def pause(self) -> None:
        """Wipes the view and gives stdout and stderr back."""
        self._live.stop()

    def resume(self) -> None:
        """Draws again from the next refresh on."""
        self._live = self._open()

    def close(self) -> None:
        """Wipes the view."""
        self._live.stop()

    def _open(self) -> Live:
        from rich.live import Live

        live = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            vertical_overflow="crop",
            # A print in a task belongs to stdout; only where that is the terminal must it go
            # through the view so as not to tear it.
            redirect_stdout=sys.stdout is not None and sys.stdout.isatty(),
            redirect_stderr=True,
        )
        live.start()
        return live


def open_view(options: Options) -> View:
    """The view that fits: none with ``--quiet``, live in a terminal, else lines."""
    if options.quiet > options.verbose:
        return View(options)
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if terminal and os.environ.get("TERM") != "dumb":
        try:
            return LiveView(options)
        except ImportError:
            LOG.info("no live view: the package rich is not installed")
    return LineView(options)


def draw(glance: Glance, columns: int, unicode: bool = True) -> Text:
    """The live view as text of at most ``columns`` columns (one ``Text``: a table costs more)."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="crop", end="")
    _bar(text, glance, columns, unicode)
    text.append(f"\n{glance.users:,} users, ")
    text.append(glance.counts(), "red" if glance.failures else "")
    if glance.percentiles:
        text.append("\n" + glance.times())
    if glance.top:
        room = max(columns - 1 - 5 * 12, 12)
        heads = ("# reqs", "# fails", "req/s", "50% (ms)", "99% (ms)")
        text.append("\n" + _row("Name", heads, room), "bold")
    for row in glance.top:
        some = row["times"].count > 0
        values = [row["times"].percentile(p) for p in (50.0, 99.0)]
        rate = row["count"] / glance.elapsed_s if glance.elapsed_s > 0 else 0.0
        cells = (
            _figures.whole(row["count"]),
            _figures.whole(row["failures"]),
            _figures.rate(rate),
            *(_figures.milliseconds(value) if some else "-" for value in values),
        )
        label = f"{row['method']} {row['name']}"
        text.append("\n" + _row(label, cells, room), "red" if row["failures"] else "")
    return text


def _row(name: str, cells: tuple[str, ...], room: int) -> str:
    return _figures.left(name, room) + "".join(f"{cell:>12}" for cell in cells)


def _bar(text: Text, glance: Glance, columns: int, unicode: bool) -> None:
    """A bar as long as the line leaves room for, then what goes on."""
    state = f" {glance.state}"
    room = min(max(columns - len(state) - 1, 0), 40)
    done = round((glance.share or 0.0) * room)
    full, empty = ("━", "━") if unicode else ("#", "-")
    if glance.share is not None:
        text.append(full * done, "green")
        text.append(empty * (room - done), "bright_black" if unicode else "")
    text.append(state if glance.share is not None else state.lstrip(), "bold")
