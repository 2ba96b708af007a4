"""``goose-py --list``: the tasks of the user classes with their weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def list_tasks(classes: list[type]) -> str:
    """The text that ``--list`` prints: each class, its tasks, and those of nested TaskSets."""
    lines = ["Available tasks:"]
    for cls in classes:
        lines.append(f" - {cls.__name__} (weight: {_number(getattr(cls, 'weight', 1))})")
        lines += _tasks(cls, 1)
    return "\n".join(lines) + "\n"


def _tasks(owner: type, depth: int) -> Iterator[str]:
    for task, weight in _weights(owner):
        name = getattr(task, "goose_name", None) or getattr(task, "__name__", str(task))
        yield f"{'    ' * depth}o {name} (weight: {_number(weight)})"
        if isinstance(task, type):
            yield from _tasks(task, depth + 1)


def _weights(owner: type) -> list[tuple[object, float]]:
    """Each task once with its weight, from a dict or from a list that repeats tasks."""
    tasks = getattr(owner, "tasks", ())
    if isinstance(tasks, Mapping):
        return list(tasks.items())
    counts: dict[int, tuple[object, float]] = {}
    for item in tasks:
        task, weight = item if isinstance(item, tuple) else (item, 1)
        _, before = counts.get(id(task), (task, 0))
        counts[id(task)] = (task, before + weight)
    return list(counts.values())


def _number(weight: float) -> str:
    return f"{weight:g}"
