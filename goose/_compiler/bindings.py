"""Which local names a piece of a function binds and unbinds (check)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_MAY_SKIP = (ast.If, ast.For, ast.While, ast.Try, ast.Match)


def own_nodes(tree: ast.AST) -> list[ast.AST]:
    """Its nodes without those of functions and comprehensions inside (but with these)."""
    found: list[ast.AST] = []

    def visit(node: ast.AST, top: bool) -> None:
        found.append(node)
        if isinstance(node, _INNER) and not top:
            return
        if isinstance(node, _COMPREHENSIONS):
            # walrus targets belong to the function, the loops' names do not
            for part in ast.walk(node):
                if isinstance(part, ast.NamedExpr):
                    found.append(part.target)
            return
        for child in ast.iter_child_nodes(node):
            visit(child, False)

    visit(tree, True)
    return found


def _names_of(node: ast.AST) -> Iterator[str]:
    """The names that this node itself binds or unbinds."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield (alias.asname or alias.name).split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def assigned(tree: ast.AST) -> list[str]:
    """Names that it binds or unbinds, in order of appearance; a function's own name is not one."""
    found = [name for node in own_nodes(tree) if node is not tree for name in _names_of(node)]
    if not isinstance(tree, _INNER):
        found += _names_of(tree)
    return list(dict.fromkeys(found))


def defined(tree: ast.stmt) -> list[str]:
    """As ``assigned``, with the name of a function or class that the statement itself makes."""
    return list(dict.fromkeys([*_names_of(tree), *assigned(tree)]))


def unbound_in(body: Iterable[ast.AST]) -> set[str]:
    """Names that it may leave without a value: by del, or behind ``except ... as name``."""
    found: set[str] = set()
    for tree in body:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
                found.add(node.id)
            elif isinstance(node, ast.ExceptHandler) and node.name:
                found.add(node.name)
    return found


def surely_binds(node: ast.stmt, name: str) -> bool:
    """Whether the name has a value whenever the statement ended well."""
    if isinstance(node, _MAY_SKIP) or name in unbound_in([node]):
        return False
    if isinstance(node, ast.With):  # its manager may swallow what is raised in the body
        return any(
            isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name
            for item in node.items
        )
    if isinstance(node, ast.Assign):
        return any(name in defined(ast.Expr(target)) for target in node.targets)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None and name in defined(ast.Expr(node.target))
    if isinstance(node, ast.Expr):
        return False  # a := in the middle of it may be jumped over
    return name in defined(node)


def count_stores(tree: ast.AST, name: str) -> int:
    """How often the name is assigned or deleted in it."""
    return sum(
        1
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
    )
