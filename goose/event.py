"""Hooks that scripts listen to: ``@events.test_start.add_listener``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from logging import Logger

F = TypeVar("F", bound=Callable[..., Any])


def _log() -> Logger:
    import logging

    return logging.getLogger("goose")


class EventHook:
    """A list of listeners, called with keywords; they must take ``**kwargs``."""

    def __init__(self, name: str, fired: bool = True) -> None:
        self.name = name
        self._fired = fired
        self._listeners: list[Callable[..., Any]] = []

    def add_listener(self, listener: F) -> F:
        """Adds it and gives it back, so that it serves as a decorator."""
        if not self._fired:
            _log().warning("events.%s is not fired by goose-py: its listeners never run", self.name)
        self._listeners.append(listener)
        return listener

    def remove_listener(self, listener: Callable[..., Any]) -> None:
        """Takes it out; ValueError if it is not there."""
        self._listeners.remove(listener)

    @property
    def listeners(self) -> tuple[Callable[..., Any], ...]:
        """Those that were added, in order."""
        return tuple(self._listeners)

    def fire(self, *, reverse: bool = False, **keywords: Any) -> None:
        """Calls every listener. One that raises is logged; the others still run."""
        for listener in list(reversed(self._listeners) if reverse else self._listeners):
            try:
                listener(**keywords)
            except Exception:
                _log().exception("a listener of events.%s failed", self.name)


class Events:
    """The hooks, by name. ``init``, ``test_start``, ``test_stop``, ``quitting``,
    ``spawning_complete`` and ``test_stopping`` are fired with ``environment`` (``init`` also with
    ``runner`` and ``web_ui=None``; ``spawning_complete`` with ``user_count``)."""

    def __init__(self) -> None:
        self.init = EventHook("init")
        self.test_start = EventHook("test_start")
        self.test_stopping = EventHook("test_stopping")
        self.test_stop = EventHook("test_stop")
        self.quitting = EventHook("quitting")
        self.spawning_complete = EventHook("spawning_complete")
        self.request = EventHook("request", fired=False)
        self.request_success = EventHook("request_success", fired=False)
        self.request_failure = EventHook("request_failure", fired=False)
        self.user_error = EventHook("user_error", fired=False)
        self.reset_stats = EventHook("reset_stats", fired=False)
        self.init_command_line_parser = EventHook("init_command_line_parser", fired=False)
        self.quit = EventHook("quit", fired=False)


events = Events()
