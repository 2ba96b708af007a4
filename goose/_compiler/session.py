"""From a function's tree to instructions (lower): what a script does to its client's headers and
cookies."""

from __future__ import annotations

import ast

from goose._compiler.code import NATIVES
from goose._compiler.entities import Client, NotNative
from goose._compiler.parts import Part

_CALLS = {
    ("headers", "get"): "client.headers.get()",
    ("headers", "pop"): "client.headers.pop()",
    ("headers", "update"): "client.headers.update()",
    ("cookies", "get"): "client.cookies.get()",
    ("cookies", "set"): "client.cookies.set()",
    ("cookies", "update"): "client.cookies.update()",
    ("cookies", "clear"): "client.cookies.clear()",
}
_SETS = {"headers": "client.headers[x] = y", "cookies": "client.cookies.set()"}
_UPDATES = ("client.headers.update()", "client.cookies.update()")


class Session(Part):
    """Lowers what is done to ``client.headers`` and ``client.cookies``."""

    def part_of_session(self, node: ast.expr) -> str | None:
        """``headers`` or ``cookies`` of the client, else None."""
        if not isinstance(node, ast.Attribute) or node.attr not in _SETS:
            return None
        return node.attr if isinstance(self.static(node.value), Client) else None

    def session_call(self, node: ast.Call, into: int | None) -> int | None:
        """client.headers.update(...) and the like; None: it is no such call."""
        function = node.func
        part = self.part_of_session(function.value) if isinstance(function, ast.Attribute) else None
        if part is None or not isinstance(function, ast.Attribute):
            return None
        path = _CALLS.get((part, function.attr))
        if path is None:
            raise NotNative
        arguments = list(node.args)
        if node.keywords:
            if path not in _UPDATES or arguments or any(k.arg is None for k in node.keywords):
                raise NotNative
            names: list[ast.expr | None] = [ast.Constant(k.arg) for k in node.keywords]
            arguments = [ast.copy_location(ast.Dict(names, [k.value for k in node.keywords]), node)]
        if any(isinstance(argument, ast.Starred) for argument in arguments):
            raise NotNative
        return int(self.native(path, arguments, into))

    def session_item(self, node: ast.Subscript, into: int | None) -> int:
        """client.headers["X"]"""
        return int(self.native(f"client.{self.part_of_session(node.value)}[x]", [node.slice], into))

    def session_store(self, target: ast.Subscript, operand: int) -> bool:
        """client.headers["X"] = operand; False: it is no such thing."""
        part = self.part_of_session(target.value)
        if part is None:
            return False
        first = self.code.temps(3)
        self.code.emit("MOVE", first + 1, operand)
        self.value(target.slice, into=first)
        self.emit_native(_SETS[part], first + 2, first, 2)
        return True

    def session_delete(self, target: ast.Subscript) -> bool:
        """del client.headers["X"]; False: it is no such thing, or Python does it."""
        if self.part_of_session(target.value) != "headers":
            return False
        self.native("client.headers.pop()", [target.slice], None)
        return True


assert {*_CALLS.values(), *_SETS.values()} <= set(NATIVES)
