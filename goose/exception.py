"""What goose raises and understands. The names are Locust's where Locust has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goose._engine import Response


class GooseError(Exception):
    """Base of the errors that goose raises."""


LocustError = GooseError


class ScriptError(GooseError):
    """The script cannot be run; the text says where and why."""


class AttackError(GooseError):
    """An attack cannot be started, or was asked for something it cannot do now."""


class ResponseError(GooseError):
    """Raised inside a ``with client.get(...)`` block: the request failed with this text."""


class CatchResponseError(ResponseError):
    """As ResponseError; for scripts that name it."""


class RequestError(GooseError):
    """Why a request got no answer; ``response.error`` is one, it is never raised by the client."""


class HTTPError(RequestError):
    """What ``raise_for_status`` raises. ``response`` is the answer."""

    def __init__(self, text: str, response: Response) -> None:
        super().__init__(text)
        self.response = response


class StopUser(Exception):
    """Raised in a task: this user ends, after its on_stop."""


class InterruptTaskSet(Exception):
    """Leaves the running TaskSet; ``reschedule``: the parent goes on without a wait."""

    def __init__(self, reschedule: bool = True) -> None:
        super().__init__()
        self.reschedule = reschedule


class RescheduleTask(Exception):
    """Ends the task, neither failed; the next one comes after the usual wait."""


class RescheduleTaskImmediately(Exception):
    """Ends the task; the next one comes at once."""


class StopAttack(BaseException):
    """Raised in tasks, at their next wait, when the attack ends. Let it pass."""
