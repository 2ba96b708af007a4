"""From a function's tree to instructions (lower): ``with`` over what is no request, where the body
makes requests, waits, or leaves the block. It becomes the statements that PEP 343 says it stands
for; the manager itself is Python's."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from goose import _natives
from goose._compiler.code import NOTHING
from goose._compiler.parts import Part


class Emitted(ast.expr):
    """An expression whose instructions are known: ``emit`` gives the operand of its value."""

    _fields = ()

    def __init__(self, emit: Callable[[], int]) -> None:
        super().__init__()
        self.emit = emit


class Managers(Part):
    """Lowers with statements."""

    def of_Emitted(self, node: Emitted, into: int | None) -> int:
        return node.emit()

    def manager(self, item: ast.withitem, inside: list[ast.stmt], at: ast.With) -> None:
        """``with item: inside``"""
        names = {part: f"with.{part}.{self.code.temps(0)}" for part in ("left", "error")}
        for name in names.values():
            self.locals[name] = self.code.temps()
            self.bound.add(name)
        manager = self.code.temps()
        self.value(item.context_expr, into=manager)
        is_island = self.island_made is item.context_expr
        entered = self.call_helper(_natives.enter, manager, None)
        if not is_island:
            self.note(item.context_expr, "is entered by Python")
        self.code.emit("MOVE", self.locals[names["left"]], self.constant(False))

        def leave(failed: bool) -> Emitted:
            error = self.locals[names["error"]] if failed else None
            return Emitted(lambda: self.call_helper(_natives.leave, manager, error))

        start: list[ast.stmt] = []
        if item.optional_vars is not None:
            start = [ast.Assign([item.optional_vars], Emitted(lambda: entered))]
        for part in ast.walk(item.optional_vars) if item.optional_vars else ():
            if isinstance(part, ast.Name):
                self.foreign.add(part.id)
        left = ast.Assign([ast.Name(names["left"], ast.Store())], ast.Constant(True))
        handler = ast.ExceptHandler(
            None,
            names["error"],
            [left, ast.If(leave(True), [ast.Pass()], [ast.Raise(None, None)])],
        )
        caught = ast.Try([*start, *inside], [handler], [], [])
        finish = ast.If(ast.Name(names["left"], ast.Load()), [ast.Pass()], [ast.Expr(leave(False))])
        whole = ast.Try([caught], [], [], [finish])
        self.body([_placed(whole, inside, at)])
        for name in names.values():
            del self.locals[name]
            self.bound.discard(name)

    def call_helper(self, function: Any, manager: int, error: int | None) -> int:
        """function(manager[, error])"""
        first = int(self.code.temps(4))
        self.code.emit("MOVE", first, self.reference(function))
        self.code.emit("MOVE", first + 1, manager)
        operand = self.constant(None) if error is None else error
        self.code.emit("MOVE", first + 2, operand)
        self.code.emit("PYCALL", first + 3, first, NOTHING, n=3)
        return first + 3


def _placed(tree: ast.stmt, inside: list[ast.stmt], at: ast.With) -> ast.stmt:
    """The new nodes stand where the with statement does; those of the script where they stood."""
    own = {id(part) for statement in inside for part in ast.walk(statement)}
    for part in ast.walk(tree):
        if id(part) not in own and "lineno" in part._attributes:
            ast.copy_location(part, at)
    return tree
