"""Notices lanes that Python holds: code that blocks without letting other users run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from goose._errors import script_place

if TYPE_CHECKING:
    from goose import _engine

HELD_S = 0.1
NAMED_AT_ONCE_S = 5.0


class Held(TypedDict):
    """One place that held a lane; ``seconds``: the longest time."""

    user: int
    file: str
    line: int
    seconds: float
    count: int


class Watchdog:
    """Looks at the lanes each time ``look`` is called."""

    def __init__(self, engine: _engine.Attack) -> None:
        self._engine = engine
        self._places: dict[tuple[int, str, int], Held] = {}
        self._now: dict[int, tuple[float, Held]] = {}  # by thread: a hold that lasts
        self._named: set[int] = set()
        self.warnings: list[str] = []

    def look(self) -> None:
        """Notes what is held now."""
        for seconds, thread, user in self._engine.held():
            before = self._now.get(thread)
            if seconds < HELD_S:
                self._now.pop(thread, None)
                continue
            if before is not None and seconds > before[0]:
                held = before[1]
            else:
                place = script_place(thread)
                if place is None:
                    continue
                held = self._place(user, *place)
                held["count"] += 1
            held["seconds"] = max(held["seconds"], seconds)
            self._now[thread] = (seconds, held)
            if seconds >= NAMED_AT_ONCE_S and id(held) not in self._named:
                self._named.add(id(held))
                self.warnings.append(
                    f"user {held['user']} has held its lane for more than 5 s at "
                    f"{held['file']}:{held['line']}: other users stand still; use time.sleep, "
                    "or goose.run_in_thread for code that blocks"
                )

    def _place(self, user: int, file: str, line: int) -> Held:
        fresh: Held = {"user": user, "file": file, "line": line, "seconds": 0.0, "count": 0}
        return self._places.setdefault((user, file, line), fresh)

    def rows(self) -> list[Held]:
        """Every place, the worst first."""
        return sorted(self._places.values(), key=lambda held: -held["seconds"])
