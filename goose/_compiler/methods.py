"""From a function's tree to instructions (lower): methods of values."""

from __future__ import annotations

import ast
import logging
import string
from typing import Any

from goose import _engine
from goose._compiler.entities import (
    CannotFollow,
    Client,
    Const,
    Environment,
    NotNative,
    Self,
    Slot,
    SuperOf,
)
from goose._compiler.parts import Part

TEXT_METHODS = frozenset(
    str.split(
        "upper lower title capitalize swapcase casefold strip lstrip rstrip split rsplit "
        "splitlines join replace find rfind index count startswith endswith isdigit isalpha "
        "isalnum isspace isupper islower isnumeric isdecimal zfill ljust rjust center partition "
        "rpartition removeprefix removesuffix encode decode hex expandtabs"
    )
)
LIST_METHODS = frozenset(
    str.split("append extend pop insert clear index remove count copy reverse sort")
)
DICT_METHODS = frozenset(
    ["get", "items", "keys", "values", "update", "pop", "setdefault", "copy", "clear"]
)
REPLY_METHODS = frozenset(["json", "success", "failure", "raise_for_status", "close"])
NATIVE_METHODS = TEXT_METHODS | LIST_METHODS | DICT_METHODS | REPLY_METHODS
WALKED = ("keys", "values", "items")


class Methods(Part):
    """Lowers ``value.name(...)``."""

    def call_method(self, node: ast.Call, into: int | None) -> int:
        """value.name(...)"""
        function = node.func
        if not isinstance(function, ast.Attribute):
            raise NotNative
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotNative
        owner = self.static(function.value)
        if isinstance(owner, Const) and isinstance(owner.value, logging.Logger):
            return int(self.log(node, function.attr, owner.value.name))
        if isinstance(owner, Client) and self.is_no_attribute(function.attr):
            target = self.code.temps()
            self.code.emit("CLIENT", target)
            self.code.emit("ATTR", target, target, self.text(function.attr))  # raises
            return int(target)
        if isinstance(owner, (Client, Self, Environment, SuperOf)):
            raise NotNative
        if isinstance(owner, Slot) and owner.name in self.scope.tainted:
            raise CannotFollow(
                node,
                f"`{self.quote(node)}` makes requests inside a class the compiler cannot follow",
                "call self.client in the task set or user itself",
            )
        inner = function.value
        if isinstance(inner, ast.Attribute) and self.static(inner.value) is None:
            path = f"{inner.attr}.{function.attr}"
            known = ("headers.get", "cookies.get", "elapsed.total_seconds")
            if path in known and not node.keywords:
                return self.method(path, inner.value, node.args, into)
        if function.attr == "format" and isinstance(inner, ast.Constant):
            return self.format(node, inner.value, into)
        if function.attr == "format" and isinstance(owner, Const) and type(owner.value) is str:
            return self.format(node, owner.value, into)
        if node.keywords or function.attr not in NATIVE_METHODS or function.attr in WALKED:
            raise NotNative
        if function.attr == "join" and len(node.args) == 1:
            return self.join(node, inner, into)
        if isinstance(owner, Const) and type(owner.value) not in (str, bytes, list, dict, tuple):
            raise NotNative
        return self.method(function.attr, inner, node.args, into)

    def is_no_attribute(self, name: str) -> bool:
        """Whether the client has no such thing, nor is ever given it: a typing mistake."""
        return not hasattr(_engine.Client, name) and name not in self.scope.stored

    def method(
        self, name: str, owner: ast.expr, arguments: list[ast.expr], into: int | None
    ) -> int:
        """Emits the call."""
        operand = self.native_value(owner)
        first = int(self.code.temps(1 + len(arguments)))
        self.code.emit("MOVE", first, operand)
        if "." not in name and not all(self.cannot_fail(a) for a in arguments):
            self.code.emit("MEET", first, self.text(name))  # the method is looked up before
        for place, argument in enumerate(arguments):
            self.value(argument, into=first + 1 + place)
        target = int(self.target(into))
        self.code.emit("METHOD", target, first, self.text(name), n=1 + len(arguments))
        return target

    def cannot_fail(self, node: ast.expr) -> bool:
        """Whether the value is there whatever happened."""
        if isinstance(node, ast.Name):
            return node.id not in self.locals or node.id in self.bound
        return isinstance(node, ast.Constant)

    def join(self, node: ast.Call, owner: ast.expr, into: int | None) -> int:
        """ ", ".join(... for ...)"""
        first = int(self.code.temps(2))
        self.value(owner, into=first)
        self.walked(node.args[0], first + 1)
        target = int(self.target(into))
        self.code.emit("METHOD", target, first, self.text("join"), n=2)
        return target

    def format(self, node: ast.Call, template: Any, into: int | None) -> int:
        """ "...".format(...) of a known text."""
        if not isinstance(template, str):
            raise NotNative
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if None in keywords:
            raise NotNative
        try:
            parts = list(string.Formatter().parse(template))
        except ValueError:
            raise NotNative from None
        values: dict[Any, int] = {}
        for place, argument in enumerate(node.args):
            values[place] = self.copy_of(argument)
        for name, value in keywords.items():
            values[name] = self.copy_of(value)
        rows: list[tuple[str, Any, str, str | None]] = []
        automatic = 0
        for text, field, spec, conversion in parts:
            if field is None:
                rows.append((text, None, "", None))
                continue
            key: Any = field
            if field == "":
                key, automatic = automatic, automatic + 1
            elif field.isdigit():
                key = int(field)
            if key not in values or "{" in (spec or ""):
                raise NotNative
            rows.append((text, key, spec or "", conversion))
        pieces = sum((1 if text else 0) + (0 if key is None else 1) for text, key, _, _ in rows)
        first = int(self.code.temps(pieces))
        at = first
        for text, key, spec, conversion in rows:
            if text:
                self.code.emit("MOVE", at, self.constant(text))
                at += 1
            if key is not None:
                number = ord(conversion) if conversion else 0
                self.code.emit("FORMAT", at, values[key], self.text(spec), n=number)
                at += 1
        target = int(self.target(into))
        self.code.emit("CONCAT", target, first, n=pieces)
        return target
