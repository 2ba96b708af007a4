"""From a function's tree to instructions (lower): what must not run as Python inside an expression
that does (requests, methods of the script) is evaluated before it, where that is the order anyway:
``BeautifulSoup(self.client.get("/").text)``."""

from __future__ import annotations

import ast
import copy
from types import FunctionType

from goose._compiler import names
from goose._compiler.code import IS_CONSTANT
from goose._compiler.entities import Const, Method, Ours, Property, Verb
from goose._compiler.parts import Part

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Hoisting(Part):
    """Takes parts of an expression out of it."""

    def hoist(self, node: ast.expr) -> tuple[ast.expr, list[str]]:
        """The expression that is left, and the names of the values that were taken out of it."""
        taken: list[str] = []
        if not self.is_followed(node) or any(isinstance(n, ast.NamedExpr) for n in ast.walk(node)):
            return node, taken
        return self._left(node, taken), taken

    def forget_hoisted(self, taken: list[str]) -> None:
        """The names are used no more."""
        for name in taken:
            del self.locals[name]
            self.bound.discard(name)

    def is_followed(self, node: ast.AST) -> bool:
        """Whether it has something in it that must be part of the program."""
        for part in ast.walk(node):
            if not isinstance(part, (ast.Name, ast.Attribute)):
                continue
            entity = self.static(part)
            if isinstance(entity, (Verb, Method, Property, Ours)):
                return True
            found = entity.value if isinstance(entity, Const) else None
            if (
                isinstance(found, FunctionType)
                and names.is_script_function(found)
                and self.scope.may_request(found)
            ):
                return True
        return False

    def _left(self, node: ast.expr, taken: list[str]) -> ast.expr:
        node = copy.copy(node)
        if isinstance(node, ast.Call) and not any(isinstance(a, ast.Starred) for a in node.args):
            self._call(node, taken)
        elif isinstance(node, ast.Attribute):
            node.value = self._take(node.value, taken)
        elif isinstance(node, ast.Subscript):
            node.value = self._take(node.value, taken)
            if self.is_followed(node.slice):
                node.slice = self._take(node.slice, taken)
        elif isinstance(node, _COMPREHENSIONS):
            first = copy.copy(node.generators[0])
            first.iter = self._take(first.iter, taken)
            node.generators = [first, *node.generators[1:]]
        return node

    def _call(self, node: ast.Call, taken: list[str]) -> None:
        """In the order in which Python evaluates: what is called, arguments, keywords."""
        node.args, node.keywords = list(node.args), [copy.copy(k) for k in node.keywords]
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        last = max((at for at, value in enumerate(values) if self.is_followed(value)), default=-1)
        if isinstance(node.func, ast.Attribute) and (last >= 0 or self.is_followed(node.func)):
            function = copy.copy(node.func)
            function.value = self._take(function.value, taken)
            node.func = function
        for at, value in enumerate(values[: last + 1]):
            if at < len(node.args):
                node.args[at] = self._take(value, taken)
            else:
                node.keywords[at - len(node.args)].value = self._take(value, taken)

    def _take(self, node: ast.expr, taken: list[str]) -> ast.expr:
        """A name for the value, which the program evaluates now. What is the same whenever it is
        looked at stays."""
        same = isinstance(node, ast.Constant) or isinstance(self.static(node), Const)
        if same or (isinstance(node, ast.Name) and self.is_local(node.id)):
            return node
        operand = self.value(node)
        if operand & IS_CONSTANT:
            temp = self.code.temps()
            self.code.emit("MOVE", temp, operand)
            operand = temp
        name = f"_goose_hoisted_{len(self.locals)}"
        self.locals[name] = operand
        self.bound.add(name)
        taken.append(name)
        return ast.copy_location(ast.Name(name, ast.Load()), node)
