"""How each task will run: ``goose-py explain FILE`` and ``attack.explain()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from goose._compiler import Verdict
    from goose._plan import Plan

_WORDS = {"compiled": "compiled", "islands": "compiled with islands", "python": "Python"}


class TaskExplanation(NamedTuple):
    """One task, hook or wait_time. ``kind``: ``compiled``, ``islands`` or ``python``.

    ``details``: a line each; for islands the pieces that run as Python, for Python the reason and,
    where there is one, the change that would compile it. ``program``: its instructions, a line
    each, empty for Python.
    """

    name: str
    kind: str
    details: tuple[str, ...]
    program: str


class Explanation:
    """Rows of what runs how. Printed as text; a notebook shows a table."""

    def __init__(
        self, tasks: list[TaskExplanation], verbose: bool = False, remark: str = ""
    ) -> None:
        self.tasks = tasks
        self.verbose = verbose
        self.remark = remark

    def __iter__(self) -> Any:
        return iter(self.tasks)

    def __str__(self) -> str:
        width = max((len(task.name) for task in self.tasks), default=0)
        lines: list[str] = []
        for task in self.tasks:
            lines.append(f"{task.name:<{width}}  {_WORDS[task.kind]}")
            lines += [f"{'':<{width}}    {detail}" for detail in task.details]
            if self.verbose and task.program:
                lines += [f"    {line}" for line in task.program.splitlines()]
        lines.append(self.counts())
        lines += [self.remark] if self.remark else []
        return "\n".join(lines) + "\n"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from html import escape

        cell = "<td style='text-align:left; vertical-align:top'>"
        rows = []
        for task in self.tasks:
            details = "<br>".join(_code(escape(detail)) for detail in task.details)
            if task.program:
                listing = f"<summary>program</summary><pre>{escape(task.program)}</pre>"
                details += f"<details>{listing}</details>"
            rows.append(
                f"<tr>{cell}{escape(task.name)}</td>{cell}{_WORDS[task.kind]}</td>"
                f"{cell}{details}</td></tr>"
            )
        head = "<tr><th>task</th><th>runs as</th><th>because</th></tr>"
        end = f"{self.counts()}{'<br>' if self.remark else ''}{escape(self.remark)}"
        return f"<table>{head}{''.join(rows)}</table>{end}"

    def counts(self) -> str:
        """How many tasks run in which way."""
        counts = {kind: sum(task.kind == kind for task in self.tasks) for kind in _WORDS}
        return (
            f"{counts['compiled']} compiled, {counts['islands']} with islands, "
            f"{counts['python']} Python"
        )


def _code(text: str) -> str:
    """What stands in backticks, as code."""
    import re

    return re.sub(r"`(.*?)`", r"<code>\1</code>", text)


def explain(plan: Plan, verbose: bool = False) -> Explanation:
    """What a plan with compiled tasks says of each of them."""
    tasks: list[TaskExplanation] = []
    for name, verdict in plan.verdicts.items():
        program, _ = plan.programs.get(name.partition(".")[0], (None, None))
        listing = ""
        if program is not None and verdict.kind != "python":
            listing = program.print(verdict.function)
        tasks.append(TaskExplanation(name, verdict.kind, _details(verdict), listing))
    return Explanation(tasks, verbose, _remark(plan))


def _remark(plan: Plan) -> str:
    """That the script changes things before its tasks are compiled, if it does."""
    from goose import events

    functions = [*plan.description["setup"], *events.test_start.listeners]
    names = ", ".join(dict.fromkeys(getattr(f, "__name__", repr(f)) for f in functions))
    if not names:
        return ""
    return f"only a run can tell what {names} changes: tasks are compiled after test_start"


def _details(verdict: Verdict) -> tuple[str, ...]:
    if verdict.kind == "python":
        place = f"{_place(verdict.line, verdict.file)}: " if verdict.line else ""
        reason = (f"{place}{verdict.reason or 'its class is Python'}",)
        return (*reason, f"to compile it, {verdict.hint}") if verdict.hint else reason
    pieces = [
        f"{_place(note.line, note.file)}: `{note.text}` {note.what}" for note in verdict.notes
    ]
    unsure = [f"line {line}: only a run can tell `{text}`" for text, line in verdict.unsure]
    return (*pieces, *unsure)


def _place(line: int, file: str) -> str:
    return f"{file}:{line}" if file else f"line {line}"
