"""What the parts that lower a function share: what they know, and what they ask of each other."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goose._compiler.code import Code, Program
    from goose._compiler.entities import Entity
    from goose._compiler.scope import Scope


def source_place(item: object) -> tuple[int, int]:
    """Where it stands in the script: arguments are evaluated in that order."""
    return getattr(item, "lineno", 0), getattr(item, "col_offset", 0)


class Part:
    """One function under way. ``Lowering`` (lower.py) puts all parts together."""

    scope: Scope
    unit: Any
    code: Code
    program: Program
    function: Any  # a FunctionType, which mypy would bind
    tree: ast.FunctionDef
    roles: dict[str, Entity]
    locals: dict[str, int]
    bound: set[str]  # locals that surely have a value here
    foreign: set[str]  # locals that hold what Python made
    aliases: dict[str, Entity]
    caught: list[int]  # errors that are handled here, the innermost last
    replies: list[int]  # registers of replies that the statement leaves behind
    globals_declared: set[str]
    failing: int  # above 0: only errors lead here
    in_closure: bool  # in what Python makes a function of its own of
    island_made: ast.AST | None  # the expression that became an island last

    # expressions.py
    static: Any
    value: Any
    copy_of: Any
    row: Any
    target: Any
    note: Any
    quote: Any
    constant: Any
    reference: Any
    text: Any
    slot: Any
    native_value: Any
    comprehension: Any
    walk: Any
    branch: Any
    of_entity: Any
    is_local: Any
    register: Any
    # lower.py
    body: Any
    store: Any
    uses_current_error: Any
    # library.py, patterns.py, methods.py, requests.py, functions.py
    native: Any
    emit_native: Any
    walked: Any
    walk_call: Any
    iterator: Any
    log: Any
    method: Any
    is_uuid4: Any
    is_environ: Any
    environ: Any
    invoke: Any
    spread: Any
    handed_on: Any
