"""What names in a script's functions stand for (bind): live objects, read after ``test_start``."""

from __future__ import annotations

import ast
import builtins
import enum
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from goose import _patches
from goose._compiler.source import NoSource, module_tree

MISSING = object()
"""No value."""

_HERE = str(Path(__file__).parent.parent)
_LIBRARIES = tuple(
    path
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (path := sysconfig.get_path(name))
)
PLAIN = (str, bytes, int, float, bool, type(None))
CONTAINERS = (list, dict, tuple)

# Calls that only read a container that they are given.
_READERS = frozenset(
    str.split(
        "len sorted list tuple set dict enumerate zip min max sum any all str repr print range "
        "reversed isinstance choice choices sample dumps frozenset iter bool"
    )
)
_READ_METHODS = frozenset(["get", "items", "keys", "values", "index", "count", "copy"])
_OPERATIONS = (ast.Compare, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.FormattedValue)
_READING = (*_OPERATIONS, ast.If, ast.While, ast.Assert, ast.IfExp)


def is_script_file(filename: str) -> bool:
    """Whether a file is the script's, neither a library's nor ours (the demo is a script)."""
    if filename.startswith(_HERE):
        return filename.startswith(str(Path(_HERE) / "demo"))
    return not filename.startswith(_LIBRARIES) and not filename.startswith("<frozen")


def is_script_function(value: object) -> bool:
    """Whether it is a plain function of the script's modules."""
    return isinstance(value, FunctionType) and is_script_file(value.__code__.co_filename)


def is_sleep(value: object) -> bool:
    """Whether it is time.sleep or gevent's, under whatever name."""
    if getattr(value, "__name__", "") == "sleep" and str(
        getattr(value, "__module__", "")
    ).startswith("gevent"):
        return True
    return value is time.sleep or value is _patches.sleep or value is _patches._original_sleep


def imported(node: ast.Import | ast.ImportFrom) -> dict[str, Any] | None:
    """What an import statement binds; None: some of it is not there yet."""
    found: dict[str, Any] = {}
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            module = sys.modules.get(node.module or "") if node.level == 0 else None
            value = getattr(module, alias.name, MISSING)
        else:
            module = sys.modules.get(alias.name)
            value = sys.modules.get(alias.name.partition(".")[0], MISSING)
            value = module if alias.asname else value
        if module is None or value is MISSING:
            return None
        found[(alias.asname or alias.name).partition(".")[0]] = value
    return found


def is_plain(value: object) -> bool:
    """Whether a constant may hold a copy of it: it cannot change."""
    if type(value) in PLAIN:
        return type(value) is not int or -(2**63) <= value < 2**63
    return type(value) is tuple and all(is_plain(item) for item in value)


def is_nested(value: Any) -> bool:
    """Whether a container holds others that can change."""
    items = value.values() if isinstance(value, dict) else value
    return any(type(item) not in PLAIN for item in items)


class Writes:
    """What the functions of the script's modules change."""

    def __init__(self, modules: list[ModuleType]) -> None:
        self.globals: set[tuple[str, str]] = set()  # (module, name) assigned by a function
        self.attributes: set[str] = set()  # stored on anything but self
        self.nonlocals: set[str] = set()  # of enclosing functions, assigned by inner ones
        self.unsafe: set[tuple[str, str]] = set()  # containers that may be changed or kept
        self.seeds_random = False
        self.environ = False
        for module in modules:
            try:
                tree, _ = module_tree(module.__file__ or "", vars(module))
            except NoSource:
                continue
            self._read(module.__name__, tree)

    def _read(self, module: str, tree: ast.Module) -> None:
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for function in _functions(tree):
            declared = {
                name
                for node in ast.walk(function)
                if isinstance(node, ast.Global)
                for name in node.names
            }
            self.globals |= {(module, name) for name in declared}
            self.nonlocals |= {
                name
                for node in ast.walk(function)
                if isinstance(node, ast.Nonlocal)
                for name in node.names
            }
            for node in ast.walk(function):
                self._read_node(module, node, parents)

    def _read_node(self, module: str, node: ast.AST, parents: dict[ast.AST, ast.AST]) -> None:
        if isinstance(node, ast.Attribute):
            if isinstance(node.ctx, (ast.Store, ast.Del)) and not _is_self(node.value):
                self.attributes.add(node.attr)
            if node.attr in ("seed", "setstate", "getstate"):
                self.seeds_random = True
            if node.attr == "environ" and not _is_read(node, parents):
                self.environ = True
        elif (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and not _is_read(node, parents)
        ):
            self.unsafe.add((module, node.id))


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _functions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield node


def _is_read(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether this use of a container can neither change it nor let it go elsewhere."""
    parent = parents.get(node)
    if isinstance(parent, ast.Subscript):
        return parent.value is not node or (
            isinstance(parent.ctx, ast.Load) and not _is_target(parent, parents)
        )
    if isinstance(parent, ast.Attribute):
        call = parents.get(parent)
        return parent.attr in _READ_METHODS and isinstance(call, ast.Call) and call.func is parent
    if isinstance(parent, ast.Call):
        name = parent.func.attr if isinstance(parent.func, ast.Attribute) else ""
        name = parent.func.id if isinstance(parent.func, ast.Name) else name
        return parent.func is not node and name in _READERS
    if isinstance(parent, ast.keyword):
        call = parents.get(parent)
        return isinstance(call, ast.Call) and (
            parent.arg is None
            or parent.arg in ("json", "data", "params", "headers", "key", "k", "weights")
        )
    if isinstance(parent, (ast.For, ast.comprehension)):
        return parent.iter is node
    return isinstance(parent, _READING) or (
        isinstance(parent, ast.Dict) and node not in parent.values
    )


def _is_target(node: ast.expr, parents: dict[ast.AST, ast.AST]) -> bool:
    """G[0]["a"] = 1, G[0].append(...): what is inside is changed."""
    parent = parents.get(node)
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return not isinstance(parent.ctx, ast.Load) or _is_target(parent, parents)
    if isinstance(parent, ast.Attribute):
        return parent.attr not in _READ_METHODS and parent.attr not in dir(str)
    return isinstance(parent, ast.AugAssign) and parent.target is node


def script_modules(classes: list[type]) -> list[ModuleType]:
    """The modules of the classes and their bases, and what of the script's these import."""
    names = [base.__module__ for cls in classes for base in cls.__mro__]
    found: dict[str, ModuleType] = {}
    while names:
        name = names.pop(0)
        module = sys.modules.get(name)
        file = getattr(module, "__file__", None)
        if module is None or name in found or not isinstance(file, str) or not is_script_file(file):
            continue
        found[name] = module
        for value in list(vars(module).values()):
            of = value.__name__ if isinstance(value, ModuleType) else None
            of = of or getattr(type(value), "__module__", None)
            names += [of] if isinstance(of, str) else []
            own = getattr(value, "__module__", None)
            names += [own] if isinstance(own, str) else []
    return list(found.values())


def global_value(function: FunctionType, name: str) -> Any:
    """What a global or builtin name stands for now; MISSING: nothing."""
    if name in function.__globals__:
        return function.__globals__[name]
    return getattr(builtins, name, MISSING)


def closure_value(function: FunctionType, name: str) -> Any:
    """What a free variable stands for now."""
    if name not in function.__code__.co_freevars or function.__closure__ is None:
        return MISSING
    cell = function.__closure__[function.__code__.co_freevars.index(name)]
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def attribute_value(owner: Any, name: str, writes: Writes) -> Any:
    """A constant's attribute, where nothing changes it: of a module, a class, an enum member, the
    parsed options. MISSING: to be read when it runs."""
    from argparse import Namespace

    if name in writes.attributes:
        return MISSING
    if isinstance(owner, (ModuleType, type, enum.Enum, Namespace)) or type(owner) is FunctionType:
        if isinstance(owner, type) and isinstance(vars(type(owner)).get(name), property):
            return MISSING
        found = getattr(owner, name, MISSING)
        return (
            None if found is MISSING and isinstance(owner, Namespace) and not vars(owner) else found
        )
    return MISSING


def class_attribute(cls: type, name: str) -> Any:
    """The raw entry of the class or its bases; MISSING: none. Bases of ours that hold plain values
    count as well."""
    for base in cls.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return MISSING
