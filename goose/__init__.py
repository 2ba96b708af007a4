"""goose-py: a load tester for HTTP services. Locust-style Python files on a C engine.

    from goose import HttpUser, task, between

    class WebsiteUser(HttpUser):
        wait_time = between(5, 15)

        @task
        def index(self):
            self.client.get("/")

Run it with ``goose-py file.py --host http://...``, or from Python with ``goose.Attack``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from goose.event import events
from goose.exception import (
    AttackError,
    GooseError,
    HTTPError,
    InterruptTaskSet,
    RescheduleTask,
    RescheduleTaskImmediately,
    ResponseError,
    ScriptError,
    StopAttack,
    StopUser,
)
from goose.task import tag, task, test_start, test_stop
from goose.user import FastHttpUser, HttpUser, SequentialTaskSet, TaskSet, User
from goose.wait import between, constant, constant_pacing, constant_throughput

if TYPE_CHECKING:
    from goose._attack import Attack, Handle, run_single_user
    from goose._engine import Response
    from goose._metrics import Metrics
    from goose._options import OptionError
    from goose._threads import run_in_thread

__version__ = "0.1.0"

__all__ = [
    "Attack",
    "AttackError",
    "FastHttpUser",
    "GooseError",
    "HTTPError",
    "Handle",
    "HttpUser",
    "InterruptTaskSet",
    "Metrics",
    "OptionError",
    "RescheduleTask",
    "RescheduleTaskImmediately",
    "Response",
    "ResponseError",
    "ScriptError",
    "SequentialTaskSet",
    "StopAttack",
    "StopUser",
    "TaskSet",
    "User",
    "__version__",
    "between",
    "constant",
    "constant_pacing",
    "constant_throughput",
    "events",
    "run_in_thread",
    "run_single_user",
    "tag",
    "task",
    "test_start",
    "test_stop",
]

# What runs attacks is loaded when it is first named: importing goose must cost little.
_LATER = {
    "Attack": "goose._attack",
    "Handle": "goose._attack",
    "Metrics": "goose._metrics",
    "OptionError": "goose._options",
    "Response": "goose._engine",
    "run_in_thread": "goose._threads",
    "run_single_user": "goose._attack",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _LATER:
        raise AttributeError(f"module 'goose' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_LATER[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
