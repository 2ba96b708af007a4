"""Marks on functions and classes of a script; they only set attributes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

T = TypeVar("T", bound="Callable[..., Any] | type")
F = TypeVar("F", bound=Callable[..., Any])


_CO_COROUTINE = 0x80  # of a code object's flags; inspect and asyncio cost megabytes


def _refuse_async(function: object) -> None:
    if getattr(getattr(function, "__code__", None), "co_flags", 0) & _CO_COROUTINE:
        name = getattr(function, "__qualname__", repr(function))
        raise TypeError(
            f"{name}: async tasks are not supported; write it as a plain def: "
            "self.client.get(...) and time.sleep(...) let other users run while they wait"
        )


@overload
def task(weight: T, /) -> T: ...
@overload
def task(
    weight: int = 1, *, sequence: int | None = None, name: str | None = None
) -> Callable[[T], T]: ...
def task(weight: Any = 1, *, sequence: int | None = None, name: str | None = None) -> Any:
    """Marks a method, or a nested TaskSet, as a task: ``@task``, ``@task(3)``,
    ``@task(weight=3, sequence=1, name="front page")``.

    ``weight``: how often it is chosen against the others, a whole number from 1.
    ``sequence``: as in Goose: tasks run in rounds, those with the lowest number first, those
    without one last. ``name``: its name in the tables.
    """
    if callable(weight):
        return task(1)(weight)
    if isinstance(weight, bool) or not isinstance(weight, int) or weight < 1:
        raise ValueError(f"@task: weight is {weight!r}; it must be a whole number of at least 1")

    def mark(item: T) -> T:
        _refuse_async(item)
        if isinstance(item, type) and "goose_weight" in item.__dict__:
            raise ValueError(f"{item.__qualname__} is marked as a task twice")
        item.goose_weight = weight  # type: ignore[union-attr]
        if sequence is not None:
            item.goose_sequence = sequence  # type: ignore[union-attr]
        if name is not None:
            item.goose_name = name  # type: ignore[union-attr]
        return item

    return mark


def tag(*tags: str) -> Callable[[T], T]:
    """Names for ``--tags`` and ``--exclude-tags``; on a task or a TaskSet."""
    if not tags or not all(isinstance(name, str) for name in tags):
        raise ValueError("@tag: give one or more names, as in @tag('checkout')")

    def mark(item: T) -> T:
        item.goose_tags = frozenset(tags) | getattr(item, "goose_tags", frozenset())  # type: ignore[union-attr]
        return item

    return mark


def test_start(function: F) -> F:
    """Marks a function that runs once before the first user starts; it gets a user whose client
    it may use. Its requests are listed apart."""
    _refuse_async(function)
    function.goose_hook = "setup"  # type: ignore[attr-defined]
    return function


def test_stop(function: F) -> F:
    """As test_start, once after the last user has ended."""
    _refuse_async(function)
    function.goose_hook = "teardown"  # type: ignore[attr-defined]
    return function


for _hook in (test_start, test_stop):
    _hook.__test__ = False  # type: ignore[attr-defined]  # pytest: these are no tests
del _hook
