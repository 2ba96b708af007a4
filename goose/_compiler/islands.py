"""Pieces of a function that run as Python: an expression or statement without request or sleep
becomes a function of the values that it reads. Pure: trees in, a function out."""

from __future__ import annotations

import ast
import copy
import symtable
from collections.abc import Callable, Collection
from types import FunctionType
from typing import Any, NamedTuple

from goose import _natives

UNBOUND = _natives.UNBOUND
"""What stands for a local or attribute that has no value, on the way in and out of an island."""

MARK = "_goose_unbound"
"""Its name in an island."""

ERROR = "_goose_error"
"""The error that is handled, inside an island in an except clause."""

Namer = Callable[[ast.Attribute], "str | None"]


class Rewritten(NamedTuple):
    """A tree with attributes of the user as names of their own, ``attributes``; which of them it
    assigns: ``stored``; which it deletes: ``deleted``."""

    tree: ast.AST
    attributes: dict[str, ast.Attribute]
    stored: set[str]
    deleted: set[str]


def rewrite(node: ast.AST, name_of: Namer, absent: dict[str, str] | None = None) -> Rewritten:
    """``self.x`` becomes a name by ``name_of`` (None: it stays). ``absent``: attributes that may
    be missing, each with the name of an object whose own lack of it raises Python's error."""
    rewriter = _Rewriter(name_of, absent or {})
    tree = rewriter.visit(copy.deepcopy(node))
    return Rewritten(tree, rewriter.attributes, rewriter.stored, rewriter.deleted)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, name_of: Namer, absent: dict[str, str]) -> None:
        self._name_of = name_of
        self._absent = absent
        self.attributes: dict[str, ast.Attribute] = {}
        self.stored: set[str] = set()
        self.deleted: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = self._name_of(node)
        if name is None:
            return self.generic_visit(node)
        self.attributes.setdefault(name, node)
        if isinstance(node.ctx, ast.Del):
            self.deleted.add(name)
        elif isinstance(node.ctx, ast.Store):
            self.stored.add(name)
        elif name in self._absent:
            return _guarded(node, name, self._absent[name])
        return ast.copy_location(ast.Name(name, node.ctx), node)

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        name = self._name_of(node.target) if isinstance(node.target, ast.Attribute) else None
        target: Any = node.target
        self.generic_visit(node)
        if name is None or name not in self._absent:
            return node
        first = ast.Assign(
            [ast.Name(name, ast.Store())], _guarded(target, name, self._absent[name])
        )
        return [ast.fix_missing_locations(ast.copy_location(first, node)), node]


def _guarded(node: ast.Attribute, name: str, absent: str) -> ast.expr:
    """The attribute's value, or the error of an object that has none."""
    read = ast.Attribute(ast.Name(absent, ast.Load()), node.attr, ast.Load())
    chosen = ast.IfExp(_is_unbound(name), read, ast.Name(name, ast.Load()))
    for part in ast.walk(chosen):
        ast.copy_location(part, node)
    return chosen


def _is_unbound(name: str) -> ast.Compare:
    return ast.Compare(ast.Name(name, ast.Load()), [ast.Is()], [ast.Name(MARK, ast.Load())])


def absent_object(cls: type) -> object:
    """An object whose missing attributes raise what those of an instance of ``cls`` raise."""
    return type(cls.__name__, (), {"__slots__": ()})()


def take_unbound(names: list[str], at: ast.AST) -> list[ast.stmt]:
    """The start of an island: locals whose value is the mark have none."""
    found: list[ast.stmt] = [
        ast.If(_is_unbound(name), [ast.Delete([ast.Name(name, ast.Del())])], []) for name in names
    ]
    return [_placed(statement, at) for statement in found]


def choose(names: Collection[str], careful: list[ast.stmt], at: ast.AST) -> list[ast.stmt]:
    """``careful`` runs instead where one of the names is the mark."""
    if not names:
        return []
    tests: list[ast.expr] = [_is_unbound(name) for name in sorted(names)]
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
    start = ast.If(test, [ast.Pass()], [])
    placed = _placed(start, at)
    start.body = careful
    return [placed]


def give(names: list[str], unsure: Collection[str], at: ast.AST) -> ast.stmt:
    """The end of an island: its outputs; the mark for those without a value."""
    values: list[ast.expr] = [
        ast.parse(f"locals().get({name!r}, {MARK})", mode="eval").body
        if name in unsure
        else ast.Name(name, ast.Load())
        for name in names
    ]
    return _placed(ast.Return(ast.Tuple(values, ast.Load())), at)


def handling(node: ast.AST) -> ast.AST:
    """The statement as it runs while ``ERROR`` is handled."""
    wrapped = ast.parse(f"try:\n    raise {ERROR}\nexcept BaseException:\n    pass").body[0]
    assert isinstance(wrapped, ast.Try)
    _placed(wrapped, node)
    wrapped.handlers[0].body = [node]  # type: ignore[list-item]
    return wrapped


def _placed(tree: ast.stmt, at: ast.AST) -> ast.stmt:
    """The whole tree stands where ``at`` does."""
    for part in ast.walk(tree):
        if "lineno" in part._attributes:
            ast.copy_location(part, at)
    return tree


def read_names(node: ast.AST, known: Collection[str]) -> list[str]:
    """Names among ``known`` that it reads or binds, not those of its comprehensions."""
    try:
        table = symtable.symtable(ast.unparse(node), "island", "exec")
    except (SyntaxError, RecursionError):
        return sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(known))
    found: dict[str, None] = {}
    pending = [(table, True)]
    while pending:
        scope, top = pending.pop()
        for symbol in scope.get_symbols():
            if symbol.get_name() in known and (top or symbol.is_global()):
                found.setdefault(symbol.get_name())
        pending += [(child, False) for child in scope.get_children()]
    return list(found)


def make(
    function: FunctionType,
    parameters: list[str],
    free: dict[str, Any],
    body: list[ast.stmt],
) -> Callable[..., Any]:
    """A function of ``parameters`` with that body, which stands where it stood in the script.
    ``free``: further names, bound once."""
    arguments = ast.arguments(
        posonlyargs=[],
        args=[ast.arg(parameter) for parameter in [*parameters, *free]],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    name = function.__name__
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
    return FunctionType(made, function.__globals__, name, tuple(free.values()) or None)
