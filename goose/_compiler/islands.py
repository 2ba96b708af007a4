"""Pieces of a function that run as Python: an expression or statement without request or sleep
becomes a function of the values that it reads."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from types import FunctionType
from typing import Any

UNBOUND = object()
"""What an island gives for a local that it did not assign."""


ERROR = "_goose_error"
"""The error that is handled, inside an island in an except clause."""


def handling(node: ast.AST) -> ast.AST:
    """The statement as it runs while ``ERROR`` is handled."""
    wrapped = ast.parse(f"try:\n    raise {ERROR}\nexcept BaseException:\n    pass").body[0]
    assert isinstance(wrapped, ast.Try)
    for part in ast.walk(wrapped):
        if "lineno" in part._attributes:
            ast.copy_location(part, node)
    wrapped.handlers[0].body = [node]  # type: ignore[list-item]
    return wrapped


class _Rewriter(ast.NodeTransformer):
    """self.x becomes a local of its own; which names are read and written."""

    def __init__(self, attribute: Callable[[ast.Attribute], str | None]) -> None:
        self._attribute = attribute
        self.attributes: dict[str, ast.Attribute] = {}
        self.stored: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = self._attribute(node)
        if name is None:
            return self.generic_visit(node)
        self.attributes.setdefault(name, node)
        if not isinstance(node.ctx, ast.Load):
            self.stored.add(name)
        return ast.copy_location(ast.Name(name, node.ctx), node)


def read_names(node: ast.AST, known: set[str]) -> list[str]:
    """Names among ``known`` that it reads, in the order of their first use."""
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and inner.id in known:
            found.setdefault(inner.id)
    return list(found)


def rewrite(
    node: ast.AST, attribute: Callable[[ast.Attribute], str | None]
) -> tuple[ast.AST, dict[str, ast.Attribute], set[str]]:
    """A copy with attributes of self as names; those names; and which of them it assigns."""
    rewriter = _Rewriter(attribute)
    tree = rewriter.visit(copy.deepcopy(node))
    return tree, rewriter.attributes, rewriter.stored


def make(
    function: FunctionType,
    name: str,
    parameters: list[str],
    free: list[str],
    body: list[ast.stmt],
    values: list[Any],
) -> Callable[..., Any]:
    """A function of ``parameters`` with that body, which stands where it stood in the script.
    ``free``: further names, bound to ``values`` once."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(parameter) for parameter in parameters + free],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    inner = ast.FunctionDef(
        name=name, args=arguments, body=body, decorator_list=[], returns=None, type_comment=None
    )
    if hasattr(inner, "type_params"):
        inner.type_params = []
    module = ast.Module([inner], [])
    for node in ast.walk(module):
        if "lineno" in node._attributes and not hasattr(node, "lineno"):
            node.lineno = body[0].lineno  # type: ignore[attr-defined]
            node.col_offset = 0  # type: ignore[attr-defined]
            node.end_lineno = body[0].lineno  # type: ignore[attr-defined]
            node.end_col_offset = 0  # type: ignore[attr-defined]
    flags = function.__code__.co_flags & 0x1FF0000  # from __future__
    code = compile(module, function.__code__.co_filename, "exec", flags, dont_inherit=True)
    made = next(c for c in code.co_consts if hasattr(c, "co_code"))
    return FunctionType(made, function.__globals__, name, tuple(values) or None)
