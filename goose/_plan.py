"""From user classes to the description that the engine's task loop reads (csrc/py/plan.h)."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from goose.exception import ScriptError
from goose.user import HttpUser, SequentialTaskSet, TaskSet, User
from goose.wait import WaitKind

if TYPE_CHECKING:
    from goose._compiler import Verdict

NO_TASK = 0xFFFFFFFF
PICK_RANDOM, PICK_CYCLE, PICK_RANKED = 0, 1, 2
LAST_RANK = 0x7FFFFFFF
NOT_COMPILED = 0xFFFFFFFF


class TaskName(NamedTuple):
    """Where a task stands in the tables. ``hook``: on_start or on_stop."""

    cls: str
    place: int
    name: str
    hook: bool


class Compiling(NamedTuple):
    """That tasks are to be compiled. ``environment``: the attack's, or None before one starts;
    ``seeded``: somebody chose the seed."""

    environment: Any = None
    seeded: bool = False


class Plan(NamedTuple):
    """``description`` for the engine; ``shares``: (weight, fixed count) of each class;
    ``verdicts``: by class and name of each task how it runs, if tasks are compiled."""

    description: dict[str, Any]
    shares: list[tuple[float, int]]
    tasks: list[TaskName]
    hosts: list[str]
    verdicts: dict[str, Verdict]
    programs: dict[str, Any]
    warnings: list[str]


def where(item: object) -> str:
    """``file:line: `` of a class or function, or nothing where it has no source."""
    try:
        source = inspect.getsourcefile(item)  # type: ignore[arg-type]
        line = inspect.getsourcelines(item)[1]  # type: ignore[arg-type]
    except (OSError, TypeError):
        return ""
    return f"{source}:{line}: "


class _Builder:
    def __init__(self, include: frozenset[str], exclude: frozenset[str]) -> None:
        self.include = include
        self.exclude = exclude
        self.sets: list[dict[str, Any]] = []
        self.tasks: list[TaskName] = []
        self.known: dict[tuple[type, type], int] = {}
        self.verdicts: dict[str, Verdict] = {}
        self.said: dict[str, int] = {}  # task of each name in verdicts
        self.programs: dict[str, Any] = {}
        self.warnings: list[str] = []

    def add_task(self, user: type, name: str, hook: bool = False) -> int:
        place = sum(1 for task in self.tasks if task.cls == user.__name__) + 1
        self.tasks.append(TaskName(user.__name__, place, name, hook))
        return len(self.tasks) - 1

    def wanted(self, item: Any, outer: frozenset[str]) -> bool:
        tags = outer | getattr(item, "goose_tags", frozenset())
        if tags & self.exclude:
            return False
        if not self.include or tags & self.include:
            return True
        return isinstance(item, type) and any(self.wanted(t, tags) for t in item.tasks)  # type: ignore[attr-defined]

    def add_set(self, user: type[User], cls: type, tags: frozenset[str]) -> int:
        """The index of the set of this class for this user class, made on first use."""
        key = (user, cls)
        if key in self.known:
            return self.known[key]
        index = self.known[key] = len(self.sets)
        described: dict[str, Any] = {"type": cls}
        self.sets.append(described)
        base: type = User if issubclass(cls, User) else TaskSet
        prefix = "" if cls is user else f"{cls.__name__}."
        starts = cls.on_start is not base.on_start  # type: ignore[attr-defined]
        stops = cls.on_stop is not base.on_stop  # type: ignore[attr-defined]
        described["start_task"] = (
            self.add_task(user, f"{prefix}on_start", hook=True) if starts else NO_TASK
        )
        tags = tags | getattr(cls, "goose_tags", frozenset())
        items = [item for item in cls.tasks if self.wanted(item, tags)]  # type: ignore[attr-defined]
        self.check(user, cls, items)
        entries = self.entries(user, items, prefix, tags)
        described["stop_task"] = (
            self.add_task(user, f"{prefix}on_stop", hook=True) if stops else NO_TASK
        )
        described["mode"] = _mode(cls, items)
        if described["mode"] == PICK_RANKED:
            entries.sort(key=lambda entry: entry[2])
        described["entries"] = [(*entry, NOT_COMPILED) for entry in entries]
        described["wait"] = _wait(user, cls)
        described["init"] = cls.__init__ not in (User.__init__, HttpUser.__init__, TaskSet.__init__)  # type: ignore[misc]
        described["compiled"] = (NOT_COMPILED,) * 4
        return index

    def check(self, user: type, cls: type, items: list[Any]) -> None:
        for item in items:
            if inspect.iscoroutinefunction(item):
                raise ScriptError(
                    f"{where(item)}{item.__qualname__}: async tasks are not supported"
                )
            if not callable(item):
                raise ScriptError(
                    f"{where(cls)}{cls.__name__}.tasks holds {item!r}, which is neither a function "
                    "nor a TaskSet"
                )
        if items:
            return
        chosen = " with these tags" if self.include or self.exclude else ""
        raise ScriptError(
            f"{where(cls)}class {cls.__name__} has no task{chosen}; mark one with @task"
        )

    def entries(
        self, user: type[User], items: list[Any], prefix: str, tags: frozenset[str]
    ) -> list[tuple[Any, int, int]]:
        numbers: dict[int, int] = {}
        found: list[tuple[Any, int, int]] = []
        for item in items:
            rank = getattr(item, "goose_sequence", LAST_RANK)
            if isinstance(item, type) and issubclass(item, TaskSet):
                found.append((self.add_set(user, item, tags), NO_TASK, rank))
                continue
            if id(item) not in numbers:
                name = getattr(item, "goose_name", None) or getattr(item, "__name__", repr(item))
                numbers[id(item)] = self.add_task(user, f"{prefix}{name}")
            found.append((item, numbers[id(item)], rank))
        return found

    # ---- compiling -----------------------------------------------------------------------------

    def compile(self, user: type[User], compiling: Compiling) -> Any:
        """The program of a user class, whose sets then know their functions; None: all of it is
        Python. An error of the compiler's own is a warning."""
        try:
            return self.compile_class(user, compiling)
        except Exception as error:
            import traceback

            self.warnings.append(
                f"{user.__name__} runs as Python: the compiler failed "
                f"({type(error).__name__}: {error})"
            )
            if os.environ.get("GOOSE_COMPILER_ERRORS"):
                traceback.print_exc()
            return None

    def compile_class(self, user: type[User], compiling: Compiling) -> Any:
        from goose import _compiler

        if not issubclass(user, HttpUser):
            nothing = _compiler.Verdict(
                NOT_COMPILED, reason="compiled are the tasks of an HttpUser, and this is none"
            )
            for task, named in enumerate(self.tasks):
                if named.cls == user.__name__:
                    self.say(task, nothing)
            return None
        scope = _compiler.Scope(user, compiling.environment, compiling.seeded, self.parents(user))
        for _ in range(3):
            compiler = _compiler.ClassCompiler(scope)
            found = {
                cls: self.compile_set(compiler, user, cls, index)
                for (owner, cls), index in self.known.items()
                if owner is user
            }
            shared = compiler.shared_with_python()
            if shared <= scope.thawed:
                break
            scope.thawed |= shared
        if not any(v.function != NOT_COMPILED for verdicts in found.values() for v in verdicts[0]):
            return None
        for cls, (entries, hooks) in found.items():
            described = self.sets[self.known[(user, cls)]]
            described["entries"] = [
                (*entry[:3], verdict.function)
                for entry, verdict in zip(described["entries"], entries, strict=True)
            ]
            owner = _compiler.USER if cls is user else _compiler.SET
            described["compiled"] = (*hooks, compiler.birth(cls, owner))
        program = compiler.program.build()
        self.programs[user.__name__] = (program, compiler)
        return program

    def parents(self, user: type) -> dict[type, set[type]]:
        """Of each task set of the user class, the classes whose tasks it is among."""
        found: dict[type, set[type]] = {}
        by_index = {index: cls for (owner, cls), index in self.known.items() if owner is user}
        for index, cls in by_index.items():
            for what, *_ in self.sets[index]["entries"]:
                if isinstance(what, int):
                    found.setdefault(by_index[what], set()).add(cls)
        return found

    def compile_set(
        self, compiler: Any, user: type[User], cls: type, index: int
    ) -> tuple[list[Any], tuple[int, int, int]]:
        """Verdicts on its entries, and the functions of on_start, on_stop and wait_time."""
        from goose import _compiler

        described = self.sets[index]
        owner = _compiler.USER if cls is user else _compiler.SET
        nothing = _compiler.Verdict(NOT_COMPILED)
        entries = []
        for what, task, _, _ in described["entries"]:
            if isinstance(what, int):
                entries.append(nothing)
                continue
            verdict = compiler.function(what, cls, owner)
            entries.append(verdict)
            self.say(task, verdict)
        hooks = []
        for name, task in (("on_start", "start_task"), ("on_stop", "stop_task")):
            verdict = nothing
            if described[task] != NO_TASK:
                verdict = compiler.function(getattr(cls, name), cls, owner)
                self.say(described[task], verdict)
            hooks.append(verdict.function)
        wait = nothing
        if described["wait"][0] == int(WaitKind.CALL):
            of: Any = user if cls.wait_time is TaskSet.wait_time else cls  # type: ignore[attr-defined]
            whose = _compiler.USER if of is user else owner
            wait = compiler.function(of.wait_time, of, whose)
            prefix = "" if cls is user else f"{cls.__name__}."
            self.verdicts[f"{user.__name__}.{prefix}wait_time"] = wait
        return entries, (hooks[0], hooks[1], wait.function)

    def say(self, task: int, verdict: Any) -> None:
        """Keeps the verdict under the task's name; several of one name are numbered."""
        first = name = f"{self.tasks[task].cls}.{self.tasks[task].name}"
        number = 1
        while self.said.setdefault(name, task) != task:
            number += 1
            name = f"{first} ({number})"
        self.verdicts[name] = verdict


def _mode(cls: type, items: list[Any]) -> int:
    if issubclass(cls, SequentialTaskSet):
        return PICK_CYCLE
    ranked = any(hasattr(item, "goose_sequence") for item in items)
    return PICK_RANKED if ranked else PICK_RANDOM


def _wait(user: type[User], cls: type) -> tuple[int, float, float]:
    function = cls.wait_time  # type: ignore[attr-defined]
    if function is TaskSet.wait_time:
        function = user.wait_time
    marked = getattr(function, "goose_wait", None)
    if marked is not None:
        return marked  # type: ignore[no-any-return]
    if isinstance(function, (int, float)):
        raise ScriptError(
            f"{where(cls)}{cls.__name__}.wait_time is the number {function!r}; "
            f"write constant({function!r})"
        )
    return (int(WaitKind.CALL), 0.0, 0.0)


def _host(cls: type[User], host: str | None) -> str:
    found = host or cls.host
    if not found:
        if not issubclass(cls, HttpUser):
            return "http://localhost"
        raise ScriptError(
            f"{where(cls)}no host for {cls.__name__}: give --host http://... (or host= to Attack, "
            "or a class attribute host)"
        )
    if not found.lower().startswith(("http://", "https://")):
        raise ScriptError(
            f"{where(cls)}{cls.__name__}.host is {found!r}; it must begin with http:// or "
            f"https://, as http://{found}"
        )
    return found


def hooks(classes: list[type[User]], kind: str) -> list[Callable[..., Any]]:
    """The functions marked with @test_start or @test_stop in the classes' modules, in order."""

    def found() -> Iterator[Callable[..., Any]]:
        seen: set[int] = set()
        for name in dict.fromkeys(cls.__module__ for cls in classes):
            for item in list(vars(sys.modules.get(name, object())).values()):
                if getattr(item, "goose_hook", None) == kind and id(item) not in seen:
                    seen.add(id(item))
                    yield item

    return list(found())


def build(
    classes: list[type[User]],
    host: str | None,
    include: frozenset[str] = frozenset(),
    exclude: frozenset[str] = frozenset(),
    compiling: Compiling | None = None,
    needs_host: bool = True,
) -> Plan:
    """The plan of an attack. ScriptError where a class has no task or no host."""
    builder = _Builder(include, exclude)
    described: list[dict[str, Any]] = []
    hosts: list[str] = []
    shares: list[tuple[float, int]] = []
    for cls in classes:
        others = any(other.weight > 0 or other.fixed_count for other in classes)
        if not cls.fixed_count and (cls.weight < 0 or not (cls.weight or others)):
            raise ScriptError(
                f"{where(cls)}{cls.__name__}.weight is {cls.weight!r}; it must be above 0, or 0 to "
                "leave the class out where another has users"
            )
        hosts.append(_host(cls, host if needs_host else host or cls.host or "http://localhost"))
        index = builder.add_set(cls, cls, frozenset())
        described.append(
            {
                "set": index,
                "host": hosts[-1],
                "verify": cls.verify,
                "timeout_s": float(cls.network_timeout),
                "connect_timeout_s": float(cls.connection_timeout),
                "max_body": float(cls.max_body),
                "program": builder.compile(cls, compiling) if compiling else None,
            }
        )
        shares.append((float(cls.weight), int(cls.fixed_count)))
    description = {
        "sets": builder.sets,
        "classes": described,
        "setup": hooks(classes, "setup"),
        "teardown": hooks(classes, "teardown"),
        "task_names": [f"{task.cls}.{task.name}" for task in builder.tasks],
    }
    return Plan(
        description,
        shares,
        builder.tasks,
        hosts,
        builder.verdicts,
        builder.programs,
        builder.warnings,
    )
