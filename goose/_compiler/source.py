"""From a function to its syntax tree (parse): only where its source, compiled again, is its
code."""

from __future__ import annotations

import ast
import linecache
from types import CodeType, FunctionType

_trees: dict[str, tuple[str, ast.Module, dict[tuple[str, int], list[CodeType]]]] = {}


class NoSource(Exception):
    """Why a function has no tree that can be trusted."""


def _codes(code: CodeType, found: dict[tuple[str, int], list[CodeType]]) -> None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            key = (constant.co_name, constant.co_firstlineno)
            found.setdefault(key, []).append(constant)
            _codes(constant, found)


def module_tree(
    filename: str, namespace: dict[str, object]
) -> tuple[ast.Module, dict[tuple[str, int], list[CodeType]]]:
    """The tree of a file (or notebook cell), and all code objects that it compiles to."""
    text = "".join(linecache.getlines(filename, namespace))
    if not text:
        raise NoSource("its source is not available")
    known = _trees.get(filename)
    if known is None or known[0] != text:
        try:
            tree = ast.parse(text)
            code = compile(text, filename, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise NoSource(f"its source cannot be read: {error}") from None
        codes: dict[tuple[str, int], list[CodeType]] = {}
        _codes(code, codes)
        _trees[filename] = known = (text, tree, codes)
    return known[1], known[2]


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def function_tree(function: FunctionType) -> ast.FunctionDef:
    """The tree of a function. NoSource where the file does not say what the function does."""
    code = function.__code__
    tree, codes = module_tree(code.co_filename, function.__globals__)
    if code not in codes.get((code.co_name, code.co_firstlineno), []):
        raise NoSource("its source is not that of its code (edited since, or wrapped)")
    if code.co_name == "<lambda>":
        return _lambda_tree(tree, code)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.FunctionDef)
            and node.name == code.co_name
            and _first_line(node) == code.co_firstlineno
        ):
            return node
    raise NoSource("it is no plain function")


def _lambda_tree(tree: ast.Module, code: CodeType) -> ast.FunctionDef:
    """A lambda as a function, if it is the only one that begins on its line."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno
    ]
    if len(found) != 1:
        raise NoSource("it is one of several lambdas on a line")
    body: list[ast.stmt] = [ast.copy_location(ast.Return(found[0].body), found[0].body)]
    made = ast.FunctionDef(
        name="<lambda>",
        args=found[0].args,
        body=body,
        decorator_list=[],
        returns=None,
        type_comment=None,
    )
    if hasattr(made, "type_params"):
        made.type_params = []
    return ast.copy_location(made, found[0])
