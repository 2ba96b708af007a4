"""User classes and task sets, as scripts derive them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from goose.exception import InterruptTaskSet
from goose.wait import WaitFunction, constant

if TYPE_CHECKING:
    from goose._engine import Client
    from goose.environment import Environment


def _own_tasks(namespace: Mapping[str, Any]) -> list[Any]:
    """The tasks that a class body names: ``tasks`` first, then what is marked with @task."""
    given = namespace.get("tasks") or []
    pairs = given.items() if isinstance(given, Mapping) else given
    found: list[Any] = []
    for item in pairs:
        function, weight = item if isinstance(item, tuple) else (item, 1)
        found += [function] * int(weight)
    for item in namespace.values():
        # a nested class is a task by its own mark, not by one that its base class bears
        marks = vars(item) if isinstance(item, type) else getattr(item, "__dict__", {})
        found += [item] * marks.get("goose_weight", 0)
    return found


def _collect_tasks(cls: type) -> list[Any]:
    inherited: list[Any] = []
    for base in cls.__bases__:
        inherited += getattr(base, "tasks", None) or []
    replaced = {name for name, value in cls.__dict__.items() if callable(value)}
    kept = [
        item
        for item in inherited
        if getattr(item, "__name__", None) not in replaced or cls.__dict__[item.__name__] is item
    ]
    return kept + _own_tasks(cls.__dict__)


class TaskSet:
    """A set of tasks inside a user, or inside another TaskSet. ``interrupt()`` leaves it."""

    tasks: ClassVar[Any] = []

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.tasks = _collect_tasks(cls)

    def __init__(self, parent: User | TaskSet) -> None:
        self._parent = parent
        self._user: User = parent if isinstance(parent, User) else parent.user

    @property
    def user(self) -> User:
        """The user that runs it."""
        return self._user

    locust = user

    @property
    def parent(self) -> User | TaskSet:
        """The user or the TaskSet around it."""
        return self._parent

    @property
    def client(self) -> Client:
        """The user's client."""
        return self._user.client

    @property
    def environment(self) -> Environment:
        """The user's environment."""
        return self._user.environment

    def wait_time(self) -> float:
        """Seconds between tasks: the user's, unless the TaskSet has its own."""
        return float(self._user.wait_time())

    def wait(self) -> None:
        """Rests as between two tasks."""
        _sleep(self.wait_time())

    def on_start(self) -> None:
        """Runs when a user enters the TaskSet."""

    def on_stop(self) -> None:
        """Runs when a user leaves the TaskSet."""

    def interrupt(self, reschedule: bool = True) -> None:
        """Leaves the TaskSet; with ``reschedule`` the parent goes on without a wait."""
        raise InterruptTaskSet(reschedule)


class SequentialTaskSet(TaskSet):
    """Its tasks run in the order of their declaration, again and again."""


class User:
    """A simulated user. Derive from HttpUser, which has a client."""

    host: ClassVar[str | None] = None
    weight: ClassVar[float] = 1
    fixed_count: ClassVar[int] = 0
    abstract: ClassVar[bool] = True
    tasks: ClassVar[Any] = []
    wait_time: ClassVar[WaitFunction] = constant(0)
    #: whether certificates are verified: True, False, or the path of a CA file
    verify: ClassVar[bool | str] = True
    #: seconds for a whole request, and for making a connection
    network_timeout: ClassVar[float] = 60.0
    connection_timeout: ClassVar[float] = 60.0
    #: bytes of a response body that are kept, also after decoding
    max_body: ClassVar[int] = 16 * 1024 * 1024

    client: Client

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.tasks = _collect_tasks(cls)
        if "abstract" not in cls.__dict__:
            cls.abstract = False

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    @property
    def user(self) -> User:
        """Itself: as TaskSet.user."""
        return self

    def wait(self) -> None:
        """Rests as between two tasks."""
        _sleep(float(self.wait_time()))

    def on_start(self) -> None:
        """Runs when the user starts."""

    def on_stop(self) -> None:
        """Runs when the user ends."""

    @classmethod
    def fullname(cls) -> str:
        """Name of the class."""
        return cls.__name__


class HttpUser(User):
    """A user with an HTTP client: ``self.client``, cookies and connections of its own."""

    abstract = True

    def __init__(self, environment: Environment) -> None:
        from goose import _engine

        super().__init__(environment)
        client = _engine.current_client()
        if client is None:
            raise RuntimeError(
                f"{type(self).__name__} is made by an attack, not by hand: "
                "goose.Attack(...).run() or goose-py FILE"
            )
        self.client = client


class FastHttpUser(HttpUser):
    """The same as HttpUser: there is one client, and it is fast."""

    abstract = True


def _sleep(seconds: float) -> None:
    import time

    from goose import _engine

    if not _engine.sleep(seconds):
        time.sleep(seconds)
