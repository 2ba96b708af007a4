"""From a function's tree to instructions (lower): calls that are known as a whole."""

from __future__ import annotations

import ast
import os
import re
import uuid
from types import BuiltinFunctionType

from goose._compiler.code import (
    Label,
)
from goose._compiler.entities import (
    CannotFollow,
    Const,
    NotNative,
    Self,
    Slot,
)
from goose._compiler.parts import Part


class Patterns(Part):
    """Lowers ``hasattr(self, ...)``, ``os.environ.get(...)``, ``datetime.now().isoformat()`` ..."""

    def special(self, node: ast.Call, into: int | None) -> int | None:
        """Calls that are known as a whole."""
        function = node.func
        if self.is_uuid4(node):
            raise NotNative
        if isinstance(function, ast.Attribute) and function.attr in ("isoformat", "strftime"):
            zone = self.zone_of_now(function.value)
            shape = self.shape_of_time(node, function.attr) if zone is not None else None
            if shape is not None:
                pieces: list[ast.expr] = [ast.Constant(zone), ast.Constant(shape)]
                return int(self.native("datetime.now().isoformat()", pieces, into))
        if isinstance(function, ast.Name) and function.id == "hasattr" and len(node.args) == 2:
            return self.has_attribute(node, into)
        if isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) in (2, 3):
            return self.get_attribute(node, into)
        if isinstance(function, ast.Name) and function.id == "setattr" and node.args:
            self.refuse_setattr(node)
        if (
            isinstance(function, ast.Attribute)
            and function.attr == "get"
            and self.is_environ(function.value)
        ):
            return self.environ(node, node.args, into)
        entity = self.static(function)
        if isinstance(entity, Const) and entity.value is os.getenv:
            return self.environ(node, node.args, into)
        return None

    def refuse_setattr(self, node: ast.Call) -> None:
        """setattr(self, name, value)"""
        if isinstance(self.static(node.args[0]), Self):
            raise CannotFollow(node, "setattr on the user", "assign the attribute by name")

    def has_attribute(self, node: ast.Call, into: int | None) -> int | None:
        """hasattr(self, "token")"""
        owner, name = self.static(node.args[0]), node.args[1]
        if not isinstance(owner, Self) or not isinstance(name, ast.Constant):
            return None
        entity = self.scope.attribute(owner, str(name.value), node)
        if not isinstance(entity, Slot):
            return int(self.constant(True))
        if self.scope.has_class_attribute(owner, str(name.value)):
            return int(self.constant(True))
        target = int(self.target(into))
        self.code.emit("SELF_HAS", target, self.slot(entity), n=entity.owner)
        return target

    def get_attribute(self, node: ast.Call, into: int | None) -> int | None:
        """getattr(self, "token", None)"""
        owner, name = self.static(node.args[0]), node.args[1]
        if not isinstance(owner, Self):
            return None
        if not isinstance(name, ast.Constant):
            raise CannotFollow(node, "getattr with a computed name on the user")
        entity = self.scope.attribute(owner, str(name.value), node)
        if isinstance(entity, Const):
            return int(
                self.value(
                    ast.copy_location(
                        ast.Attribute(node.args[0], str(name.value), ast.Load()), node
                    )
                )
            )
        if not isinstance(entity, Slot) or len(node.args) != 3:
            raise CannotFollow(node, "getattr on the user")
        target, missing, end = int(self.target(None)), Label(), Label()
        slot = self.slot(entity)
        otherwise = self.value(node.args[2])
        self.code.emit("SELF_HAS", target, slot, n=entity.owner)
        self.code.emit("UNLESS", target, 0, missing)
        self.code.emit("SELF_GET", target, slot, n=entity.owner)
        self.code.emit("JUMP", 0, 0, end)
        self.code.place(missing)
        self.code.emit("MOVE", target, otherwise)
        self.code.place(end)
        return target

    def is_uuid4(self, node: ast.expr) -> bool:
        """uuid.uuid4()"""

        if not isinstance(node, ast.Call) or node.args or node.keywords:
            return False
        if not isinstance(os.urandom, BuiltinFunctionType) or uuid.uuid4.__module__ != "uuid":
            return False  # somebody's own
        entity = self.static(node.func)
        return isinstance(entity, Const) and entity.value is uuid.uuid4

    def zone_of_now(self, node: ast.expr) -> int | None:
        """datetime.now(): 0, datetime.utcnow(): 1, datetime.now(timezone.utc): 2."""
        from datetime import datetime, timezone

        if not isinstance(node, ast.Call) or node.keywords:
            return None
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("now", "utcnow"):
            return None
        entity = self.static(node.func.value)
        if not isinstance(entity, Const) or entity.value is not datetime:
            return None
        if not isinstance(datetime.now, BuiltinFunctionType):
            return None  # somebody's own
        if not node.args:
            return 0 if node.func.attr == "now" else 1
        zone = self.static(node.args[0])
        is_utc = isinstance(zone, Const) and zone.value is timezone.utc
        return 2 if is_utc and node.func.attr == "now" and len(node.args) == 1 else None

    @staticmethod
    def shape_of_time(node: ast.Call, method: str) -> str | None:
        """What is made of it: "" for isoformat(), "seconds", or the format of strftime."""
        if method == "strftime":
            shape = node.args[0] if len(node.args) == 1 and not node.keywords else None
            if not isinstance(shape, ast.Constant) or not isinstance(shape.value, str):
                return None
            known = re.fullmatch(r"(?:[^%\0]|%[YmdHMSfjy%])+", shape.value)
            return shape.value if known and shape.value.isascii() else None
        if not node.args and not node.keywords:
            return ""
        spec = node.keywords[0] if len(node.keywords) == 1 and not node.args else None
        if spec is None or spec.arg != "timespec" or not isinstance(spec.value, ast.Constant):
            return None
        return "seconds" if spec.value.value == "seconds" else None

    def is_environ(self, node: ast.expr) -> bool:
        """os.environ, where nothing changes it."""
        entity = self.static(node) if isinstance(node, (ast.Name, ast.Attribute)) else None
        return (
            isinstance(entity, Const)
            and entity.value is os.environ
            and not self.scope.writes.environ
        )

    def environ(self, node: ast.expr, arguments: list[ast.expr], into: int | None) -> int:
        """os.environ["X"], .get("X", default), os.getenv: as it is at the start."""
        if self.scope.writes.environ or not arguments or len(arguments) > 2:
            raise NotNative
        name = arguments[0]
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            raise NotNative
        if name.value in os.environ:
            return int(self.constant(os.environ[name.value]))
        if isinstance(node, ast.Subscript):
            raise NotNative
        return int(self.value(arguments[1]) if len(arguments) == 2 else self.constant(None))
