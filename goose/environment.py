"""What scripts see of the attack they run in: ``self.environment``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import Any

from goose.event import Events


class Runner:
    """``environment.runner``: enough of Locust's LocalRunner to end the attack and to ask."""

    def __init__(self, environment: Environment, stop: Callable[[str], None]) -> None:
        self.environment = environment
        self._stop = stop
        self.state = "ready"
        self.target_user_count = 0

    @property
    def user_count(self) -> int:
        """Users that are wanted."""
        return self.target_user_count

    def quit(self) -> None:
        """Ends the attack: as Ctrl-C."""
        self._stop("quit")

    stop = quit


class Environment:
    """One for each attack. ``parsed_options`` holds every option of the command line by name."""

    def __init__(
        self,
        events: Events,
        user_classes: list[type],
        parsed_options: Namespace,
        stop: Callable[[str], None],
    ) -> None:
        self.events = events
        self.user_classes = user_classes
        self.parsed_options = parsed_options
        self.host: str | None = getattr(parsed_options, "host", None)
        self.runner = Runner(self, stop)
        self.process_exit_code: int | None = None
        self.web_ui: Any = None
        self.stop_timeout: float | None = getattr(parsed_options, "stop_timeout", None)
