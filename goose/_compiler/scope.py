"""The class that is compiled: its attributes, its functions, what they may do."""

from __future__ import annotations

import ast
import base64
import importlib
import json
import logging
import random
import urllib.parse
from types import BuiltinFunctionType, FunctionType
from typing import Any

from goose._compiler import names
from goose._compiler.code import NATIVES, OUTER, SET, USER
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Entity,
    Environment,
    Method,
    Ours,
    Property,
    Self,
    Slot,
)
from goose._compiler.source import NoSource, function_tree, module_tree
from goose.user import HttpUser

VERBS = {"get", "post", "put", "patch", "delete", "head", "options"}
_ROLES = {"self", "user", "locust", "parent", "client"}


class Scope:
    """Facts about a user class and its script, the same for all of its functions."""

    def __init__(
        self, user: type, environment: Any, seeded: bool, parents: dict[type, set[type]]
    ) -> None:
        self.user = user
        self.parents = parents  # of each task set, the classes whose task it is
        self.environment = environment
        self.modules = names.script_modules([user])
        self.writes = names.Writes(self.modules)
        self.follows_random = seeded or self.writes.seeds_random
        self.stored: set[str] = set()  # attributes of some object
        self.class_stored: set[str] = set()  # ... of a class
        self.tainted: set[str] = set()  # ... that hold the user or its client
        self.thawed: set[int] = set()  # containers to be read through Python
        self.natives = native_objects()
        for module in self.modules:
            self._read(module)
        self._may: dict[FunctionType, bool] = {}

    def _read(self, module: Any) -> None:
        try:
            tree, _ = module_tree(module.__file__ or "", vars(module))
        except NoSource:
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
                self.stored.add(node.attr)
                if _is_class(node.value, module):
                    self.class_stored.add(node.attr)
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if gives_role(node.value):
                    self.tainted |= {t.attr for t in targets if isinstance(t, ast.Attribute)}
            if isinstance(node, ast.Call) and len(node.args) > 1:
                name = node.args[1]
                if _is_setattr(node.func) and isinstance(name, ast.Constant):
                    self.stored.add(str(name.value))

    # ---- attributes ----------------------------------------------------------------------------

    def attribute(self, of: Self, name: str, node: ast.AST) -> Entity:
        """What self.name is."""
        if name in ("user", "locust") and (of.owner != USER or name == "user"):
            return Self(USER, self.user)
        if name == "parent" and of.owner == SET and self.parents.get(of.cls) == {self.user}:
            return Self(USER, self.user)
        if name == "parent" and of.owner == SET and len(self.parents.get(of.cls, ())) == 1:
            return Self(OUTER, next(iter(self.parents[of.cls])))
        if name == "parent" and of.owner != USER:
            raise CannotFollow(node, f"`{ast.unparse(node)}` is another task set or the user")
        if name == "client" and issubclass(self.user, HttpUser):
            return Client()
        if name == "environment":
            return Environment()
        if name in ("__class__", "__dict__"):
            raise CannotFollow(node, f"`{ast.unparse(node)}` looks into the user itself")
        found = names.class_attribute(of.cls, name)
        if isinstance(found, FunctionType):
            if name in self.stored:
                raise CannotFollow(node, f"the method `{name}` is replaced somewhere")
            if names.is_script_function(found):
                return Method(found, of)
            return Ours(name, of)
        if isinstance(found, property):
            getter = found.fget
            if isinstance(getter, FunctionType) and names.is_script_function(getter):
                return Property(getter, of)
            raise CannotFollow(node, f"the property `{name}` is not the script's own")
        if name in self.class_stored:
            raise CannotFollow(
                node,
                f"the class attribute `{name}` changes while the attack runs",
                "keep it in a module-level variable",
            )
        if found is names.MISSING or name in self.stored:
            return Slot(of.owner, name)
        if isinstance(found, (staticmethod, classmethod)):
            if isinstance(found, staticmethod):
                return Const(found.__func__)
            raise CannotFollow(node, f"the class method `{name}` takes the class itself")
        return Const(found)

    def has_class_attribute(self, of: Self, name: str) -> bool:
        """Whether the class itself has it."""
        return names.class_attribute(of.cls, name) is not names.MISSING

    # ---- what functions may do -------------------------------------------------------------------

    def may_request(self, function: FunctionType) -> bool:
        """Whether a function of the script may make requests or sleep, as far as its text says."""
        if function in self._may:
            return self._may[function]
        self._may[function] = False  # recursion
        try:
            tree = function_tree(function)
        except NoSource:
            self._may[function] = True
            return True
        found = any(self._may_node(function, node) for node in ast.walk(tree))
        self._may[function] = found
        return found

    def _may_node(self, function: FunctionType, node: ast.AST) -> bool:
        if isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await)):
            return isinstance(node, ast.Await)
        if isinstance(node, ast.Attribute):
            return node.attr in ("client", "sleep") or (
                node.attr == "wait" and isinstance(node.value, ast.Name) and node.value.id == "self"
            )
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if node.id in ("sleep", "client"):
                return True
            value = names.global_value(function, node.id)
            return names.is_script_function(value) and self.may_request(value)
        return False


def native_objects() -> dict[int, str]:
    """By identity of the live object, the native function that it is."""
    found: dict[int, str] = {}
    for path in NATIVES:
        module, dot, name = path.rpartition(".")
        if not dot or not path.replace(".", "").replace("_", "").isalnum():
            continue
        owner = importlib.import_module(module)
        live = getattr(owner, name)
        if _is_genuine(live, owner):
            found[id(live)] = path
    return found


def _is_genuine(live: Any, module: Any) -> bool:
    """Whether it is the module's own function still, and not put in its place by somebody."""
    if module is random:
        return getattr(live, "__self__", None) is random._inst or hasattr(live, "goose_draws")
    if module in (json, logging, base64, urllib.parse):
        return isinstance(live, FunctionType) and live.__module__ == module.__name__
    return isinstance(live, (BuiltinFunctionType, type))


def _is_setattr(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "setattr"


def _is_class(node: ast.expr, module: Any) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "cls" or isinstance(getattr(module, node.id, None), type)
    if isinstance(node, ast.Attribute):
        return node.attr == "__class__"
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "type"


def gives_role(node: ast.expr) -> bool:
    """Whether the user, the task set or the client stands bare in a call's arguments."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
                if isinstance(argument, ast.Name) and argument.id in ("self", "user", "client"):
                    return True
                if isinstance(argument, ast.Attribute) and argument.attr in _ROLES:
                    return True
    return False
